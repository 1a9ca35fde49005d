"""Rows from one database into another, whichever kind each is."""

from collections.abc import Iterable

from sqlalchemy import Connection, Table, delete, insert, select

_ROWS = 1000


def copy_rows(source: Connection, target: Connection, tables: Iterable[Table]) -> int:
    """Insert every row of these tables, those that others refer to first; how many."""
    count = 0
    for table in tables:
        rows = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS)
        for part in source.execute(rows).mappings().partitions():
            target.execute(insert(table), [dict(row) for row in part])
            count += len(part)
    return count


def delete_all(target: Connection, tables: Iterable[Table]) -> None:
    """Delete every row of these tables, which come as for `copy_rows`."""
    for table in reversed(tuple(tables)):
        target.execute(delete(table))
