"""What of the street goes by itself: cases that ended long ago, with all that belongs to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete

from pipelines.records.database import Transaction
from pipelines.records.street_pictures import CasePictures
from pipelines.records.street_tables import CaseRow, IncidentRow, SuppressionRow
from pipelines.records.tables import Base


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
        """Remove what ended at `due` or before; open cases stay with all that belongs to them."""
        pictures = self._pictures.remove(transaction, CaseRow.ended_at <= due)
        return Removed(
            cases=_delete(transaction, CaseRow, CaseRow.ended_at <= due),
            incidents=_delete(transaction, IncidentRow, IncidentRow.case_id.is_(None), IncidentRow.recorded_at <= due),
            pictures=pictures,
            suppressions=_delete(transaction, SuppressionRow, SuppressionRow.expires_at <= due),
        )


def _delete(transaction: Transaction, row: type[Base], *where: ColumnElement[bool]) -> int:
    statement = delete(row).where(*where).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], transaction.session.execute(statement)).rowcount
