import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.records.gate_values import BarrierCommand
from pipelines.records.store import Store
from pipelines.records.values import AuditNote, new_id
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.records.people import agreed, decision, key, told
from vision.errors import Conflict, NotFound

# Records decisions without end and prints the id of each after its commit.
WRITER = """
import sys
from pathlib import Path
from pipelines.records.store import Store
from pipelines.records.values import AuditNote
from pipelines.settings import Settings, utc_now
from tests.pipelines.records.people import decision, told
from tests.servers.databases import ON_BOTH

pytestmark = ON_BOTH
store = Store.open(Settings(home=Path(sys.argv[1])))
while True:
    made = decision(utc_now())
    store.decisions.record(made, told(made), AuditNote("gate", "decision.recorded", made.id))
    print(made.id, flush=True)
"""


def test_a_decision_comes_back_as_it_was_recorded(store: Store, clock: FakeClock) -> None:
    subject = agreed(store)
    full = decision(clock(), subject.id, camera_id="cam-1", shadow=True)
    bare = decision(clock(), None, "unknown", score=None, threshold=None, model_id=None)
    assert store.decisions.record(full) == full
    store.decisions.record(bare)
    assert store.decisions.get(full.id) == full
    assert store.decisions.get(bare.id) == bare
    assert store.decisions.list().items == (bare, full)


def test_decision_event_and_audit_entry_are_kept_together(store: Store, clock: FakeClock) -> None:
    made = decision(clock())
    store.decisions.record(made, told(made), AuditNote("gate", "decision.recorded", made.id))
    [stored] = store.events.list()
    assert stored.event == told(made)
    assert [entry.note.target for entry in store.audit.list().items] == [made.id]
    with pytest.raises(Exception, match="UNIQUE"):
        store.decisions.record(made, told(decision(clock())), AuditNote("gate", "decision.recorded", made.id))
    assert len(store.events.list()) == 1
    assert store.audit.head()[0] == 1


def test_nobody_unknown_is_accepted(store: Store, clock: FakeClock) -> None:
    made = decision(clock(), "sub_0")
    with pytest.raises(NotFound):
        store.decisions.record(made, told(made))
    assert store.decisions.list().items == ()
    assert store.events.list() == ()


def test_an_unknown_subject_is_left_out_of_a_decision_that_opens_nothing(store: Store, clock: FakeClock) -> None:
    made = decision(clock(), "sub_0", "unknown")
    recorded = store.decisions.record(made, told(made))
    assert recorded == replace(made, subject_id=None) == store.decisions.get(made.id)
    assert store.events.list()[0].event.subject_id is None


def test_lists_keep_to_a_gate_a_subject_and_the_purposes_of_the_key(store: Store, clock: FakeClock) -> None:
    subject = agreed(store)
    north = store.decisions.record(decision(clock(), subject.id))
    south = store.decisions.record(decision(clock(), gate_id="south", purpose="boarding"))
    viewer = key(store, "boarding")
    assert store.decisions.list(gate_id="north").items == (north,)
    assert store.decisions.list(subject_id=subject.id).items == (north,)
    assert store.decisions.list(viewer=viewer).items == (south,)
    with pytest.raises(NotFound):
        store.decisions.get(north.id, viewer)
    with pytest.raises(NotFound):
        store.decisions.get("dec_0")


def test_pages_go_from_new_to_old(store: Store, clock: FakeClock) -> None:
    made = [store.decisions.record(decision(clock())) for _ in range(3)]
    first = store.decisions.list(limit=2)
    assert first.items == (made[2], made[1])
    assert store.decisions.list(first.next).items == (made[0],)


def test_a_killed_process_loses_nothing_that_was_answered(settings: Settings) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", WRITER, str(settings.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603  our own interpreter and script
        assert process.stdout is not None
        answered = [process.stdout.readline().strip() for _ in range(50)]
        process.send_signal(signal.SIGKILL)
        answered += process.stdout.read().split("\n")[:-1]
    store = Store.open(settings)
    kept = {store.decisions.get(decision_id).id for decision_id in answered}
    told_of = {stored.event.decision_id for stored in store.events.list(limit=10_000)}
    assert len(kept) == len(answered) >= 50
    assert kept <= told_of
    assert store.audit.verify_chain() is None
    assert store.audit.head()[0] == len(told_of)
    store.close()


def _command(clock: FakeClock, **options: object) -> BarrierCommand:
    until = clock() + timedelta(seconds=5)
    values = {"id": new_id("cmd"), "gate_id": "north", "decision_id": "dec_1", "manual": False, "actor": "gate"}
    return BarrierCommand(**values | {"reason": "match", "created_at": clock(), "expires_at": until} | options)


def test_a_barrier_command_is_settled_once(store: Store, clock: FakeClock) -> None:
    command = store.barriers.record(_command(clock))
    assert store.barriers.get(command.id) == command
    clock.advance(1)
    settled = store.barriers.settle(command.id, "opened", told(decision(clock())))
    assert settled == replace(command, outcome="opened", settled_at=clock())
    assert len(store.events.list()) == 1
    with pytest.raises(Conflict, match="settled already as opened"):
        store.barriers.settle(command.id, "timed_out")
    with pytest.raises(NotFound):
        store.barriers.settle("cmd_0", "opened")
    with pytest.raises(NotFound):
        store.barriers.get("cmd_0")


def test_barrier_commands_are_listed_by_gate_from_new_to_old(store: Store, clock: FakeClock) -> None:
    first, second = store.barriers.record(_command(clock)), store.barriers.record(_command(clock, manual=True))
    store.barriers.record(_command(clock, gate_id="south"), told(decision(clock())), AuditNote("key_1", "opened"))
    assert store.barriers.list("north").items == (second, first)
    assert store.audit.head()[0] == 1
