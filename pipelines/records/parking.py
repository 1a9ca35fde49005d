"""The records of parking, as nouns."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy.orm import Session

from pipelines.parking.plates import normalised
from pipelines.records.backing import Backing
from pipelines.records.batches import delete_rows
from pipelines.records.database import Transaction
from pipelines.records.idempotency import Idempotency
from pipelines.records.parking_evidence import ParkingEvidence
from pipelines.records.parking_observations import Observations
from pipelines.records.parking_payments import Payments
from pipelines.records.parking_places import Lanes, Lots
from pipelines.records.parking_plates import Plates, PlateUse
from pipelines.records.parking_rates import Rates
from pipelines.records.parking_removal import Forgotten, ParkingRemover
from pipelines.records.parking_rights import Rights
from pipelines.records.parking_sessions import Sessions
from pipelines.records.tables import IdempotencyRow
from pipelines.records.values import AuditNote


class ParkingRecords:
    """Everything about parking that one store keeps.

    A decision reads and writes within one transaction (`writing`), so that no other comes between.
    """

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self.plates = Plates(backing.vault)
        self.evidence = ParkingEvidence(backing)
        self.remover = ParkingRemover(backing, self.evidence)
        self.rates = Rates(backing)
        self.lots = Lots(backing, self.remover)
        self.lanes = Lanes(backing)
        self.rights = Rights(backing, self.plates)
        self.sessions = Sessions(backing, self.plates)
        self.observations = Observations(backing, self.plates)
        self.payments = Payments(backing)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent view for a question."""
        with self._backing.database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction for a decision: committed at the end of the block, or rolled back by an exception."""
        with self._backing.database.writing() as transaction:
            yield transaction

    def note(self, transaction: Transaction, note: AuditNote) -> None:
        """Have the audit log tell of what this transaction does."""
        self._backing.audit.write(transaction, note)

    def forget_plate(self, plate: str, *, actor: str) -> Forgotten:
        """Remove everything of this car at every lot, its open sessions too; a right stays with its other cars.

        Events lose the plate's hash, and the API the kept answers in which it stands.

        Raises:
            BadInput: the text is on no plate.
        """
        hashes = self.plates.hashes(plate)
        with self._backing.database.writing() as transaction:
            forgotten = self.remover.forget(transaction, hashes, actor)
            answers = Idempotency(self._backing).forget(transaction, normalised(plate))
        self._backing.database.clear_traces()
        return replace(forgotten, answers=answers)

    def forget_hashes(self, hashes: Mapping[PlateUse, str], *, actor: str) -> Forgotten:
        """Remove everything of the car that is found by these, where nobody knows its plate any more.

        In which kept answers it stands cannot be told, so all go that are about no subject.
        """
        about_none = (IdempotencyRow.status.is_not(None), IdempotencyRow.subject_id.is_(None))
        with self._backing.database.writing() as transaction:
            forgotten = self.remover.forget(transaction, hashes, actor)
            answers = delete_rows(transaction, IdempotencyRow, *about_none)
        return replace(forgotten, answers=answers)
