"""What of parking goes: by itself when its time is up, and all of one plate when that is asked for."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, or_, select, update

from pipelines.records.audit import AuditLog
from pipelines.records.database import Transaction
from pipelines.records.dead_letters import forget_mentions
from pipelines.records.parking_evidence import ParkingEvidence
from pipelines.records.parking_plates import Plates
from pipelines.records.parking_tables import LaneRow, LotRow, ObservationRow, RightPlateRow, RightRow, SessionRow
from pipelines.records.tables import Base, EventRow
from pipelines.records.values import AuditNote

# Rights of every lot have no lot whose retention would count.
_RETENTION_OF_ALL_LOTS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many of each a removal took; `rights` counts those that lost a car, for `forget`, and `answers` the API's."""

    sessions: int
    observations: int
    pictures: int
    rights: int
    answers: int = 0


class ParkingRemover:
    """Removes within a transaction; files go after its commit.

    Args:
        audit: of `forget`.
        clock: the time, aware UTC.
    """

    def __init__(
        self, plates: Plates, evidence: ParkingEvidence, audit: AuditLog, clock: Callable[[], datetime]
    ) -> None:
        self._plates = plates
        self._evidence = evidence
        self._audit = audit
        self._clock = clock

    def remove_due(self, transaction: Transaction) -> Forgotten:
        """Remove what ended longer ago than its lot keeps it; open sessions, and what they rest on, stay."""
        ended, seen, rights = [], [], [_ended_by(RightRow.lot_id.is_(None), self._clock() - _RETENTION_OF_ALL_LOTS)]
        for lot_id, days in transaction.session.execute(select(LotRow.id, LotRow.retention_days)).all():
            due = self._clock() - timedelta(days=days)
            ended.append((SessionRow.lot_id == lot_id) & (SessionRow.closed_at <= due))
            seen.append((ObservationRow.lot_id == lot_id) & (ObservationRow.decided_at <= due))
            rights.append(_ended_by(RightRow.lot_id == lot_id, due))
        sessions = sum(_delete(transaction, SessionRow, one) for one in ended)
        of_open = exists().where(SessionRow.id == ObservationRow.session_id, SessionRow.closed_at.is_(None))
        holds_open = exists().where(SessionRow.right_id == RightRow.id, SessionRow.closed_at.is_(None))
        observed = [self._remove_observations(transaction, one, ~of_open) for one in seen]
        return Forgotten(
            sessions=sessions,
            observations=sum(count for count, _ in observed),
            pictures=sum(pictures for _, pictures in observed),
            rights=sum(_delete(transaction, RightRow, one, ~holds_open) for one in rights),
        )

    def forget(self, transaction: Transaction, plate: str, actor: str) -> Forgotten:
        """Remove everything of this car at every lot, its open sessions too; a right stays with its other cars.

        Raises:
            BadInput: the text is on no plate.
        """
        session = transaction.session
        theirs = SessionRow.plate_hash == self._plates.hash("session", plate)
        read_so = ObservationRow.plate_hash == self._plates.hash("observation", plate)
        in_session = ObservationRow.session_id.in_(select(SessionRow.id).where(theirs))
        observations, pictures = self._remove_observations(transaction, or_(read_so, in_session))
        rights = _delete(transaction, RightPlateRow, RightPlateRow.plate_hash == self._plates.hash("right", plate))
        _delete(transaction, RightRow, ~exists().where(RightPlateRow.right_id == RightRow.id))
        told = self._plates.hash("event", plate)
        session.execute(update(EventRow).where(EventRow.plate_hash == told).values(plate_hash=None))
        forget_mentions(transaction, told)
        forgotten = Forgotten(_delete(transaction, SessionRow, theirs), observations, pictures, rights)
        # Sealed copies of deleted rows may lie in moved pages, and the key they are sealed with stays.
        transaction.call_for_compaction()
        self._audit.write(transaction, AuditNote(actor, "parking.plate_forgotten", None, dict(asdict(forgotten))))
        return forgotten

    def remove_lot(self, transaction: Transaction, lot_id: str) -> Forgotten:
        """Remove a lot with its lanes and rights, and all that happened there."""
        observations, pictures = self._remove_observations(transaction, ObservationRow.lot_id == lot_id)
        gone = Forgotten(
            sessions=_delete(transaction, SessionRow, SessionRow.lot_id == lot_id),
            observations=observations,
            pictures=pictures,
            rights=_delete(transaction, RightRow, RightRow.lot_id == lot_id),
        )
        _delete(transaction, LaneRow, LaneRow.lot_id == lot_id)
        _delete(transaction, LotRow, LotRow.id == lot_id)
        return gone

    def _remove_observations(self, transaction: Transaction, *where: ColumnElement[bool]) -> tuple[int, int]:
        """How many observations, and how many pictures."""
        pictures = self._evidence.remove(transaction, *where)
        return _delete(transaction, ObservationRow, *where), pictures


def _ended_by(rights: ColumnElement[bool], due: datetime) -> ColumnElement[bool]:
    return rights & (RightRow.valid_until <= due)


def _delete(transaction: Transaction, row: type[Base], *where: ColumnElement[bool]) -> int:
    statement = delete(row).where(*where).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], transaction.session.execute(statement)).rowcount
