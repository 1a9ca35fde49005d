"""Records that were on their way while somebody was erased, on either database."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.bus.sink import StoreSink, event_letter
from pipelines.events import Event
from pipelines.records.backup import back_up
from pipelines.records.restore import restore
from pipelines.records.store import Store
from tests.fakes import NOW, FakeClock
from tests.pipelines.bus.letters import BROKEN, camera_event
from tests.pipelines.garage import OTHER, PLATE, Garage
from tests.pipelines.records.people import enrolled, gallery
from tests.servers.databases import ON_BOTH
from vision.errors import NotFound


def _sink(store: Store) -> StoreSink:
    return StoreSink(store, lambda _report, _camera_id: None)


def _read(store: Store, plate: str, **options: object) -> Event:
    return camera_event(plate, plate_hash=store.parking.plates.hash("event", plate), **options)


def _bury(store: Store, body: str, letter_id: str = "evt_x") -> bool:
    words = {"letter_id": letter_id, "topic": "event", "sender": "spool-a"}
    return store.dead_letters.bury(**words, body=body, reason="too new", tries=5)


@ON_BOTH
def test_a_late_event_is_stored_without_the_subject_who_was_erased(store: Store) -> None:
    gallery(store)
    ann, bob = enrolled(store, 1, label="Ann"), enrolled(store, 2, label="Bob")
    letters = [event_letter(camera_event(one.label, subject_id=one.id)) for one in (ann, bob)]
    store.subjects.erase(ann.id, actor="test")
    taken = _sink(store).take(letters)
    assert (taken.new, taken.relieved, taken.refused) == (2, 1, {})
    _, late, other = (stored.event for stored in store.events.list())
    assert (late.camera_id, late.subject_id, other.subject_id) == ("cam-1", None, bob.id)
    # Told once more it is a repeat, and nobody comes back with it.
    assert _sink(store).take(letters).new == 0
    assert store.events.append(camera_event("alone", subject_id=ann.id)).event.subject_id is None


@ON_BOTH
def test_a_late_event_is_stored_without_the_plate_that_was_forgotten(garage: Garage) -> None:
    store, forgotten_at = garage.store, garage.clock()
    early = _read(store, PLATE, occurred_at=forgotten_at - timedelta(hours=1))
    other = _read(store, OTHER, occurred_at=forgotten_at - timedelta(hours=1))
    garage.records.forget_plate(PLATE, actor="test")
    again = _read(store, PLATE, occurred_at=forgotten_at + timedelta(minutes=1))
    again = again.model_copy(update={"event_id": "evt_again"})
    taken = _sink(store).take([event_letter(one) for one in (early, other, again)])
    assert (taken.new, taken.relieved) == (3, 1)
    hashes = {one.event.event_id: one.event.plate_hash for one in store.events.list() if one.event.plate_hash}
    # It came again, and nobody asked to forget that.
    assert hashes == {other.event_id: other.plate_hash, "evt_again": again.plate_hash}


@ON_BOTH
def test_erasing_takes_dead_letters_along_and_late_ones_are_not_kept(garage: Garage) -> None:
    store = garage.store
    gallery(store)
    ann = enrolled(store, 1, label="Ann")
    of_ann, of_car = camera_event("a", subject_id=ann.id), _read(store, PLATE)
    unreadable = f'{{"unheard_of": "{of_car.plate_hash}", {ann.id}'
    for letter_id, body in enumerate((of_ann.model_dump_json(), of_car.model_dump_json(), BROKEN.body)):
        assert _bury(store, body, f"evt_{letter_id}")
    store.subjects.erase(ann.id, actor="test")
    garage.records.forget_plate(PLATE, actor="test")
    assert [one.letter_id for one in store.dead_letters.list().items] == ["evt_2"]
    for body in (of_ann.model_dump_json(), of_car.model_dump_json(), unreadable, f"{of_car.plate_hash}"):
        assert not _bury(store, body)
    assert store.dead_letters.count() == 1
    assert _bury(store, of_car.model_copy(update={"occurred_at": NOW + timedelta(days=1)}).model_dump_json())


def test_a_replayed_dead_letter_of_before_the_erasure_brings_nobody_back(garage: Garage) -> None:
    store = garage.store
    assert _bury(store, _read(store, PLATE).model_dump_json())
    [dead] = store.dead_letters.list().items
    garage.records.forget_plate(PLATE, actor="test")
    # Who had it before his eyes when it was forgotten replays what is no longer there.
    with pytest.raises(NotFound, match="no dead letter"):
        _sink(store).replay(dead, actor="op")
    assert [stored.event.plate_hash for stored in store.events.list()] == [None]


def test_a_restore_forgets_a_plate_in_dead_letters_and_keeps_the_letters_of_others(
    garage: Garage, tmp_path: Path
) -> None:
    file = tmp_path / "monday.backup"
    for number, body in enumerate((_read(garage.store, PLATE).model_dump_json(), BROKEN.body)):
        assert _bury(garage.store, body, f"evt_{number}")
    back_up(garage.store, file, actor="operator")
    garage.wait(1)
    garage.records.forget_plate(PLATE, actor="test")
    garage.records.forget_plate(OTHER, actor="test")
    restore(garage.settings, file, actor="operator")
    with closing(Store.open(garage.settings, FakeClock())) as again:
        assert [one.letter_id for one in again.dead_letters.list().items] == ["evt_1"]
