"""Removing many rows a few at a time, so that nobody who writes waits long."""

from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, select

from pipelines.records.database import Transaction
from pipelines.records.tables import Base, Numbered

BATCH_ROWS = 1000
"""Of one table and transaction: a thousand events took 14 to 20 ms of this process's processor time (Xeon, 2.8 GHz)."""


def some(transaction: Transaction, row: type[Numbered], *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """True for the first `BATCH_ROWS` rows at most of those that fulfil every condition now."""
    found = transaction.session.scalars(select(row.seq).where(*where).limit(BATCH_ROWS)).all()
    return row.seq.in_(found)


def delete_rows(transaction: Transaction, row: type[Base], *where: ColumnElement[bool]) -> int:
    """Delete the rows that fulfil every condition; their number."""
    statement = delete(row).where(*where).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], transaction.session.execute(statement)).rowcount


def delete_some(transaction: Transaction, row: type[Numbered], *where: ColumnElement[bool]) -> int:
    """Delete `BATCH_ROWS` at most of the rows that fulfil every condition; their number."""
    return delete_rows(transaction, row, some(transaction, row, *where))
