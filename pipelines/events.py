"""The one public record: what happened, where and when, and never an embedding."""

import json
import uuid
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

EventKind = Literal[
    "face.decision",
    "barrier.command",
    "camera.state",
    "consent.withdrawn",
    "subject.erased",
    "plate.read",
    "parking.entry",
    "parking.exit",
    "parking.refused",
    "parking.payment",
    "parking.operator_needed",
    "incident.reported",
    "case.changed",
]
DecisionWord = Literal["accepted", "rejected", "unknown"]

# Random, fixed for ever: another namespace would give a repeated event another id.
_NAMESPACE = uuid.UUID("5b8a1c0e-3f5f-4b0e-9a43-6a1d1f1c7a20")


def event_id(camera_id: str | None, visit: str, kind: EventKind) -> str:
    """`evt_...`, the same for the same camera, visit and kind, so that a repeat is the same event.

    Args:
        camera_id: None for what no camera saw; `visit` must then be unique by itself.
        visit: one passage before one camera, or the id of what the event tells of (a decision's, a command's).
    """
    return f"evt_{uuid.uuid5(_NAMESPACE, json.dumps([camera_id, visit, kind])).hex}"


class Event(BaseModel):
    """One thing that happened; the services, webhooks and the console see nothing else.

    Attributes:
        purpose: only keys with this purpose see the event; None: every key that may read events.
        occurred_at: aware UTC; of a frame the time of the stream.
        state: the word of a camera's, a barrier's or a case's state, or what became of an incident.
        score: cosine similarity, -1..1.
        shadow: decided for the record only; nobody at the gate was told.
        plate_hash: keyed, the same for the same plate; the text itself is never in an event.
        lot_id, lane_id, session_id: of parking.
        incident_id, case_id, incident_kind, zone: of the street; the kind is a code of the catalogue.
        direction: of a car in its lane, `entry` or `exit`, or as its camera saw it, `approaching` or `leaving`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    event_id: str
    kind: EventKind
    occurred_at: datetime
    purpose: str | None = None
    camera_id: str | None = None
    gate_id: str | None = None
    subject_id: str | None = None
    decision_id: str | None = None
    decision: DecisionWord | None = None
    reason: str | None = None
    state: str | None = None
    score: float | None = None
    shadow: bool = False
    plate_hash: str | None = None
    lot_id: str | None = None
    lane_id: str | None = None
    session_id: str | None = None
    direction: str | None = None
    incident_id: str | None = None
    case_id: str | None = None
    incident_kind: str | None = None
    zone: str | None = None

    @field_validator("occurred_at")
    @classmethod
    def _aware_utc(cls, value: datetime) -> datetime:
        if value.utcoffset() != timedelta(0):
            raise ValueError(f"wanted an aware UTC time, got {value!r}")
        return value
