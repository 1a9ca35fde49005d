"""The public record of a passage; it names a plate by its keyed hash alone."""

from datetime import datetime

from pipelines.events import Event, EventKind, event_id
from pipelines.parking.sessions import Passage


def passage_event(
    passage: Passage, at: datetime, plate_hash: str | None, camera_id: str | None, visit: str | None
) -> Event:
    """The event of a passage; the same visit decided the same way again is the same event.

    Args:
        passage: as it is on record.
        at: when the car stood there, aware UTC.
        plate_hash: for events; None: nobody could read the plate.
        camera_id, visit: of the record; None: no camera saw it.
    """
    kind = _kind(passage)
    return Event(
        event_id=event_id(camera_id, visit or passage.id, kind),
        kind=kind,
        occurred_at=at,
        purpose=passage.purpose,
        camera_id=camera_id,
        decision_id=passage.id,
        decision=passage.decision,
        reason=passage.reason,
        plate_hash=plate_hash,
        lot_id=passage.lot_id,
        lane_id=passage.lane_id,
        session_id=passage.session_id,
        direction=passage.direction,
    )


def _kind(passage: Passage) -> EventKind:
    if passage.decision == "unknown":
        return "parking.operator_needed"
    if passage.decision == "rejected":
        return "parking.refused"
    return "parking.entry" if passage.direction == "entry" else "parking.exit"
