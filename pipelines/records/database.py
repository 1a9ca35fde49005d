"""The engine and its transactions; the one file that knows SQLite from other databases."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.orm import Session

from pipelines.records.tables import AuditHeadRow, StoreFactRow
from vision.errors import ConfigurationError

BUSY_TIMEOUT_S = 10.0
CHECKPOINT_WAIT_S = 0.2
CHECKPOINT_ATTEMPTS = 5
CANARY = "master_key_canary"
COMPACTION_DUE = "compaction_due"

_WRITES = "citygate_writes"


@dataclass(slots=True)
class ChainHead:
    """Number and hash of the last audit entry."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Transaction:
    """A write in progress.

    Attributes:
        session: what is done in it is committed as a whole or not at all.
        head: the end of the audit chain, locked until the commit; who appends to the chain moves it on.
    """

    session: Session
    head: ChainHead
    _afterwards: list[Callable[[], None]] = field(default_factory=list)

    def afterwards(self, act: Callable[[], None]) -> None:
        """Have `act` called after the commit, before the next writer begins; never after a rollback."""
        self._afterwards.append(act)

    def call_for_compaction(self) -> None:
        """Have the sweeper write the file anew, because something was removed that no trace may be left of."""
        self.session.merge(StoreFactRow(name=COMPACTION_DUE, value=os.urandom(8)))

    def run_afterwards(self) -> None:
        """Call what was put off, in order."""
        for act in self._afterwards:
            act()


class Database:
    """One database: many readers, and writers one after another.

    Args:
        url: a SQLAlchemy URL; the tables must be there before the first transaction (`pipelines.records.schema`).

    Attributes:
        file: of SQLite; None for another database.
        engine: begins transactions that read.
        writer: the same, for transactions that write.
    """

    def __init__(self, url: str) -> None:
        self.file = sqlite_file(url)
        if self.file is not None:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file.touch(mode=0o600)
        self.engine = create_engine(url, hide_parameters=True)
        if self.file is not None:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self.writer = self.engine.execution_options(**{_WRITES: True})
        # Threads of one process wait here, in order, rather than poll for SQLite's own lock.
        self._lock = threading.RLock()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent view; keep it short, for the write-ahead log cannot be emptied meanwhile."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that is committed at the end of the block, or rolled back by an exception."""
        with self._lock:
            with Session(self.writer, expire_on_commit=False) as session, session.begin():
                head = session.execute(select(AuditHeadRow.seq, AuditHeadRow.hash).with_for_update()).one()
                transaction = Transaction(session, ChainHead(head.seq, head.hash))
                yield transaction
            transaction.run_afterwards()

    def clear_traces(self) -> bool:
        """Empty SQLite's write-ahead log, where deleted rows can still be read; other databases do so by themselves.

        Returns:
            False when readers held the log all the time; deleted rows are still in it then.
        """
        if self.file is None:
            return True
        for _ in range(CHECKPOINT_ATTEMPTS):
            if self._checkpointed():
                return True
            time.sleep(CHECKPOINT_WAIT_S / 4)
        return False

    def compact(self) -> None:
        """Write the SQLite file anew with what is still there; other databases do so by themselves.

        Deleted rows are wiped at once, but copies of sealed ones can stay in a page until here, see `DataKeyRow`.
        Writers wait meanwhile: about 0.5 s for 64 MiB.
        """
        if self.file is not None:
            with self._lock, closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("VACUUM")

    def size_bytes(self) -> int:
        """Of the SQLite file, without its log; 0 for another database."""
        return 0 if self.file is None else self.file.stat().st_size

    def _checkpointed(self) -> bool:
        with self._lock, closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={round(CHECKPOINT_WAIT_S * 1000)}")
            row: tuple[int, int, int] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.execute(f"PRAGMA busy_timeout={round(BUSY_TIMEOUT_S * 1000)}")
            cursor.close()
        return row[0] == 0

    def close(self) -> None:
        """Close every connection; SQLite then folds its log into the file."""
        self.engine.dispose()


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite URL; None for another database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    return Path(parsed.database or "")


def read_canary(url: str) -> bytes | None:
    """The canary of the store at `url`, read without changing a byte or a folder; None for a new store.

    Raises:
        ConfigurationError: the file is no database.
    """
    file = sqlite_file(url)
    if file is None:
        engine = create_engine(url, hide_parameters=True)
        try:
            return _select_canary(engine)
        finally:
            engine.dispose()
    if not file.exists():
        return None
    # Immutable: no lock, no log, no shared memory. The canary was folded into the file when the store was made.
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as connection:
        try:
            row = connection.execute("SELECT value FROM store_facts WHERE name = ?", (CANARY,)).fetchone()
        except sqlite3.OperationalError:  # no such table: the first start was cut off
            return None
        except sqlite3.DatabaseError as error:
            raise ConfigurationError(f"{file}: wanted a SQLite database, got another file") from error
    return None if row is None else bytes(row[0])


def _select_canary(engine: Engine) -> bytes | None:
    if not inspect(engine).has_table(StoreFactRow.__tablename__):
        return None
    with Session(engine) as session:
        return session.scalar(select(StoreFactRow.value).where(StoreFactRow.name == CANARY))


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # None: the driver leaves BEGIN to us, and a transaction covers reads too.
    connection.isolation_level = None
    for setting in (
        f"busy_timeout={round(BUSY_TIMEOUT_S * 1000)}",
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
