"""Topics and payloads of events over MQTT."""

import json
from typing import get_args

import pytest

from pipelines.events import EventKind
from pipelines.outlets.onvif import TOPICS, availability_topic, payload_of, topic_of
from tests.pipelines.outlets.receivers import event


@pytest.mark.parametrize(
    ("kind", "fields", "topic"),
    [
        (
            "plate.read",
            {"camera_id": "in-cam", "lot_id": "harbour", "lane_id": "in"},
            "c/onvif-ej/RuleEngine/Recognition/LicensePlate/&in-cam/harbour/in",
        ),
        ("face.decision", {"gate_id": "north"}, "c/onvif-ej/RuleEngine/Recognition/Face/&-/north"),
        ("camera.state", {"camera_id": "quay"}, "c/onvif-ej/tns:citygate/VideoSource/State/&quay/-"),
        (
            "incident.reported",
            {"camera_id": "a/+b#", "zone": "kerb"},
            "c/onvif-ej/tns:citygate/Street/Incident/&a__b_/kerb",
        ),
        ("subject.erased", {}, "c/onvif-ej/tns:citygate/Privacy/SubjectErased/&-/-"),
    ],
)
def test_topics_are_onvif_s_with_camera_and_place(kind: EventKind, fields: dict[str, str], topic: str) -> None:
    assert topic_of("c", event(1, kind, **fields)) == topic


def test_every_kind_has_a_topic_of_its_own() -> None:
    assert set(TOPICS) == set(get_args(EventKind))
    assert len(set(TOPICS.values())) == len(TOPICS)


def test_a_payload_has_time_source_and_data() -> None:
    told = json.loads(payload_of(event(1, gate_id="north", camera_id="n-cam", decision="accepted")))
    assert told["UtcTime"] == "2026-11-21T08:00:00Z"
    assert told["Source"] == {"VideoSource": "n-cam", "Gate": "north"}
    assert (told["Data"]["type"], told["Data"]["decision"]) == ("face.decision", "accepted")
    assert told["Data"]["event_id"].startswith("evt_")
    assert "PropertyOperation" not in told


def test_a_camera_s_state_is_a_property() -> None:
    told = json.loads(payload_of(event(1, "camera.state", camera_id="quay", state="lost")))
    assert (told["PropertyOperation"], told["Data"]["state"]) == ("Changed", "lost")


def test_availability_has_a_topic_beside_the_events() -> None:
    assert availability_topic("city/harbour") == "city/harbour/availability"
