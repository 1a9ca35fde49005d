"""Pictures of what was seen, each in a sealed file with a key of its own; the picture is lost with its row."""

from sqlalchemy import ColumnElement, delete, select

from pipelines.records.backing import Backing
from pipelines.records.database import Transaction
from pipelines.records.parking_tables import EvidenceRow, LotRow, ObservationRow
from pipelines.records.sealed_pictures import SealedPictures
from pipelines.records.values import new_id
from vision.errors import NotFound


class ParkingEvidence:
    """The pictures of one store's observations."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._files = SealedPictures(backing, "parking-evidence")

    def keep(self, observation_id: str, picture: bytes) -> str | None:
        """The id of the picture; None when the lot keeps none. The first picture of an observation stays.

        Raises:
            NotFound: no such observation.
        """
        evidence_id = new_id("evi")
        with self._backing.database.writing() as transaction:
            session = transaction.session
            keeps = select(LotRow.keep_evidence).join(ObservationRow, ObservationRow.lot_id == LotRow.id)
            wanted = session.scalar(keeps.where(ObservationRow.id == observation_id))
            if wanted is None:
                raise NotFound(f"no observation {observation_id}")
            kept = session.scalar(select(EvidenceRow.id).where(EvidenceRow.observation_id == observation_id))
            if kept is not None or not wanted:
                return kept
            row = EvidenceRow(id=evidence_id, observation_id=observation_id)
            row.wrapped = self._files.write(evidence_id, picture)
            row.created_at = self._backing.clock()
            session.add(row)
        return evidence_id

    def read(self, observation_id: str) -> bytes:
        """The picture as it was kept.

        Raises:
            NotFound: no such observation, or none with a picture.
            SealBroken: the file was changed or exchanged.
        """
        with self._backing.database.reading() as session:
            row = session.scalar(select(EvidenceRow).where(EvidenceRow.observation_id == observation_id))
        if row is None:
            raise NotFound(f"observation {observation_id}: no picture was kept")
        return self._files.read(row.id, row.wrapped)

    def remove(self, transaction: Transaction, *observations: ColumnElement[bool]) -> int:
        """Remove the pictures of the observations that fulfil every condition; their number."""
        theirs = EvidenceRow.observation_id.in_(select(ObservationRow.id).where(*observations))
        found = transaction.session.scalars(select(EvidenceRow.id).where(theirs)).all()
        statement = delete(EvidenceRow).where(EvidenceRow.id.in_(found))
        if found:
            transaction.session.execute(statement.execution_options(synchronize_session=False))
        self._files.remove(transaction, found)
        return len(found)
