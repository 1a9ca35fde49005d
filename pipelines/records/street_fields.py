"""What the tables of the street share: boxes, sealed places, and whose purposes a row is of."""

from sqlalchemy import ColumnElement, true

from pipelines.records.street_tables import CaseRow, IncidentRow, SuppressionRow
from pipelines.records.values import ApiKey
from pipelines.records.vault import Vault
from pipelines.street.incidents import Box


def seen_by(
    viewer: ApiKey | None, row: type[CaseRow] | type[IncidentRow] | type[SuppressionRow]
) -> ColumnElement[bool]:
    """True for the rows of the viewer's purposes; None sees all."""
    if viewer is None or viewer.sees_every_purpose:
        return true()
    return row.purpose.in_(viewer.purposes)


def as_box(sides: list[float] | None) -> Box | None:
    """The box as it was stored."""
    return None if sides is None else Box(*sides)


def box_sides(box: Box | None) -> list[float] | None:
    """The box to be stored."""
    return None if box is None else list(box.sides)


def seal_place(vault: Vault, record_id: str, place: str | None) -> bytes | None:
    """The words that say where, sealed for this record."""
    return None if place is None else vault.store.seal(place.encode(), _context(record_id))


def open_place(vault: Vault, record_id: str, blob: bytes | None) -> str | None:
    """The words that were sealed for this record.

    Raises:
        SealBroken: changed bytes, or those of another record.
    """
    return None if blob is None else vault.store.open(blob, _context(record_id)).decode()


def _context(record_id: str) -> str:
    return f"street/{record_id}/place"
