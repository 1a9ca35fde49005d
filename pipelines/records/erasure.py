"""Erasing a person: rows, key, files, index entries, and what deleted rows leave behind on the disk."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from pipelines.events import Event, event_id
from pipelines.records.backing import Backing
from pipelines.records.database import Transaction
from pipelines.records.dead_letters import forget_mentions
from pipelines.records.event_log import EventLog
from pipelines.records.ledger import ErasureNote
from pipelines.records.removal import Remover
from pipelines.records.tables import (
    ConsentRow,
    DataKeyRow,
    DecisionRow,
    EventRow,
    IdempotencyRow,
    PhotographRow,
    SubjectRow,
    TemplateRow,
)
from pipelines.records.values import AuditNote, Erasure
from vision.errors import NotFound


class Eraser:
    """Erases subjects; their random ids stay in the audit log, where they lead to nobody."""

    def __init__(self, backing: Backing, remover: Remover, events: EventLog) -> None:
        self._backing = backing
        self._remover = remover
        self._events = events

    def erase(self, subject_id: str, actor: str) -> Erasure:
        """Remove everything about the subject, in one transaction.

        Raises:
            NotFound: no such subject.
        """
        with self._backing.database.writing() as transaction:
            if transaction.session.scalar(select(SubjectRow.seq).where(SubjectRow.id == subject_id)) is None:
                raise NotFound(f"no subject {subject_id}")
            counts = self._remove_owned(transaction, subject_id)
            _remove_links(transaction.session, subject_id)
            forget_mentions(transaction, subject_id)
            _destroy_key(transaction.session, subject_id)
            transaction.call_for_compaction()
            transaction.session.execute(delete(SubjectRow).where(SubjectRow.id == subject_id))
            self._backing.audit.write(transaction, AuditNote(actor, "subject.erased", subject_id, dict(counts)))
            note = ErasureNote("subject", subject_id, self._backing.clock())
            self._backing.ledger.note(transaction, note)
            self._events.write(transaction, self._event(subject_id))
        return Erasure(subject_id, **counts, traces_cleared=self._backing.database.clear_traces())

    def _remove_owned(self, transaction: Transaction, subject_id: str) -> dict[str, int]:
        session = transaction.session
        answers = select(func.count()).where(IdempotencyRow.subject_id == subject_id)
        consents = select(func.count()).where(ConsentRow.subject_id == subject_id)
        counts = {
            "templates": self._remover.templates(transaction, TemplateRow.subject_id == subject_id),
            "photographs": self._remover.photographs(transaction, PhotographRow.subject_id == subject_id),
            "answers": session.scalar(answers) or 0,
            "consents": session.scalar(consents) or 0,
        }
        session.execute(delete(IdempotencyRow).where(IdempotencyRow.subject_id == subject_id))
        session.execute(delete(ConsentRow).where(ConsentRow.subject_id == subject_id))
        return counts

    def _event(self, subject_id: str) -> Event:
        return Event(
            event_id=event_id(None, subject_id, "subject.erased"),
            kind="subject.erased",
            occurred_at=self._backing.clock(),
            subject_id=subject_id,
        )


def _destroy_key(session: Session, subject_id: str) -> None:
    """Overwrite the key where it lies; what was sealed with it is noise then, wherever a copy of that is left."""
    row = session.scalars(select(DataKeyRow).where(DataKeyRow.subject_id == subject_id)).one()
    row.wrapped = bytes(len(row.wrapped))
    session.flush()


def _remove_links(session: Session, subject_id: str) -> None:
    session.execute(update(DecisionRow).where(DecisionRow.subject_id == subject_id).values(subject_id=None))
    session.execute(update(EventRow).where(EventRow.subject_id == subject_id).values(subject_id=None))
