"""The numbers that rows were given, of deleted ones too: none is ever used twice, in a restored store either."""

from sqlalchemy import Connection, func, select, text

from pipelines.records.tables import Base

_SQLITE_SET = "UPDATE sqlite_sequence SET seq = :seq WHERE name = :name"
_SQLITE_ADD = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"


def numbered_tables() -> tuple[str, ...]:
    """The tables whose rows are counted."""
    return tuple(table.name for table in Base.metadata.sorted_tables if _counts(table.name))


def last_numbers(connection: Connection) -> dict[str, int]:
    """The last number that each table gave; tables that never gave one are missing."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all()
        return {row.name: row.seq for row in rows if row.name in numbered_tables()}
    found = {}
    for name in numbered_tables():
        last, used = connection.execute(text(f"SELECT last_value, is_called FROM {_sequence(name)}")).one()  # noqa: S608
        if used:
            found[name] = last
    return found


def count_on(connection: Connection, numbers: dict[str, int]) -> None:
    """Have each table's next row get a number behind this one."""
    for name, seq in numbers.items():
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.setval(_sequence(name), seq)))
        elif connection.execute(text(_SQLITE_SET), {"name": name, "seq": seq}).rowcount == 0:
            connection.execute(text(_SQLITE_ADD), {"name": name, "seq": seq})


def _counts(name: str) -> bool:
    # The audit log counts by itself, without holes.
    return name not in {"audit", "audit_head"} and "seq" in Base.metadata.tables[name].columns


def _sequence(name: str) -> str:
    return f"{name}_seq_seq"
