"""The audit log: each entry is bound to the one before, so that none can be changed or taken out unseen."""

import json
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import insert, select, update

from pipelines.records.database import Database, Transaction
from pipelines.records.paging import Part, read_page
from pipelines.records.schema import NO_HASH
from pipelines.records.tables import AuditHeadRow, AuditRow
from pipelines.records.values import AuditEntry, AuditNote, Page
from pipelines.records.vault import Vault

VERIFY_ROWS = 1000


class AuditLog:
    """Appends to the chain and verifies it.

    A whole copy of an older database is a whole chain too: who must notice that keeps `head()` somewhere else.
    """

    def __init__(self, database: Database, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def write(self, transaction: Transaction, note: AuditNote) -> AuditEntry:
        """Append within the transaction of the act itself: both are committed, or neither."""
        head, at, details = transaction.head, self._clock(), json.dumps(note.details, sort_keys=True)
        seq, previous = head.seq + 1, head.hash
        link = self._link(previous, seq, at, note.actor, note.action, note.target, details)
        values = {"seq": seq, "at": at, "actor": note.actor, "action": note.action, "target": note.target}
        connection = transaction.session.connection()
        connection.execute(insert(AuditRow), values | {"details": details, "previous_hash": previous, "hash": link})
        connection.execute(update(AuditHeadRow).values(seq=seq, hash=link))
        head.seq, head.hash = seq, link
        return AuditEntry(seq, at, note, previous, link)

    def append(self, note: AuditNote) -> AuditEntry:
        """Append an act that has no other record."""
        with self._database.writing() as transaction:
            return self.write(transaction, note)

    def head(self) -> tuple[int, bytes]:
        """Number and hash of the last entry; 0 and 32 zero bytes when there is none."""
        with self._database.reading() as session:
            head = session.scalars(select(AuditHeadRow)).one()
            return head.seq, head.hash

    def list(self, cursor: str | None = None, limit: int = 100) -> Page[AuditEntry]:
        """The entries, oldest first."""
        with self._database.reading() as session:
            return read_page(session, select(AuditRow), AuditRow, Part(cursor, limit), _entry)

    def verify_chain(self) -> int | None:
        """The number of the first entry that was changed or is missing; None when the chain is whole."""
        seq, previous = 0, NO_HASH
        last, last_hash = self.head()
        while rows := self._rows_after(seq):
            for row in rows:
                seq += 1
                if row.seq != seq or row.previous_hash != previous or row.hash != self._link_of(row):
                    return seq
                if seq == last and row.hash != last_hash:
                    return seq
                previous = row.hash
        return seq + 1 if seq < last else None

    def _rows_after(self, seq: int) -> tuple[AuditRow, ...]:
        statement = select(AuditRow).where(AuditRow.seq > seq).order_by(AuditRow.seq).limit(VERIFY_ROWS)
        with self._database.reading() as session:
            return tuple(session.scalars(statement))

    def _link_of(self, row: AuditRow) -> bytes:
        return self._link(row.previous_hash, row.seq, row.at, row.actor, row.action, row.target, row.details)

    def _link(self, previous: bytes, seq: int, at: datetime, *words: str | None) -> bytes:
        return self._vault.chain_hash(previous, json.dumps([seq, at.isoformat(), *words]).encode())


def _entry(row: AuditRow) -> AuditEntry:
    note = AuditNote(row.actor, row.action, row.target, json.loads(row.details))
    return AuditEntry(row.seq, row.at, note, row.previous_hash, row.hash)
