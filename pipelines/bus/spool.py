"""What was acknowledged and is not yet in the database: a bounded SQLite file of this process alone.

Many cameras post at once, and each post waits for the disk. So posts are committed in groups: who comes while another
commits is queued, and the first of the queue then commits for all of it, with one wait for the disk. None of them is
acknowledged before that commit, and where it fails none is.
"""

import platform
import sqlite3
import threading
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.bus.bus import Letter
from vision.errors import ConfigurationError, NotTaken

MAX_SLOTS = 256
"""Processes that share one folder."""
_LETTERS = """CREATE TABLE IF NOT EXISTS letters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, body TEXT NOT NULL)"""
_SENDER = "CREATE TABLE IF NOT EXISTS sender (name TEXT NOT NULL)"
_SETTINGS = (
    "busy_timeout=0",
    "locking_mode=EXCLUSIVE",  # of one process; a killed one holds nothing
    "journal_mode=WAL",
    "synchronous=FULL",  # what was acknowledged outlives a power cut
    "secure_delete=ON",
)
_ADOPTED_AT_ONCE = 500
GROUP_LETTERS = 2_000
"""After so many letters a group is full; what waits behind it is the next one's."""


@dataclass(slots=True)
class _Post:
    """Letters of one caller, and what became of them."""

    letters: Sequence[Letter]
    decided: bool = False
    refusal: str | None = None


class Spool:
    """Letters in a file; every method may be called from every thread.

    Args:
        file: made when it is not there.
        capacity: letters at most.

    Attributes:
        sender: by this name the bus says what was settled; the same after a restart.

    Raises:
        BlockingIOError: another process uses this file.
        ConfigurationError: the file is no spool, or cannot be written.
    """

    def __init__(self, file: Path, capacity: int) -> None:
        self._file = file
        self._capacity = capacity
        self._lock = threading.Lock()
        self._waiting: deque[_Post] = deque()
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
            self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            self.sender = _prepare(self._connection)
            self._depth: int = self._connection.execute("SELECT count(*) FROM letters").fetchone()[0]
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise BlockingIOError(f"{file}: another process uses it") from error
            raise ConfigurationError(f"{file}: wanted a spool that can be written, got {error}") from error
        except (sqlite3.DatabaseError, OSError) as error:
            raise ConfigurationError(f"{file}: wanted a spool, got {error}") from error

    @property
    def depth(self) -> int:
        """Letters in it."""
        return self._depth

    @property
    def capacity(self) -> int:
        """Letters at most."""
        return self._capacity

    @property
    def is_full(self) -> bool:
        """Whether it takes nothing more."""
        return self._depth >= self._capacity

    def put(self, letters: Sequence[Letter]) -> None:
        """Commit letters, all or none; one that is there already stays as it is.

        Raises:
            NotTaken: there is no room, in the spool or on the disk.
        """
        post = _Post(letters)
        self._waiting.append(post)
        # Whose turn it is commits for all that wait; these find it done when it is theirs.
        with self._lock:
            while not post.decided:
                self._commit(self._next_group())
        if post.refusal is not None:
            raise NotTaken(post.refusal)

    def after(self, seq: int, limit: int) -> list[tuple[int, Letter]]:
        """Letters behind the number `seq`, oldest first, each with its own number."""
        query = "SELECT seq, id, topic, body FROM letters WHERE seq > ? ORDER BY seq LIMIT ?"
        with self._lock:
            rows = self._connection.execute(query, (seq, limit)).fetchall()
        return [(number, Letter(*letter)) for number, *letter in rows]

    def some(self, ids: Sequence[str]) -> list[Letter]:
        """Those of these letters that are still here."""
        query = f"SELECT id, topic, body FROM letters WHERE id IN ({', '.join('?' * len(ids))}) ORDER BY seq"  # noqa: S608 - marks
        with self._lock:
            rows = self._connection.execute(query, list(ids)).fetchall()
        return [Letter(*row) for row in rows]

    def forget(self, ids: Sequence[str]) -> None:
        """Remove letters that the database has committed.

        Raises:
            NotTaken: the disk is full; they stay, and may be forgotten later.
        """
        with self._lock:
            before = self._connection.total_changes
            with self._committed() as connection:
                connection.executemany("DELETE FROM letters WHERE id = ?", [(one,) for one in ids])
            self._depth -= self._connection.total_changes - before

    def close(self) -> None:
        """Close the file; nothing is lost."""
        with self._lock:
            self._connection.close()

    def _next_group(self) -> list[_Post]:
        """The first posts that wait, as far as they fit; one that does not is refused, and the next is tried."""
        group: list[_Post] = []
        count = 0
        while self._waiting and count < GROUP_LETTERS:
            post = self._waiting.popleft()
            here, more = self._depth + count, len(post.letters)
            if here + more > self._capacity:
                post.refusal = f"spool: wanted room for {more}, holds {here} of {self._capacity}"
                post.decided = True
            else:
                group.append(post)
                count += more
        return group

    def _commit(self, group: Sequence[_Post]) -> None:
        """Commit all posts of the group or none, and let each know."""
        rows = [(letter.id, letter.topic, letter.body) for post in group for letter in post.letters]
        refusal: str | None = "spool: a letter of the same group cannot be written"
        before = self._connection.total_changes
        try:
            with self._committed() as connection:
                connection.executemany("INSERT OR IGNORE INTO letters (id, topic, body) VALUES (?, ?, ?)", rows)
            self._depth += self._connection.total_changes - before
            refusal = None
        except NotTaken as error:
            refusal = str(error)
        finally:
            for post in group:
                post.refusal, post.decided = refusal, True

    @contextmanager
    def _committed(self) -> Iterator[sqlite3.Connection]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise NotTaken(f"spool: cannot be written: {error}") from error
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def open_spool(folder: Path, capacity: int) -> Spool:
    """The first spool of the folder that no other process uses; what dead processes left in others is taken over.

    Raises:
        ConfigurationError: a file that is no spool, or more processes than there are places.
    """
    own: Spool | None = None
    for slot in range(MAX_SLOTS):
        file = folder / f"spool-{slot}.db"
        if own is not None and not file.exists():
            return own
        try:
            spool = Spool(file, capacity)
        except BlockingIOError:
            continue
        if own is None:
            own = spool
        else:
            _adopt(own, spool)
    if own is None:
        raise ConfigurationError(f"{folder}: wanted at most {MAX_SLOTS} processes, got one more")
    return own


def _adopt(own: Spool, left: Spool) -> None:
    """Take over letters for which there is room; the others stay for the next start."""
    with closing(left), suppress(NotTaken):
        while found := left.after(0, _ADOPTED_AT_ONCE):
            own.put([letter for _, letter in found])
            left.forget([letter.id for _, letter in found])


def _prepare(connection: sqlite3.Connection) -> str:
    """The sender's name."""
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_LETTERS)
    connection.execute(_SENDER)
    row = connection.execute("SELECT name FROM sender").fetchone()
    if row is None:
        row = (f"{platform.node()}-{uuid.uuid4().hex[:12]}",)
        connection.execute("INSERT INTO sender VALUES (?)", row)
    connection.execute("COMMIT")
    return str(row[0])
