"""How each database is connected to; what of SQLite and PostgreSQL differs is here and in `traces`."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from vision.errors import ConfigurationError

LOCK_TIMEOUT_S = 10.0
"""Who has waited so long for another writer gives up, with an OperationalError; the API answers 503."""
STALLED_WRITER_S = 60.0
"""PostgreSQL ends a transaction that does nothing for so long: a writer that froze must not hold the others up."""
CONNECT_TIMEOUT_S = 10

_WRITES = "citygate_writes"
# Only those who make or upgrade a store take it; the number is nobody else's in a database of our own.
_SCHEMA_LOCK = 0x43697479


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite URL; None for PostgreSQL.

    Raises:
        ConfigurationError: another database.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return Path(parsed.database or "")
    if backend != "postgresql":
        raise ConfigurationError(f"database: wanted sqlite or postgresql, got {backend}")
    return None


def open_engines(url: str) -> tuple[Engine, Engine]:
    """For transactions that read, and for those that write; both draw on the same connections.

    SQLite: a reader sees one state of the database (WAL), a writer locks it before it reads.
    PostgreSQL: a reader sees one state too (REPEATABLE READ, read only). A writer is READ COMMITTED on purpose: its
    first statement waits for the writer before it, and what follows must see what that one committed. As every writer
    takes that lock first, none can deadlock or fail to serialise with another. A connection is tried before it is
    used, so that a database that was restarted is found again; one that breaks in the middle of a transaction raises
    OperationalError and is not tried again here: nobody knows whether the commit arrived. Who repeats the act is kept
    from doing it twice by `event_id`, references and Idempotency-Key.
    """
    if sqlite_file(url) is not None:
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine, engine.execution_options(**{_WRITES: True})
    engine = create_engine(
        url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S}
    )
    event.listen(engine, "connect", _prepare_postgres)
    reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return reader, engine.execution_options(isolation_level="READ COMMITTED", postgresql_readonly=False)


def lock_schema(connection: Connection) -> None:
    """Keep others from making or upgrading the store until the transaction ends; SQLite's writers are alone anyway."""
    if connection.dialect.name == "postgresql":
        # However long an upgrade takes, who starts meanwhile waits for it.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})


def _prepare_postgres(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {round(LOCK_TIMEOUT_S * 1000)}")
        cursor.execute(f"SET idle_in_transaction_session_timeout = {round(STALLED_WRITER_S * 1000)}")
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # None: the driver leaves BEGIN to us, and a transaction covers reads too.
    connection.isolation_level = None
    for setting in (
        f"busy_timeout={round(LOCK_TIMEOUT_S * 1000)}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a commit that was answered outlives a power cut
        "foreign_keys=ON",
        "secure_delete=ON",  # deleted rows are overwritten with zeros
        "temp_store=MEMORY",  # nothing sorted or grouped is spilled to a file
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    # A deferred transaction that turns to writing fails at once when another wrote meanwhile; an immediate one waits.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
