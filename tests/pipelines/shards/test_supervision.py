"""Worker processes that end, hang and loop, and the minutes in which nobody must be judged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from pipelines.shards.reports import MemberReport
from pipelines.shards.supervision import Patience, Supervision
from tests.fakes import FakeClock
from tests.pipelines.ingest.fakes import TELLTALE
from tests.pipelines.shards.fleet import Seconds, report


@dataclass
class FakeProcess:
    """Ends when it is told to, if it listens."""

    pid: int
    name: str
    code: int | None = None
    deaf: bool = False
    told: list[str] = field(default_factory=list)

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.told.append("terminate")
        if not self.deaf:
            self.code = 0

    def kill(self) -> None:
        self.told.append("kill")
        self.code = -9


class Machine:
    """Two workers that are heard of while they run, and a supervision that looks once a second."""

    def __init__(self, names: Sequence[str] = ("a", "b"), **patience: float) -> None:
        self.now_s, self.clock = Seconds(), FakeClock()
        self.started: list[FakeProcess] = []
        self.silent: set[str] = set()
        self.changes: dict[str, dict[str, object]] = {}
        self.asking_s = 0.0
        self.away = False
        self.full = False
        self.supervision = Supervision(names, self._start, self._reports, self.clock, self.now_s, Patience(**patience))

    def pass_s(self, seconds: float, step_s: float = 1.0) -> None:
        """So many seconds, with a look at the end of each."""
        for _ in range(round(seconds / step_s)):
            self.now_s.now_s += step_s
            self.clock.advance(step_s)
            self.supervision.look()

    def newest(self, name: str) -> FakeProcess:
        return next(one for one in reversed(self.started) if one.name == name)

    def state(self, name: str) -> tuple[str, int, str | None]:
        child = self.supervision.children[name]
        return child.state, child.starts, child.reason

    def _start(self, name: str) -> FakeProcess:
        if self.full:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        self.started.append(FakeProcess(100 + len(self.started), name))
        return self.started[-1]

    def _reports(self) -> list[MemberReport]:
        self.now_s.now_s += self.asking_s
        if self.away:
            raise ConnectionError(TELLTALE)
        alive = [one for one in self.started if one.code is None and one.name not in self.silent]
        return [report(one.name, pid=one.pid, **self.changes.get(one.name, {})) for one in alive]


def test_workers_are_started_one_after_the_other_and_left_alone() -> None:
    machine = Machine()
    machine.pass_s(1)
    assert [one.name for one in machine.started] == ["a"]
    machine.pass_s(300)
    assert [one.name for one in machine.started] == ["a", "b"]
    assert machine.state("a") == ("running", 1, None)
    assert machine.supervision.skipped == 0


def test_a_worker_that_ends_is_started_again_after_a_while() -> None:
    machine = Machine()
    machine.pass_s(100)
    machine.newest("a").code = -9
    machine.pass_s(1)
    assert machine.state("a") == ("backing_off", 1, "exit:-9")
    machine.pass_s(1)
    assert machine.state("a") == ("running", 2, "exit:-9")
    assert machine.state("b") == ("running", 1, None)


def test_a_worker_that_never_lasts_is_tried_less_and_less_and_then_given_up_for_long() -> None:
    machine = Machine(("a",), short_lives=4, backoff_s=(1.0, 10.0), given_up_s=600.0)
    starts = []
    for _ in range(60):
        machine.pass_s(1)
        if machine.started and machine.started[-1].code is None:
            starts.append(machine.now_s.now_s - 1000.0)
            machine.started[-1].code = 1
    # Started at 1 s; each end is seen a second later; then 1 s, then 10 s, 10 s.
    assert starts == [1.0, 3.0, 14.0, 25.0]
    assert machine.state("a") == ("given_up", 4, "exit:1")
    machine.pass_s(600)
    assert machine.state("a")[:2] == ("running", 5)


def test_a_machine_that_can_start_nothing_is_tried_again_later() -> None:
    machine = Machine(("a",))
    machine.full = True
    machine.pass_s(30)
    assert machine.state("a") == ("backing_off", 1, "not_started")
    machine.full = False
    machine.pass_s(31)
    assert machine.state("a")[:2] == ("running", 2)


def test_a_worker_that_is_not_heard_of_is_stopped_and_killed_if_it_does_not() -> None:
    machine = Machine(silent_s=15.0, stop_s=20.0)
    machine.pass_s(50)
    machine.silent.add("a")
    machine.newest("a").deaf = True
    machine.pass_s(14)
    assert machine.newest("a").told == []
    machine.pass_s(1)
    assert (machine.newest("a").told, machine.state("a")) == (["terminate"], ("stopping", 1, "silent"))
    first = machine.newest("a")
    machine.pass_s(20)
    assert first.told == ["terminate", "kill"]
    machine.silent.clear()
    machine.pass_s(3)
    assert machine.state("a") == ("running", 2, "silent")
    assert machine.newest("b").told == []


def test_a_worker_that_was_never_heard_of_has_longer_to_begin() -> None:
    machine = Machine(start_s=120.0, silent_s=15.0)
    machine.silent.add("b")
    machine.pass_s(100)
    assert machine.state("b") == ("running", 1, None)
    machine.pass_s(30)
    assert machine.state("b")[2] == "silent"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"stalled": {"cam-7": "analysis"}}, "stalled:cam-7:analysis"),
        ({"faults": ("stuck_lane:plate",)}, "stuck_lane:plate"),
    ],
)
def test_a_worker_in_which_something_hangs_is_stopped_but_not_again_and_again(
    changes: dict[str, object], reason: str
) -> None:
    machine = Machine(hang_pause_s=300.0)
    machine.pass_s(10)
    machine.changes = {"a": changes, "b": changes}
    machine.pass_s(250)
    # One of them, once: the other has to wait, and so has what hangs again at once.
    assert (machine.state("a"), machine.state("b")) == (("running", 2, reason), ("running", 1, None))
    machine.pass_s(100)
    assert machine.state("a")[1] + machine.state("b")[1] == 4


def test_a_fault_that_a_new_process_does_not_mend_stops_nobody() -> None:
    machine = Machine()
    machine.pass_s(10)
    machine.changes = {"a": {"faults": ("lease_lost", "store_silent", "refused:cam-1")}}
    machine.pass_s(300)
    assert machine.state("a") == ("running", 1, None)


def test_while_heartbeats_cannot_be_read_nobody_is_judged_and_afterwards_all_begin_anew() -> None:
    machine = Machine(silent_s=15.0)
    machine.pass_s(50)
    machine.away = True
    machine.pass_s(120)
    machine.away = False
    machine.silent = {"a"}
    machine.pass_s(14)
    assert (machine.state("a"), machine.state("b")) == (("running", 1, None), ("running", 1, None))
    assert machine.supervision.skipped == 120
    machine.pass_s(2)
    assert machine.state("a")[2] == "silent"


def test_heartbeats_that_come_slowly_or_from_nobody_at_all_judge_nobody() -> None:
    machine = Machine(silent_s=15.0, pause_s=60.0)
    machine.pass_s(50)
    machine.asking_s = 2.0  # the database, or Redis, is stalled: what it says is old
    machine.pass_s(60)
    machine.asking_s = 0.0
    machine.silent = {"a", "b"}
    machine.pass_s(60)
    assert all(one.told == [] for one in machine.started)


def test_after_it_stood_still_or_the_clock_was_set_one_pass_is_skipped() -> None:
    machine = Machine(silent_s=15.0)
    machine.pass_s(50)
    machine.silent = {"a"}
    machine.pass_s(60, step_s=60.0)  # the machine slept
    assert (machine.supervision.skipped, machine.state("a")[0]) == (1, "running")
    for step in (timedelta(hours=1), timedelta(hours=-2)):
        machine.pass_s(10)
        machine.clock.now += step
        machine.pass_s(1)
    assert (machine.supervision.skipped, machine.state("a")[0]) == (3, "running")
    machine.pass_s(15)
    assert machine.state("a")[2] == "silent"


def test_stopping_asks_everybody_and_kills_who_does_not_listen() -> None:
    machine = Machine(stop_s=30.0)
    machine.pass_s(50)
    machine.newest("a").deaf = True
    machine.supervision.stop()
    assert not machine.supervision.stopped()
    assert (machine.newest("a").told, machine.newest("b").told) == (["terminate"], ["terminate"])
    machine.now_s.now_s += 30.0
    machine.supervision.stopped()
    assert machine.newest("a").told == ["terminate", "kill"]
    assert machine.supervision.stopped()
