from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from pipelines.events import Event, event_id

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def test_the_same_camera_visit_and_kind_give_the_same_id_for_ever() -> None:
    made = event_id("cam-1", "visit-1", "face.decision")
    assert made == event_id("cam-1", "visit-1", "face.decision")
    # Written down: another id after an update would store every repeated event twice.
    assert made == "evt_b2fc54226b5252b8b5e7aa5ac19ce27d"


def test_another_camera_visit_or_kind_gives_another_id() -> None:
    made = {
        event_id("cam-1", "visit-1", "face.decision"),
        event_id("cam-2", "visit-1", "face.decision"),
        event_id(None, "visit-1", "face.decision"),
        event_id("cam-1", "visit-2", "face.decision"),
        event_id("cam-1", "visit-1", "camera.state"),
        event_id("cam-1visit-1", "", "face.decision"),
    }
    assert len(made) == 6


def test_an_event_has_no_place_for_an_embedding_or_anything_else() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Event(event_id="evt_1", kind="face.decision", occurred_at=NOON, vector=[0.5])
    types = {str(field.annotation) for field in Event.model_fields.values()}
    assert not [name for name in types if "list" in name or "bytes" in name or "dict" in name or "Any" in name]


def test_an_event_does_not_change() -> None:
    event = Event(event_id="evt_1", kind="face.decision", occurred_at=NOON)
    with pytest.raises(ValidationError, match="frozen"):
        event.reason = "match"


@pytest.mark.parametrize("moment", [NOON.replace(tzinfo=None), NOON.astimezone(timezone(timedelta(hours=2)))])
def test_a_time_that_is_not_utc_is_refused(moment: datetime) -> None:
    with pytest.raises(ValidationError, match="aware UTC"):
        Event(event_id="evt_1", kind="face.decision", occurred_at=moment)
