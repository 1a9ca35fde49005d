"""Dead letters: what reached the database often enough and could not become a record; kept to be seen and replayed.

They lie in the database, not on the bus: a bus may be lost, and every node of the API shows the same.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update

from pipelines.records.backing import Backing
from pipelines.records.database import Transaction
from pipelines.records.dead_letter_table import DeadLetterRow
from pipelines.records.late import mentions_erased
from pipelines.records.paging import Part, read_page
from pipelines.records.values import AuditNote, Page, new_id
from vision.errors import NotFound

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A letter that could not become a record.

    Attributes:
        id: `dle_` and 32 hexadecimal digits.
        letter_id: of an event its event_id.
        topic, body: as it came; the body may be no JSON.
        sender: the spool that it came from.
        reason: what refused it, at the last try.
        tries: deliveries.
        died_at: aware UTC.
    """

    id: str
    letter_id: str
    topic: str
    sender: str
    body: str = field(repr=False)
    reason: str
    tries: int
    died_at: datetime


class DeadLetters:
    """The dead letters of one store."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def bury(self, *, letter_id: str, topic: str, sender: str, body: str, reason: str, tries: int) -> bool:
        """Whether a letter that is given up was kept; one that lies here already is counted on.

        One that tells of somebody who was erased is not kept.
        """
        letter_id, reason, now = _text(letter_id), _text(reason)[:MAX_REASON], self._backing.clock()
        known = DeadLetterRow.letter_id == letter_id
        with self._backing.database.writing() as transaction:
            session = transaction.session
            if mentions_erased(session, body):
                return False
            if session.scalar(select(DeadLetterRow.seq).where(known)) is not None:
                session.execute(update(DeadLetterRow).where(known).values(reason=reason, tries=tries, died_at=now))
                return True
            row = DeadLetterRow(id=new_id("dle"), letter_id=letter_id, topic=_text(topic), sender=_text(sender))
            row.body, row.reason, row.tries, row.died_at = _text(body), reason, tries, now
            session.add(row)
        return True

    def get(self, dead_letter_id: str) -> DeadLetter:
        """One dead letter.

        Raises:
            NotFound: none with this id.
        """
        with self._backing.database.reading() as session:
            row = session.scalar(select(DeadLetterRow).where(DeadLetterRow.id == dead_letter_id))
            if row is None:
                raise NotFound(f"no dead letter {dead_letter_id}")
            return _value(row)

    def list(self, cursor: str | None = None, limit: int = 100) -> Page[DeadLetter]:
        """The dead letters, newest first."""
        with self._backing.database.reading() as session:
            part = Part(cursor, limit, newest_first=True)
            return read_page(session, select(DeadLetterRow), DeadLetterRow, part, _value)

    def count(self) -> int:
        """How many there are."""
        with self._backing.database.reading() as session:
            return session.scalar(select(func.count()).select_from(DeadLetterRow)) or 0

    def forget(self, dead_letter_id: str, *, new: bool, actor: str) -> None:
        """Remove a dead letter that became a record after all; audited.

        Args:
            new: whether the record was not there before.

        Raises:
            NotFound: none with this id, or another replayed it just now.
        """
        with self._backing.database.writing() as transaction:
            session = transaction.session
            row = session.scalar(select(DeadLetterRow).where(DeadLetterRow.id == dead_letter_id))
            if row is None:
                raise NotFound(f"no dead letter {dead_letter_id}")
            details: dict[str, str | bool] = {"letter": row.letter_id, "topic": row.topic, "new": new}
            session.delete(row)
            note = AuditNote(actor, "dead_letter.replayed", dead_letter_id, dict(details))
            self._backing.audit.write(transaction, note)


def forget_mentions(transaction: Transaction, *mentions: str) -> None:
    """Remove dead letters that mention what is being erased: a subject's id, or the hash of a plate."""
    mentioned = or_(*(DeadLetterRow.body.contains(mention, autoescape=True) for mention in mentions))
    transaction.session.execute(delete(DeadLetterRow).where(mentioned))


def _text(came: str) -> str:
    """What every database keeps; PostgreSQL refuses the character 0."""
    return came.replace("\0", "\ufffd")


def _value(row: DeadLetterRow) -> DeadLetter:
    return DeadLetter(
        id=row.id,
        letter_id=row.letter_id,
        topic=row.topic,
        sender=row.sender,
        body=row.body,
        reason=row.reason,
        tries=row.tries,
        died_at=row.died_at,
    )
