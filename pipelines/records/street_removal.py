"""What of the street goes by itself: cases that ended long ago, with all that belongs to them."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.records.batches import delete_rows, delete_some, some
from pipelines.records.database import Transaction
from pipelines.records.street_pictures import CasePictures
from pipelines.records.street_tables import CaseRow, IncidentRow, SuppressionRow


@dataclass(frozen=True, slots=True)
class Removed:
    """How many of each a removal took; `incidents` counts those that belonged to no case."""

    cases: int
    incidents: int
    pictures: int
    suppressions: int


class StreetRemover:
    """Removes within a transaction; files go after its commit."""

    def __init__(self, pictures: CasePictures) -> None:
        self._pictures = pictures

    def remove_due(self, transaction: Transaction, due: datetime) -> Removed:
        """Remove what ended at `due` or before, a batch; open cases stay with all that belongs to them."""
        cases = some(transaction, CaseRow, CaseRow.ended_at <= due)
        pictures = self._pictures.remove(transaction, cases)
        return Removed(
            cases=delete_rows(transaction, CaseRow, cases),
            incidents=delete_some(
                transaction, IncidentRow, IncidentRow.case_id.is_(None), IncidentRow.recorded_at <= due
            ),
            pictures=pictures,
            suppressions=delete_some(transaction, SuppressionRow, SuppressionRow.expires_at <= due),
        )
