"""Observations: what was seen in a lane and decided on it; one for each visit, however often it is told."""

import json
from datetime import datetime
from typing import cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pipelines.events import DecisionWord
from pipelines.parking.money import Money
from pipelines.parking.sessions import Observation, Passage, Sighting
from pipelines.parking.words import Direction, Reason
from pipelines.records.backing import Backing
from pipelines.records.paging import Part, read_page
from pipelines.records.parking_places import visible_lots
from pipelines.records.parking_plates import Plates
from pipelines.records.parking_tables import EvidenceRow, LotRow, ObservationRow
from pipelines.records.values import ApiKey, Page
from vision.errors import Conflict, NotFound
from vision.plate_alphabet import PlateKind


class Observations:
    """The observations of one store; a viewer sees those at lots of its purposes.

    Methods that take a `session` are used within the transaction of a decision.
    """

    def __init__(self, backing: Backing, plates: Plates) -> None:
        self._backing = backing
        self._plates = plates

    def get(self, observation_id: str, viewer: ApiKey | None = None) -> Observation:
        """One observation.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            row = session.scalar(_visible(viewer).where(ObservationRow.id == observation_id))
            if row is None:
                raise NotFound(f"no observation {observation_id}")
            return self._value(session, row)

    def list(
        self,
        cursor: str | None = None,
        limit: int = 100,
        *,
        viewer: ApiKey | None = None,
        lot_id: str | None = None,
        waiting: bool = False,
        plate: str | None = None,
    ) -> Page[Observation]:
        """The observations, newest first.

        Args:
            waiting: only those that were answered with unknown, and that no operator dealt with.
            plate: only those of this text, exactly as it was read.
        """
        statement = _visible(viewer)
        if lot_id is not None:
            statement = statement.where(ObservationRow.lot_id == lot_id)
        if waiting:
            statement = statement.where(ObservationRow.decision == "unknown", ObservationRow.resolved_at.is_(None))
        if plate is not None:
            statement = statement.where(ObservationRow.plate_hash == self._plates.hash("observation", plate))
        with self._backing.database.reading() as session:
            part = Part(cursor, limit, newest_first=True)
            return read_page(session, statement, ObservationRow, part, lambda row: self._value(session, row))

    def find(self, session: Session, observation_id: str) -> Observation:
        """One observation.

        Raises:
            NotFound: none with this id.
        """
        return self._value(session, _row(session, observation_id))

    def of_visit(self, session: Session, lot_id: str, camera_id: str | None, visit: str | None) -> Observation | None:
        """What is on record of this visit; None when nothing is, or no camera saw it.

        Raises:
            Conflict: it was at another lot, whose cars are nobody's business here.
        """
        if camera_id is None:
            return None
        same = (ObservationRow.camera_id == camera_id, ObservationRow.visit == visit)
        row = session.scalar(select(ObservationRow).where(*same))
        if row is not None and row.lot_id != lot_id:
            raise Conflict(f"camera {camera_id}: wanted a visit of lot {lot_id}, got one of another lot")
        return None if row is None else self._value(session, row)

    def passage(self, session: Session, observation_id: str, purpose: str) -> Passage:
        """What was answered, marked as a repeat.

        Raises:
            NotFound: none with this id.
        """
        row = _row(session, observation_id)
        return Passage(
            lot_id=row.lot_id,
            lane_id=row.lane_id,
            plate=self._reading(row)[0],
            decision=cast(DecisionWord, row.decision),
            reason=cast(Reason, row.reason),
            decided_at=row.decided_at,
            expires_at=row.expires_at,
            session_id=row.session_id,
            due=None if row.due is None or row.currency is None else Money(row.due, row.currency),
            observation_id=row.id,
            direction=cast(Direction, row.direction),
            purpose=purpose,
            repeated=True,
        )

    def waiting_to_pay(self, session: Session, session_id: str, since: datetime) -> Observation | None:
        """The car that was last refused at an exit because this session owed money; None when another came there since.

        Args:
            since: refusals before are over.
        """
        owing = (ObservationRow.session_id == session_id, ObservationRow.reason == "payment_due")
        refused = select(ObservationRow).where(*owing, ObservationRow.decided_at >= since)
        row = session.scalar(refused.order_by(ObservationRow.seq.desc()).limit(1))
        if row is None:
            return None
        lane = (ObservationRow.lot_id == row.lot_id, ObservationRow.lane_id == row.lane_id)
        newest = session.scalar(select(func.max(ObservationRow.seq)).where(*lane))
        return self._value(session, row) if newest == row.seq else None

    def decide_anew(self, session: Session, passage: Passage) -> None:
        """Replace what was decided; what was seen stays.

        Raises:
            NotFound: none with this id.
        """
        _set_decision(_row(session, passage.observation_id), passage)
        session.flush()

    def keep(self, session: Session, sighting: Sighting, passage: Passage) -> None:
        """Keep the sighting with its decision; of a visit that is on record both replace what was there."""
        row = session.scalar(select(ObservationRow).where(ObservationRow.id == passage.observation_id))
        if row is None:
            row = ObservationRow(id=passage.observation_id, lot_id=passage.lot_id)
            row.seen_at, row.camera_id, row.visit = sighting.seen_at, sighting.camera_id, sighting.visit
            session.add(row)
        row.lane_id, row.direction = passage.lane_id or "", passage.direction
        self._set_reading(row, sighting)
        _set_decision(row, passage)
        session.flush()

    def resolve(self, session: Session, observation_id: str, now: datetime) -> Observation:
        """Mark that an operator dealt with it.

        Raises:
            NotFound: none with this id.
        """
        row = _row(session, observation_id)
        row.resolved_at = now
        session.flush()
        return self._value(session, row)

    def _set_reading(self, row: ObservationRow, sighting: Sighting) -> None:
        row.confidence, row.agreeing, row.kind = sighting.confidence, sighting.agreeing, sighting.kind
        row.reading, row.plate_hash = None, None
        if sighting.plate is not None:
            texts = json.dumps([sighting.plate, *sighting.candidates])
            row.reading = self._plates.seal(texts, _context(row.id))
            row.plate_hash = self._plates.hash("observation", sighting.plate)

    def _reading(self, row: ObservationRow) -> tuple[str | None, tuple[str, ...]]:
        """The plate and its candidates."""
        if row.reading is None:
            return None, ()
        plate, *candidates = json.loads(self._plates.open(row.reading, _context(row.id)))
        return plate, tuple(candidates)

    def _value(self, session: Session, row: ObservationRow) -> Observation:
        plate, candidates = self._reading(row)
        evidence = select(EvidenceRow.id).where(EvidenceRow.observation_id == row.id)
        return Observation(
            id=row.id,
            lot_id=row.lot_id,
            lane_id=row.lane_id,
            direction=cast(Direction, row.direction),
            plate=plate,
            confidence=row.confidence,
            agreeing=row.agreeing,
            kind=cast(PlateKind | None, row.kind),
            candidates=candidates,
            seen_at=row.seen_at,
            camera_id=row.camera_id,
            visit=row.visit,
            decision=cast(DecisionWord, row.decision),
            reason=cast(Reason, row.reason),
            session_id=row.session_id,
            decided_at=row.decided_at,
            expires_at=row.expires_at,
            evidence_id=session.scalar(evidence),
            resolved_at=row.resolved_at,
        )


def _set_decision(row: ObservationRow, passage: Passage) -> None:
    row.decision, row.reason = passage.decision, passage.reason
    row.session_id = passage.session_id
    row.due = None if passage.due is None else passage.due.amount
    row.currency = None if passage.due is None else passage.due.currency
    row.decided_at, row.expires_at = passage.decided_at, passage.expires_at


def _row(session: Session, observation_id: str) -> ObservationRow:
    row = session.scalar(select(ObservationRow).where(ObservationRow.id == observation_id))
    if row is None:
        raise NotFound(f"no observation {observation_id}")
    return row


def _visible(viewer: ApiKey | None) -> Select[ObservationRow]:
    return select(ObservationRow).join(LotRow, LotRow.id == ObservationRow.lot_id).where(visible_lots(viewer))


def _context(observation_id: str) -> str:
    return f"parking-observation/{observation_id}/reading"
