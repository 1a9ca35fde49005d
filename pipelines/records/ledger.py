"""What must never come back from a backup: noted in the store, and copied to a file apart from it."""

import hashlib
import json
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.records.database import Database, Transaction
from pipelines.records.parking_plates import PlateUse
from pipelines.records.tables import ErasureRow
from vision.errors import ConfigurationError

logger = logging.getLogger(__name__)

ErasureKind = Literal["subject", "consent", "key", "plate"]
"""A subject was erased, a consent withdrawn, an API key revoked, a plate forgotten."""


@dataclass(frozen=True, slots=True)
class ErasureNote:
    """One entry; `target` is a random id, or digests of a plate's hashes, and leads to nobody by itself."""

    kind: ErasureKind
    target: str
    at: datetime


def plate_target(hashes: Mapping[PlateUse, str]) -> str:
    """What an entry keeps of a plate: a digest of its hash for every use, for the hashes themselves shall be gone."""
    return ".".join(plate_digest(hashes[use]) for use in get_args(PlateUse))


def plate_digest(plate_hash: str) -> str:
    """64 hexadecimal digits by which a plate's hash is known again where it is met."""
    return hashlib.sha256(plate_hash.encode()).hexdigest()


def plate_digests(target: str) -> dict[PlateUse, str]:
    """The digests that an entry keeps."""
    return dict(zip(get_args(PlateUse), target.split("."), strict=True))


def read_ledger(file: Path) -> set[ErasureNote]:
    """The entries of a ledger's file; of one that is missing, none. A last line that was cut off is passed over.

    Raises:
        ConfigurationError: a line that is no entry.
    """
    if not file.exists():
        return set()
    lines = file.read_bytes().split(b"\n")
    return {_read(file, line) for line in lines[:-1] if line}


def entries_of(session: Session) -> set[ErasureNote]:
    """All that a store knows of."""
    return {_note(row) for row in session.scalars(select(ErasureRow))}


class ErasureLedger:
    """The entries of one store, and the file to which they are copied.

    The file outlives the database: put it on another disk. Every process that serves the store copies to its own what
    the others noted, so that each is whole within a sweep.

    Args:
        file: JSON lines; made with the first entry, readable by its owner only.
    """

    def __init__(self, database: Database, file: Path) -> None:
        self._database = database
        self._file = file
        self._copied = 0
        self._known: set[ErasureNote] | None = None
        self._lock = threading.Lock()

    def note(self, transaction: Transaction, note: ErasureNote) -> None:
        """Write the entry within the transaction that erases, and copy it to the file after its commit."""
        transaction.session.add(ErasureRow(kind=note.kind, target=note.target, at=note.at))
        transaction.afterwards(self._try_to_copy)

    def entries(self) -> set[ErasureNote]:
        """All that the store knows of."""
        with self._database.reading() as session:
            return entries_of(session)

    def copy(self) -> None:
        """Append to the file what is new in the store.

        Raises:
            OSError: the file cannot be written; the next call tries again.
        """
        with self._lock:
            self._copy()

    def _copy(self) -> None:
        with self._database.reading() as session:
            rows = session.scalars(select(ErasureRow).where(ErasureRow.seq > self._copied).order_by(ErasureRow.seq))
            found = [(row.seq, _note(row)) for row in rows]
        if not found:
            return
        if self._known is None:
            self._known = read_ledger(self._file)
        missing = [note for _, note in found if note not in self._known]
        if missing:
            _append(self._file, missing)
            self._known.update(missing)
        self._copied = found[-1][0]

    def _try_to_copy(self) -> None:
        try:
            self.copy()
        except OSError as error:
            # The erasure is committed; the sweeper tries again, and is unwell until it can.
            logger.error("the ledger of erasures cannot be written: %s", error.strerror)  # noqa: TRY400  as above


def _append(file: Path, notes: list[ErasureNote]) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [json.dumps({"at": one.at.isoformat(), "kind": one.kind, "target": one.target}) for one in notes]
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as stream:
        content = stream.read()
        if content and not content.endswith(b"\n"):
            # A line that was cut off goes: it comes again, for its entry is in the store.
            stream.truncate(content.rfind(b"\n") + 1)
        stream.write("\n".join([*lines, ""]).encode())
        stream.flush()
        os.fsync(descriptor)


def _read(file: Path, line: bytes) -> ErasureNote:
    try:
        entry = json.loads(line)
        at, kind, target = datetime.fromisoformat(entry["at"]), entry["kind"], entry["target"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{file}: wanted a ledger of erasures, got a line that is no entry of one") from error
    if kind not in get_args(ErasureKind):
        raise ConfigurationError(f"{file}: wanted one of {get_args(ErasureKind)}, got {kind!r}")
    return ErasureNote(kind, target, at.astimezone(UTC))


def _note(row: ErasureRow) -> ErasureNote:
    return ErasureNote(cast(ErasureKind, row.kind), row.target, row.at)
