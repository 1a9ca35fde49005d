import os
import threading
from datetime import timedelta

import pytest

from pipelines.records.gate_values import BarrierCommand
from pipelines.records.retention import Sweep, Sweeper
from pipelines.records.store import Store
from pipelines.records.values import Answer, Claim
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.records.people import GALLERY, PURPOSE, decision, embedding, enrolled, gallery, gone, told
from tests.servers.databases import ON_BOTH

pytestmark = ON_BOTH

DAY_S = 86_400.0
NOTHING = Sweep(0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def sweeper(store: Store, settings: Settings) -> Sweeper:
    return Sweeper(store, settings)


def _short_consent(store: Store, clock: FakeClock, seconds: float) -> str:
    """A subject in the gallery `staff` whose one consent lasts so long."""
    subject = store.subjects.create("Ann", None, actor="test")
    until = clock() + timedelta(seconds=seconds)
    store.consents.record(subject.id, PURPOSE, evidence="form", expires_at=until, actor="test")
    store.templates.add(subject.id, GALLERY, [(embedding(5), 0.5)], actor="test")
    return subject.id


def test_a_sweep_of_an_empty_store_removes_nothing_and_is_not_audited(store: Store, sweeper: Sweeper) -> None:
    assert sweeper.sweep_once() == NOTHING
    assert store.audit.head()[0] == 0


def test_templates_go_when_the_consent_expires_and_not_before(store: Store, sweeper: Sweeper, clock: FakeClock) -> None:
    gallery(store)
    stays = enrolled(store)
    goes = _short_consent(store, clock, 10)
    [theirs] = store.templates.list(subject_id=goes).items
    clock.advance(9)
    assert sweeper.sweep_once() == NOTHING
    clock.advance(1)
    assert sweeper.sweep_once().templates == 1
    assert gone(store) == [theirs.id]
    assert [entry.subject_id for entry in store.templates.list().items] == [stays.id]


def test_a_renewed_consent_keeps_the_templates(store: Store, sweeper: Sweeper, clock: FakeClock) -> None:
    gallery(store)
    subject_id = _short_consent(store, clock, 10)
    store.consents.record(subject_id, PURPOSE, evidence="form 2", expires_at=None, actor="test")
    clock.advance(11)
    assert sweeper.sweep_once() == NOTHING


def test_an_expired_gallery_loses_templates_and_photographs_and_keeps_its_name(
    store: Store, sweeper: Sweeper, clock: FakeClock, settings: Settings
) -> None:
    gallery(store, expires_at=clock() + timedelta(seconds=10), keep_photographs=True)
    gallery(store, "other")
    subject = enrolled(store)
    store.templates.add(subject.id, "other", [(embedding(2), 0.5)], actor="test")
    store.photographs.add(subject.id, GALLERY, b"picture", actor="test")
    clock.advance(10)
    sweep = sweeper.sweep_once()
    assert (sweep.templates, sweep.photographs) == (1, 1)
    assert list((settings.home / "evidence").iterdir()) == []
    assert [entry.gallery_id for entry in store.templates.list().items] == ["other"]
    assert store.galleries.get(GALLERY).expired_at(clock())


def test_records_go_when_their_time_is_up(store: Store, sweeper: Sweeper, clock: FakeClock) -> None:
    made = decision(clock())
    store.decisions.record(made, told(made))
    until = clock() + timedelta(seconds=5)
    store.barriers.record(BarrierCommand("cmd_1", "north", made.id, False, "gate", "match", clock(), until))
    claim = store.idempotency.begin("key_1", "abc", "POST")
    assert isinstance(claim, Claim)
    store.idempotency.finish(claim, Answer(201, "application/json", b"{}"))
    clock.advance(DAY_S - 1)
    assert sweeper.sweep_once() == NOTHING
    clock.advance(1)
    assert sweeper.sweep_once() == Sweep(0, 0, 0, 0, 0, answers=1, orphaned_files=0)
    # decisions, commands and events stay 30 days
    clock.advance(29 * DAY_S - 1)
    assert sweeper.sweep_once() == NOTHING
    clock.advance(1)
    assert sweeper.sweep_once() == Sweep(0, 0, 1, 1, 1, 0, 0)
    assert store.decisions.list().items == ()
    assert store.events.list() == ()


def test_a_second_sweep_finds_nothing(store: Store, sweeper: Sweeper, clock: FakeClock) -> None:
    gallery(store)
    _short_consent(store, clock, 10)
    clock.advance(10)
    assert sweeper.sweep_once() != NOTHING
    entries = store.audit.head()[0]
    assert sweeper.sweep_once() == NOTHING
    assert store.audit.head()[0] == entries


def test_what_a_sweep_removed_is_audited_in_counts(store: Store, sweeper: Sweeper, clock: FakeClock) -> None:
    gallery(store)
    _short_consent(store, clock, 10)
    clock.advance(10)
    sweeper.sweep_once()
    note = store.audit.list().items[-1].note
    assert (note.actor, note.action, note.target) == ("sweeper", "retention.swept", None)
    assert {name: count for name, count in note.details.items() if count} == {"templates": 1}


def test_files_without_a_row_go_after_an_hour_and_files_with_one_stay(
    store: Store, sweeper: Sweeper, clock: FakeClock, settings: Settings
) -> None:
    gallery(store, keep_photographs=True)
    subject = enrolled(store)
    kept = store.photographs.add(subject.id, GALLERY, b"picture", actor="test")
    folder = settings.home / "evidence"
    orphan, young = folder / "pho_0.sealed", folder / "pho_1.sealed"
    for file, age_s in ((folder / f"{kept.id}.sealed", 3601), (orphan, 3601), (young, 3599)):
        file.touch()
        moment = clock().timestamp() - age_s
        os.utime(file, (moment, moment))
    assert sweeper.sweep_once().orphaned_files == 1
    assert sorted(file.name for file in folder.iterdir()) == sorted([f"{kept.id}.sealed", young.name])
    assert store.photographs.read(kept.id) == b"picture"


def test_the_thread_sweeps_by_itself_and_ends_when_closed(store: Store, settings: Settings, clock: FakeClock) -> None:
    gallery(store)
    _short_consent(store, clock, 10)
    clock.advance(10)
    swept = threading.Event()
    store.on_templates_changed(swept.set)
    sweeper = Sweeper(store, settings)
    sweeper.start()
    assert swept.wait(timeout=30)
    sweeper.close()
    assert store.templates.count() == 0
    assert "sweeper" not in [thread.name for thread in threading.enumerate()]


def test_a_sweeper_that_was_never_started_can_be_closed(sweeper: Sweeper) -> None:
    sweeper.close()


def test_a_failed_sweep_is_counted_and_the_next_one_makes_up_for_it(
    store: Store, settings: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed, recovered = threading.Event(), threading.Event()

    def sweep_once(sweeper: Sweeper) -> Sweep:
        if sweeper.failures < 2:
            raise OSError("disk full")
        failed.set()
        recovered.wait(timeout=30)
        return NOTHING

    monkeypatch.setattr(Sweeper, "sweep_once", sweep_once)
    sweeper = Sweeper(store, settings.model_copy(update={"sweep_interval_s": 0.01}))
    sweeper.start()
    assert failed.wait(timeout=30)
    assert sweeper.failures == 2
    recovered.set()
    sweeper.close()
    assert sweeper.failures == 0


def test_a_small_store_is_compacted_once_after_a_removal_and_a_large_one_stays_due(
    store: Store, sweeper: Sweeper, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    compacted: list[int] = []
    database = store.backing.database
    monkeypatch.setattr(database, "compact", lambda: compacted.append(1) is None)
    sweeper.sweep_once()
    assert compacted == []
    gallery(store)
    store.subjects.erase(enrolled(store).id, actor="test")
    monkeypatch.setattr("pipelines.records.retention.COMPACT_UP_TO_BYTES", database.size_bytes() - 1)
    sweeper.sweep_once()
    assert compacted == []
    monkeypatch.setattr("pipelines.records.retention.COMPACT_UP_TO_BYTES", database.size_bytes())
    sweeper.sweep_once()
    sweeper.sweep_once()
    assert compacted == [1]


def test_much_that_is_due_goes_in_short_transactions_that_are_each_audited(
    store: Store, sweeper: Sweeper, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("batches", "retention"):
        monkeypatch.setattr(f"pipelines.records.{module}.BATCH_ROWS", 3)
    gallery(store)
    for _ in range(4):
        _short_consent(store, clock, 10)
    for _ in range(7):
        made = decision(clock())
        store.decisions.record(made, told(made))
    clock.advance(30 * DAY_S)
    # 4 templates go as 3 and 1; 7 decisions and their events as 3, 3 and 1; that templates came is told for a day
    assert sweeper.sweep_once() == Sweep(4, 0, 7, 0, 7, 0, 0, template_changes=4)
    swept = [entry.note for entry in store.audit.list(limit=500).items if entry.note.action == "retention.swept"]
    assert [(note.details["templates"], note.details["events"]) for note in swept] == [(3, 3), (1, 3), (0, 1)]
    assert sweeper.sweep_once() == NOTHING


def test_what_a_killed_restore_left_goes_after_a_day(sweeper: Sweeper, settings: Settings, clock: FakeClock) -> None:
    left = settings.home / ".restore-abc"
    left.mkdir()
    (left / "citygate.db").touch()
    clock.now = clock.now.fromtimestamp(left.stat().st_mtime, clock.now.tzinfo)
    clock.advance(DAY_S - 60)
    sweeper.sweep_once()
    assert left.exists()
    clock.advance(120)
    sweeper.sweep_once()
    assert not left.exists()
