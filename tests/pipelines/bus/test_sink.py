from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.bus.bus import Letter
from pipelines.bus.sink import StoreSink, event_letter, incident_letter, line_count_letter
from pipelines.records.store import Store
from pipelines.settings import Settings
from pipelines.street.incidents import Box, Report
from pipelines.street.line_counts import LineCount
from tests.fakes import NOW, FakeClock
from tests.pipelines.bus.letters import BROKEN, camera_event, letters
from vision.errors import BadInput, Conflict, NotFound

REPORT = Report("06036", "camera", NOW, camera_id="quay-3", zone="kerb", box=Box(0.1, 0.2, 0.3, 0.4), reference="r1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(Settings(home=tmp_path), FakeClock())
    yield store
    store.close()


@pytest.fixture
def reports() -> list[tuple[Report, str]]:
    return []


@pytest.fixture
def sink(store: Store, reports: list[tuple[Report, str]]) -> StoreSink:
    def report(told: Report, camera_id: str) -> None:
        if told.kind == "00000":
            raise BadInput("kind: wanted one of the catalogue, got 00000")
        reports.append((told, camera_id))

    return StoreSink(store, report)


def test_events_are_stored_once_whole_and_counted(store: Store, sink: StoreSink) -> None:
    event = camera_event(1, reason="lost", plate_hash="ab" * 32)
    assert sink.take([event_letter(event), event_letter(event)]).new == 1
    assert sink.take([event_letter(event), event_letter(camera_event(2))]).new == 1
    assert [stored.event for stored in store.events.list()] == [event, camera_event(2)]
    assert sink.take([]).new == 0


def test_a_street_report_comes_back_whole_in_the_name_of_its_camera(
    sink: StoreSink, reports: list[tuple[Report, str]]
) -> None:
    assert sink.take([incident_letter(REPORT)]).refused == {}
    assert reports == [(REPORT, "quay-3")]


def test_a_count_is_stored_once(store: Store, sink: StoreSink) -> None:
    count = LineCount("quay-3", "stop", NOW, NOW, 0.5, {"car": (2, 1)})
    letter = line_count_letter(count)
    assert [sink.take([letter]).new for _ in range(2)] == [1, 0]
    assert list(store.street.line_counts.of_camera("quay-3", NOW, NOW + timedelta(seconds=1))) == [count]


def test_what_can_be_no_record_is_refused_without_its_values_and_the_others_are_stored(
    store: Store, sink: StoreSink
) -> None:
    unknown = Letter("evt_x", "weather", "{}")
    wrong_kind = incident_letter(Report("00000", "camera", NOW, camera_id="quay-3", reference="r2"))
    taken = sink.take([BROKEN, *letters(2), unknown, wrong_kind])
    assert taken.new == 2
    assert set(taken.refused) == {BROKEN.id, unknown.id, wrong_kind.id}
    assert "kind: Input should be" in taken.refused[BROKEN.id]
    assert "unheard.of" not in taken.refused[BROKEN.id]
    assert len(store.events.list()) == 2


def test_an_event_that_the_database_refuses_does_not_keep_the_others_from_it(store: Store, sink: StoreSink) -> None:
    with store.backing.database.writing() as transaction:
        transaction.session.connection().exec_driver_sql(
            "CREATE TRIGGER picky BEFORE INSERT ON events WHEN NEW.camera_id = 'cam-9' "
            "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        )
    odd = camera_event("odd", camera_id="cam-9")
    taken = sink.take([event_letter(odd), *map(event_letter, (camera_event(1), camera_event(2)))])
    assert (taken.new, taken.refused) == (2, {odd.event_id: "IntegrityError"})


def test_a_dead_letter_is_seen_and_replayed_when_what_refused_it_was_put_right(store: Store, sink: StoreSink) -> None:
    sink.bury(BROKEN, "spool-a", "kind: unknown", 5)
    sink.bury(BROKEN, "spool-a", "kind: still unknown", 6)
    [dead] = store.dead_letters.list().items
    assert (dead.letter_id, dead.topic, dead.sender, dead.body) == (BROKEN.id, "event", "spool-a", BROKEN.body)
    assert (dead.reason, dead.tries, dead.died_at) == ("kind: still unknown", 6, NOW)
    with pytest.raises(Conflict, match="kind: Input should be"):
        sink.replay(dead, actor="op")
    assert store.dead_letters.count() == 1
    good = event_letter(camera_event(1))
    sink.bury(good, "spool-a", "an older version did not know it", 5)
    [revived, _] = store.dead_letters.list().items
    assert sink.replay(revived, actor="op")
    assert store.dead_letters.count() == 1
    assert store.events.seq_of(good.id) is not None
    [note] = [entry.note for entry in store.audit.list().items]
    assert (note.actor, note.action, note.target) == ("op", "dead_letter.replayed", revived.id)
    assert note.details == {"letter": good.id, "topic": "event", "new": True}
    with pytest.raises(NotFound):
        sink.replay(revived, actor="op")


def test_a_dead_letter_of_any_characters_can_be_kept(store: Store, sink: StoreSink) -> None:
    sink.bury(Letter("a\0b", "t\0", "\0\ufffd"), "s\0", "r\0" * 600, 5)
    [dead] = store.dead_letters.list().items
    assert "\0" not in dead.letter_id + dead.topic + dead.body + dead.sender + dead.reason
    assert len(dead.reason) == 500
