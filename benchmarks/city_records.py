"""Synthetic records of a city, as its lanes write them, and the form in which each sets out for the database."""

import random
import uuid
from datetime import datetime, timedelta

from pipelines.bus.bus import Letter
from pipelines.bus.sink import event_letter, incident_letter
from pipelines.events import Event, EventKind, event_id
from pipelines.records.gate_values import Decision
from pipelines.street.incidents import Report
from vision.errors import BadInput

# A city's day by kind, in per cent: nine records in ten are plates at gates and checkpoints.
MIX: dict[EventKind, int] = {"plate.read": 90, "incident.reported": 4, "camera.state": 4, "face.decision": 2}
ANSWER_S = 5.0


def drawn_record(chance: random.Random, kind: EventKind, camera_id: str, at: datetime) -> Event:
    """A record of one of the kinds of `MIX`, with ids as long as real ones."""

    def digits(count: int) -> str:
        return f"{chance.getrandbits(4 * count):0{count}x}"

    told: dict[EventKind, dict[str, object]] = {
        "plate.read": {"purpose": "parking", "plate_hash": digits(64), "score": 0.9871, "direction": "approaching"},
        "incident.reported": {
            "purpose": "street",
            "incident_id": f"inc_{digits(32)}",
            "case_id": f"cas_{digits(32)}",
            "incident_kind": "06036",
            "zone": "pavement",
            "state": "opened",
        },
        "camera.state": {"state": "live"},
        "face.decision": {
            "purpose": "metro-access",
            "gate_id": "gate-12",
            "subject_id": f"sub_{digits(32)}",
            "decision_id": f"dec_{digits(32)}",
            "decision": "accepted",
            "reason": "match",
            "score": 0.9612,
        },
    }
    identity = event_id(camera_id, uuid.UUID(int=chance.getrandbits(128)).hex, kind)
    return Event.model_validate(
        {"event_id": identity, "kind": kind, "occurred_at": at, "camera_id": camera_id} | told[kind]
    )


def letter_of(record: Event) -> Letter:
    """The record on the bus: of an incident the camera's report, of which the reader makes incident, case and event.

    Raises:
        BadInput: a decision, which never travels.
    """
    if record.kind == "face.decision":
        raise BadInput("record: wanted one that travels, got a decision, which the gate commits itself")
    if record.kind != "incident.reported":
        return event_letter(record)
    kind, camera_id, reference = record.incident_kind or "", record.camera_id, record.event_id
    report = Report(kind, "camera", record.occurred_at, camera_id=camera_id, zone=record.zone, reference=reference)
    return incident_letter(report)


def decision_of(record: Event) -> tuple[Decision, Event]:
    """What a gate commits, with its event: nobody is enrolled in a synthetic city, so everybody is unknown."""
    found = {"decision": "unknown", "reason": "no_match", "subject_id": None}
    event = record.model_copy(update=found)
    return (
        Decision(
            id=record.decision_id or "",
            gate_id=record.gate_id or "",
            purpose=record.purpose or "",
            decision="unknown",
            reason="no_match",
            score=record.score,
            threshold=0.97,
            subject_id=None,
            model_id="synthetic",
            camera_id=record.camera_id,
            created_at=record.occurred_at,
            expires_at=record.occurred_at + timedelta(seconds=ANSWER_S),
        ),
        event,
    )


def identity_of(record: Event) -> str:
    """By which the record is found again: a letter's id, or a decision's event."""
    return record.event_id if record.kind == "face.decision" else letter_of(record).id
