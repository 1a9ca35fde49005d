"""A worker's share of the cameras: what it takes, changes, gives back, and when it must not."""

import logging
import threading
from collections.abc import Collection

import pytest

from pipelines.records.gate_values import Camera
from pipelines.shards.keeper import Keeper
from pipelines.shards.leases import Leases
from pipelines.shards.membership import Membership
from pipelines.shards.memory_membership import MemoryMembership
from pipelines.shards.rendezvous import share
from pipelines.shards.reports import MemberReport
from pipelines.shards.stalls import StallWatch
from tests.pipelines.ingest.fakes import TELLTALE, until
from tests.pipelines.shards.fleet import FakeCameras, Seconds, camera, report

CAMERAS = [camera(f"cam-{number}") for number in range(12)]


class Listed:
    """The store's list; it may be out of reach."""

    def __init__(self, cameras: list[Camera]) -> None:
        self.cameras = cameras
        self.away = False

    def __call__(self) -> list[Camera]:
        if self.away:
            raise ConnectionError(TELLTALE)
        return self.cameras


class Away(MemoryMembership):
    """A membership that may be out of reach."""

    away = False

    def claim(self, camera_ids: Collection[str], member_id: str) -> set[str]:
        if self.away:
            raise ConnectionError(TELLTALE)
        return super().claim(camera_ids, member_id)

    def beat(self, report: MemberReport) -> None:
        if self.away:
            raise ConnectionError(TELLTALE)
        super().beat(report)


class Member:
    """One worker; `turn` is one second of its life."""

    def __init__(self, name: str, membership: Membership, listed: Listed, now_s: Seconds) -> None:
        self.cameras = FakeCameras()
        self.leases = Leases(membership.ttl_s, now_s)
        stalls = StallWatch(60.0, now_s)
        self.keeper = Keeper(report(name), membership, self.leases, self.cameras, listed, stalls)

    def turn(self) -> None:
        self.keeper.beat()
        self.keeper.plan()

    @property
    def running(self) -> set[str]:
        return set(self.cameras.running)


@pytest.fixture
def now_s() -> Seconds:
    return Seconds()


@pytest.fixture
def membership(now_s: Seconds) -> Away:
    return Away(5.0, now_s)


@pytest.fixture
def listed() -> Listed:
    return Listed(list(CAMERAS))


def ids() -> set[str]:
    return {one.id for one in CAMERAS}


def test_a_worker_alone_runs_all_and_holds_them(membership: Away, listed: Listed, now_s: Seconds) -> None:
    alone = Member("a", membership, listed, now_s)
    alone.turn()
    assert alone.running == ids()
    assert all(alone.leases.holds(one) for one in ids())
    alone.keeper.beat()
    (told,) = membership.reports()
    assert (told.name, len(told.cameras), told.faults) == ("a", 12, ())


def test_two_workers_share_and_a_camera_moves_only_when_it_was_given_back(
    membership: Away, listed: Listed, now_s: Seconds
) -> None:
    one, two = Member("a", membership, listed, now_s), Member("b", membership, listed, now_s)
    one.turn()
    one.cameras.slow = threading.Event()
    two.turn()
    assert two.running == set()  # all is held by the first, which does not know of the second yet
    one.turn()
    two.turn()
    assert two.running == set()  # the first is still stopping them
    one.cameras.slow.set()
    wanted = share("b", ["a", "b"], ids())
    until(lambda: one.running == ids() - wanted)
    until(lambda: not any(one.leases.holds(camera_id) for camera_id in wanted))
    until(lambda: (two.turn() or two.running) == wanted)
    assert 0 < len(wanted) < 12


def test_a_dead_workers_cameras_are_run_by_the_others_when_its_leases_ran_out(
    membership: Away, listed: Listed, now_s: Seconds
) -> None:
    one, two = Member("a", membership, listed, now_s), Member("b", membership, listed, now_s)
    one.keeper.beat()
    two.keeper.beat()
    one.turn()
    two.turn()
    assert (one.running | two.running, one.running & two.running) == (ids(), set())
    for _ in range(4):  # the second is killed: nobody hears of it any more
        now_s.now_s += 1.0
        one.turn()
        assert not one.running & two.running
    now_s.now_s += 1.1
    one.turn()
    # 5.1 s after the kill: a heartbeat and the leases are good for 5 s.
    assert one.running == ids()
    # Should the second only have stood still: it may not act any more, whatever its threads believe.
    assert not any(two.leases.holds(camera_id) for camera_id in ids())


def test_cameras_come_change_and_go_while_the_others_run(membership: Away, listed: Listed, now_s: Seconds) -> None:
    alone = Member("a", membership, listed, now_s)
    alone.turn()
    alone.cameras.told.clear()
    listed.cameras = [camera("cam-0", fps=1.0), *CAMERAS[2:], camera("new")]
    alone.turn()
    until(lambda: (alone.turn() or alone.cameras.running.get("cam-0")) == camera("cam-0", fps=1.0))
    until(lambda: "cam-1" not in alone.running)
    assert sorted(alone.cameras.told) == ["add cam-0", "add new", "remove cam-0", "remove cam-1"]


def test_while_the_members_cannot_be_asked_nothing_is_told_twice_and_afterwards_all_goes_on(
    membership: Away, listed: Listed, now_s: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    alone = Member("a", membership, listed, now_s)
    alone.turn()
    membership.away = True
    for _ in range(3):
        now_s.now_s += 2.0
        alone.turn()
    assert alone.running == ids()
    assert not alone.leases.holds("cam-0")
    assert "lease_lost" in alone.keeper.report().faults
    membership.away = False
    alone.turn()
    assert alone.leases.holds("cam-0")
    assert alone.keeper.report().faults == ()
    assert len([one for one in caplog.records if one.levelno == logging.ERROR and "lease_lost" in one.message]) == 1
    assert "hunter2" not in caplog.text


def test_while_the_store_cannot_be_read_the_cameras_run_on(membership: Away, listed: Listed, now_s: Seconds) -> None:
    alone = Member("a", membership, listed, now_s)
    alone.turn()
    listed.away = True
    for _ in range(4):
        now_s.now_s += 2.0
        alone.turn()
    assert alone.running == ids()
    assert alone.leases.holds("cam-0")
    assert alone.keeper.report().faults == ("store_silent",)


def test_a_lease_that_somebody_else_took_meanwhile_stops_the_camera(
    membership: Away, listed: Listed, now_s: Seconds
) -> None:
    alone = Member("a", membership, listed, now_s)
    alone.turn()
    now_s.now_s += 6.0
    assert membership.claim(["cam-3"], "other-id") == {"cam-3"}
    alone.keeper.beat()
    until(lambda: alone.running == ids() - {"cam-3"})


def test_a_camera_that_cannot_run_here_costs_the_others_nothing_and_is_told(
    membership: Away, listed: Listed, now_s: Seconds
) -> None:
    alone = Member("a", membership, listed, now_s)
    alone.cameras.refused = frozenset({"cam-0"})
    alone.turn()
    alone.turn()
    assert alone.running == ids() - {"cam-0"}
    assert alone.cameras.told.count("add cam-0") == 1
    assert alone.keeper.report().faults == ("refused:cam-0",)
    alone.cameras.refused = frozenset()
    listed.cameras[0] = camera("cam-0", fps=2.0)
    alone.turn()
    assert "cam-0" in alone.running


def test_who_stops_in_order_leaves_everything_to_the_others_at_once(
    membership: Away, listed: Listed, now_s: Seconds
) -> None:
    one, two = Member("a", membership, listed, now_s), Member("b", membership, listed, now_s)
    one.turn()
    one.keeper.close(one.cameras.close)
    assert (one.running, membership.reports()) == (set(), ())
    two.turn()
    assert two.running == ids()


def test_threads_do_the_same_by_themselves(listed: Listed) -> None:
    before = set(threading.enumerate())
    membership = MemoryMembership(5.0)
    one = Member("a", membership, listed, Seconds())
    one.keeper.start()
    until(lambda: one.running == ids() and len(membership.reports()) == 1)
    one.keeper.close(one.cameras.close)
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name.startswith(("keeper", "stopper"))]
