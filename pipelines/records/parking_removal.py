"""What of parking goes: by itself when its time is up, and all of one plate when that is asked for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select, update

from pipelines.records.backing import Backing
from pipelines.records.batches import delete_rows, delete_some, some
from pipelines.records.database import Transaction
from pipelines.records.dead_letters import forget_mentions
from pipelines.records.ledger import ErasureNote, plate_target
from pipelines.records.parking_evidence import ParkingEvidence
from pipelines.records.parking_plates import PlateUse
from pipelines.records.parking_tables import LaneRow, LotRow, ObservationRow, RightPlateRow, RightRow, SessionRow
from pipelines.records.tables import EventRow
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
    """Removes within a transaction; files go after its commit."""

    def __init__(self, backing: Backing, evidence: ParkingEvidence) -> None:
        self._backing = backing
        self._evidence = evidence

    def remove_due(self, transaction: Transaction) -> Forgotten:
        """Remove what ended longer ago than its lot keeps it, a batch; open sessions, and what they rest on, stay."""
        now = self._backing.clock()
        ended, seen, rights = [], [], [_ended_by(RightRow.lot_id.is_(None), now - _RETENTION_OF_ALL_LOTS)]
        for lot_id, days in transaction.session.execute(select(LotRow.id, LotRow.retention_days)).all():
            due = now - timedelta(days=days)
            ended.append((SessionRow.lot_id == lot_id) & (SessionRow.closed_at <= due))
            seen.append((ObservationRow.lot_id == lot_id) & (ObservationRow.decided_at <= due))
            rights.append(_ended_by(RightRow.lot_id == lot_id, due))
        sessions = sum(delete_some(transaction, SessionRow, one) for one in ended)
        of_open = exists().where(SessionRow.id == ObservationRow.session_id, SessionRow.closed_at.is_(None))
        holds_open = exists().where(SessionRow.right_id == RightRow.id, SessionRow.closed_at.is_(None))
        observed = [
            self._remove_observations(transaction, some(transaction, ObservationRow, one, ~of_open)) for one in seen
        ]
        return Forgotten(
            sessions=sessions,
            observations=sum(count for count, _ in observed),
            pictures=sum(pictures for _, pictures in observed),
            rights=sum(delete_some(transaction, RightRow, one, ~holds_open) for one in rights),
        )

    def forget(self, transaction: Transaction, hashes: Mapping[PlateUse, str], actor: str) -> Forgotten:
        """Remove everything of this car at every lot, its open sessions too; a right stays with its other cars.

        Args:
            hashes: by what its plate is found, for every use.
        """
        session = transaction.session
        theirs = SessionRow.plate_hash == hashes["session"]
        read_so = ObservationRow.plate_hash == hashes["observation"]
        in_session = ObservationRow.session_id.in_(select(SessionRow.id).where(theirs))
        observations, pictures = self._remove_observations(transaction, or_(read_so, in_session))
        rights = delete_rows(transaction, RightPlateRow, RightPlateRow.plate_hash == hashes["right"])
        delete_rows(transaction, RightRow, ~exists().where(RightPlateRow.right_id == RightRow.id))
        session.execute(update(EventRow).where(EventRow.plate_hash == hashes["event"]).values(plate_hash=None))
        if hashes["event"]:  # "" where a restore does not know it: every letter would mention that
            forget_mentions(transaction, hashes["event"])
        forgotten = Forgotten(delete_rows(transaction, SessionRow, theirs), observations, pictures, rights)
        # Sealed copies of deleted rows may lie in moved pages, and the key they are sealed with stays.
        transaction.call_for_compaction()
        self._backing.audit.write(
            transaction, AuditNote(actor, "parking.plate_forgotten", None, dict(asdict(forgotten)))
        )
        self._backing.ledger.note(transaction, ErasureNote("plate", plate_target(hashes), self._backing.clock()))
        return forgotten

    def remove_lot(self, transaction: Transaction, lot_id: str) -> Forgotten:
        """Remove a lot with its lanes and rights, and all that happened there."""
        observations, pictures = self._remove_observations(transaction, ObservationRow.lot_id == lot_id)
        gone = Forgotten(
            sessions=delete_rows(transaction, SessionRow, SessionRow.lot_id == lot_id),
            observations=observations,
            pictures=pictures,
            rights=delete_rows(transaction, RightRow, RightRow.lot_id == lot_id),
        )
        delete_rows(transaction, LaneRow, LaneRow.lot_id == lot_id)
        delete_rows(transaction, LotRow, LotRow.id == lot_id)
        return gone

    def _remove_observations(self, transaction: Transaction, *where: ColumnElement[bool]) -> tuple[int, int]:
        """How many observations, and how many pictures."""
        pictures = self._evidence.remove(transaction, *where)
        return delete_rows(transaction, ObservationRow, *where), pictures


def _ended_by(rights: ColumnElement[bool], due: datetime) -> ColumnElement[bool]:
    return rights & (RightRow.valid_until <= due)
