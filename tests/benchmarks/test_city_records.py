import random
from datetime import UTC, datetime

import pytest

from benchmarks.city_records import MIX, decision_of, drawn_record, identity_of, letter_of
from pipelines.bus.sink import EVENT, INCIDENT, event_letter
from pipelines.events import Event, EventKind
from vision.errors import BadInput

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def record(kind: EventKind) -> Event:
    return drawn_record(random.Random(1), kind, "district-01-cam-00007", AT)


def test_the_mix_is_a_whole() -> None:
    assert sum(MIX.values()) == 100


@pytest.mark.parametrize("kind", ["plate.read", "camera.state"])
def test_what_a_camera_shows_travels_as_it_is(kind: EventKind) -> None:
    assert letter_of(record(kind)) == event_letter(record(kind))
    assert letter_of(record(kind)).topic == EVENT
    assert identity_of(record(kind)) == record(kind).event_id


def test_an_incident_travels_as_its_cameras_report() -> None:
    letter = letter_of(record("incident.reported"))
    assert letter.topic == INCIDENT
    assert letter.id == f"inc:district-01-cam-00007:{record('incident.reported').event_id}"
    assert identity_of(record("incident.reported")) == letter.id


def test_a_decision_does_not_travel_and_is_of_nobody() -> None:
    with pytest.raises(BadInput, match="commits itself"):
        letter_of(record("face.decision"))
    decision, event = decision_of(record("face.decision"))
    assert (decision.decision, event.decision, decision.subject_id, event.subject_id) == ("unknown",) * 2 + (None,) * 2
    assert (decision.id, event.event_id) == (event.decision_id, identity_of(record("face.decision")))
