"""One database and its transactions."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pipelines.records.engines import open_engines, sqlite_file
from pipelines.records.facts import COMPACTION_DUE, TRACES_DUE
from pipelines.records.tables import AuditHeadRow, Base, DataKeyRow, StoreFactRow
from pipelines.records.traces import fold_sqlite_log, rewrite_postgres
from vision.errors import StoreReplaced


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
        upgrade_copies: files of the store as it was before an upgrade; they hold what is removed here.
    """

    session: Session
    head: ChainHead
    upgrade_copies: tuple[Path, ...] = ()
    _afterwards: list[Callable[[], None]] = field(default_factory=list)

    def afterwards(self, act: Callable[[], None]) -> None:
        """Have `act` called after the commit, before the next writer begins; never after a rollback."""
        self._afterwards.append(act)

    def call_for_compaction(self) -> None:
        """Have the sweeper write the database anew, because something was removed that no trace may be left of."""
        # SQLite's traces are cleared each time anyway.
        names = (COMPACTION_DUE,) if self.session.get_bind().dialect.name == "sqlite" else (COMPACTION_DUE, TRACES_DUE)
        for name in names:
            self.session.merge(StoreFactRow(name=name, value=os.urandom(8)))
        for copy in self.upgrade_copies:
            self.afterwards(partial(copy.unlink, missing_ok=True))

    def run_afterwards(self) -> None:
        """Call what was put off, in order."""
        for act in self._afterwards:
            act()


class Database:
    """One database: many readers, and writers one after another; how each connects is in `open_engines`.

    Args:
        url: a SQLAlchemy URL; the tables must be there before the first transaction (`pipelines.records.schema`).

    Attributes:
        file: of SQLite; None for PostgreSQL.
        engine: begins transactions that read.
        writer: the same, for transactions that write.
        epoch: of the store when it was opened, see `AuditHeadRow`; None until then.
    """

    def __init__(self, url: str) -> None:
        self.file = sqlite_file(url)
        if self.file is not None:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file.touch(mode=0o600)
        self.engine, self.writer = open_engines(url)
        self.epoch: int | None = None
        # Threads of one process wait here, in order, rather than poll for SQLite's own lock.
        self._lock = threading.RLock()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent view; keep it short, for what is deleted cannot leave the disk meanwhile."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that is committed at the end of the block, or rolled back by an exception.

        Its first statement locks the audit chain's head, in every process: transactions are committed one after
        another, and each sees all that those before it did.

        Raises:
            StoreReplaced: the store was restored, or got another master key, after this process opened it.
        """
        with self._lock:
            with Session(self.writer, expire_on_commit=False) as session, session.begin():
                wanted = select(AuditHeadRow.seq, AuditHeadRow.hash, AuditHeadRow.epoch)
                head = session.execute(wanted.with_for_update()).one()
                self.check_epoch(head.epoch)
                transaction = Transaction(session, ChainHead(head.seq, head.hash), self.upgrade_copies())
                yield transaction
            transaction.run_afterwards()

    def check_epoch(self, epoch: int) -> None:
        """Refuse to go on with a store that is no longer the one that was opened.

        Raises:
            StoreReplaced: it is of another epoch.
        """
        if self.epoch is not None and epoch != self.epoch:
            raise StoreReplaced(
                f"store: wanted epoch {self.epoch}, got {epoch}: it was restored or has another master key; start anew"
            )

    def upgrade_copies(self) -> tuple[Path, ...]:
        """What upgrades of the SQLite file kept of it."""
        return () if self.file is None else tuple(self.file.parent.glob(f"{self.file.name}.schema-*"))

    def clear_traces(self) -> bool:
        """Have what was removed leave the disk: SQLite's log, PostgreSQL's table of keys where one was destroyed.

        Returns:
            False when somebody was reading all the time; call again.
        """
        if self.file is not None:
            with self._lock:
                return fold_sqlite_log(self.engine)
        with self.reading() as session:
            due = session.get(StoreFactRow, TRACES_DUE)
        if due is None:
            return True
        cleared = rewrite_postgres(self.writer, [DataKeyRow.__tablename__])
        if cleared:
            self._done(due)
        return cleared

    def compact(self) -> bool:
        """Write the whole database anew with what is still there.

        Deleted rows are wiped at once (SQLite) or some time later (PostgreSQL), but copies of sealed ones can stay in
        a page until here, see `DataKeyRow`. Writers wait meanwhile: about 0.5 s for 64 MiB.

        Returns:
            False when not all of it could be, because somebody was reading all the time (PostgreSQL).
        """
        if self.file is None:
            return rewrite_postgres(self.writer, [table.name for table in Base.metadata.sorted_tables])
        with self._lock, closing(self.engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM")
        return True

    def compact_if_due(self, up_to_bytes: int) -> None:
        """Write the database anew when something was removed since it was, and it is not larger than `up_to_bytes`."""
        with self.reading() as session:
            due = session.get(StoreFactRow, COMPACTION_DUE)
        if due is not None and self.size_bytes() <= up_to_bytes and self.compact():
            self._done(due)

    def size_bytes(self) -> int:
        """Of the SQLite file without its log, or of the PostgreSQL database."""
        if self.file is not None:
            return self.file.stat().st_size
        with self.reading() as session:
            size: int = session.execute(select(func.pg_database_size(func.current_database()))).scalar_one()
        return size

    def close(self) -> None:
        """Close every connection; SQLite then folds its log into the file."""
        self.engine.dispose()

    def _done(self, due: StoreFactRow) -> None:
        # Of this value only: what was removed meanwhile has put another one.
        done = (StoreFactRow.name == due.name, StoreFactRow.value == due.value)
        with self.writing() as transaction:
            transaction.session.execute(delete(StoreFactRow).where(*done))
