"""What a store says of itself, and how that is read before anything is opened or changed."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, inspect, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from pipelines.records.engines import sqlite_file
from pipelines.records.tables import StoreFactRow
from vision.errors import ConfigurationError

SCHEMA_VERSION = "schema_version"
CANARY = "master_key_canary"
ROOT_KEY = "root_key"
COMPACTION_DUE = "compaction_due"
TRACES_DUE = "traces_due"


def read_facts(url: str, *, with_log: bool = False) -> dict[str, bytes]:
    """The facts of the store at `url`, read without changing what is stored; empty for a new store.

    Args:
        with_log: also what SQLite's log of a process that was killed, or runs, holds; read from a copy, for to read it
            in place would change it.

    Raises:
        ConfigurationError: the file is no database, or no server answers.
    """
    file = sqlite_file(url)
    if file is None:
        return read_open_facts(url)
    if not file.exists():
        return {}
    log = file.with_name(f"{file.name}-wal")
    if not with_log:
        # Without a log immutable: no lock, no shared memory. With one, who was killed may have left half of it in the
        # file, which then is whole only together with its log.
        way = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
        return _facts_of_file(file, f"{file.absolute().as_uri()}?{way}")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".facts-") as folder:
        for part in (file, log):
            if part.exists():
                shutil.copy(part, folder)
        return _facts_of_file(file, (Path(folder) / file.name).absolute().as_uri())


def read_open_facts(url: str) -> dict[str, bytes]:
    """The same, read as any other row of the database is: for who has the key, or needs none.

    Raises:
        ConfigurationError: no server answers.
    """
    engine = create_engine(url, hide_parameters=True)
    try:
        if not inspect(engine).has_table(StoreFactRow.__tablename__):
            return {}
        with Session(engine) as session:
            return {row.name: row.value for row in session.scalars(select(StoreFactRow))}
    except OperationalError as error:
        raise ConfigurationError(f"database: wanted {engine.url!r} to answer, got {error.orig}") from error
    finally:
        engine.dispose()


def _facts_of_file(file: Path, uri: str) -> dict[str, bytes]:
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        try:
            rows = connection.execute("SELECT name, value FROM store_facts").fetchall()
        except sqlite3.DatabaseError as error:
            if "no such table" in str(error):  # the first start was cut off
                return {}
            if isinstance(error, sqlite3.OperationalError):
                raise ConfigurationError(f"{file}: wanted a database that can be read, got {error}") from error
            raise ConfigurationError(f"{file}: wanted a SQLite database, got another file") from error
    return {name: bytes(value) for name, value in rows}
