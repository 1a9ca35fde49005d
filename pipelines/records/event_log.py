"""Events in the order in which they were stored; each appears once, however often it is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select

from pipelines.events import Event, EventKind
from pipelines.records.backing import Backing
from pipelines.records.database import Transaction
from pipelines.records.event_batch import insert_events
from pipelines.records.late import without_erased
from pipelines.records.paging import Part, read_page
from pipelines.records.tables import EventRow
from pipelines.records.values import EVERY_PURPOSE, ApiKey, Page, StoredEvent


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; what is None or empty lets every event pass.

    Attributes:
        viewer: sees the events of its purposes and those that have none.
        purposes: the same for one who asks without a key.
    """

    viewer: ApiKey | None = None
    kinds: Sequence[EventKind] = ()
    camera_id: str | None = None
    gate_id: str | None = None
    purposes: Sequence[str] = (EVERY_PURPOSE,)

    def statement(self) -> Select[EventRow]:
        """A selection of the events that pass."""
        statement = select(EventRow)
        for purposes in (self.purposes, self.viewer.purposes if self.viewer else (EVERY_PURPOSE,)):
            if EVERY_PURPOSE not in purposes:
                statement = statement.where(or_(EventRow.purpose.is_(None), EventRow.purpose.in_(purposes)))
        if self.kinds:
            statement = statement.where(EventRow.kind.in_(self.kinds))
        if self.camera_id is not None:
            statement = statement.where(EventRow.camera_id == self.camera_id)
        if self.gate_id is not None:
            statement = statement.where(EventRow.gate_id == self.gate_id)
        return statement


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a batch.

    Attributes:
        numbers: of the events that were not stored before, ascending.
        relieved: so many came with a subject or a plate that was erased, repeats among them.
    """

    numbers: tuple[int, ...]
    relieved: int = 0


class EventLog:
    """The events of one store.

    `seq` is the order of the commits, on either database and over all processes: whoever has read up to a number will
    never find a new event below it. A number is given while the writer holds the audit chain's head
    (`Database.writing`), so no later one can be committed before it; PostgreSQL's sequence alone would not promise
    that. Numbers are missing where an event was told again, a transaction was rolled back, rows were removed, or a
    backup was restored, and none is used twice. Events must be written through this class for this.
    """

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def append(self, event: Event) -> StoredEvent:
        """Store the event without what was erased; one that is stored already is given back as it was stored first."""
        with self._backing.database.writing() as transaction:
            [relieved] = without_erased(transaction.session, [event])
            return self.write(transaction, relieved)

    def write(self, transaction: Transaction, event: Event) -> StoredEvent:
        """Store the event within the transaction of what it tells of."""
        for seq in self._insert(transaction, [event]):
            return StoredEvent(seq, event)
        return _stored(transaction.session.scalars(select(EventRow).where(EventRow.event_id == event.event_id)).one())

    def append_all(self, events: Sequence[Event]) -> Appended:
        """Store a batch in one transaction, without what was erased after it was seen; a repeat is left alone."""
        with self._backing.database.writing() as transaction:
            relieved = without_erased(transaction.session, events)
            changed = sum(one != sent for one, sent in zip(relieved, events, strict=True))
            return Appended(self._insert(transaction, relieved), changed)

    def list(self, after_seq: int = 0, limit: int = 100, passing: EventFilter | None = None) -> tuple[StoredEvent, ...]:
        """The events behind `after_seq`, oldest first."""
        statement = (passing or EventFilter()).statement().where(EventRow.seq > after_seq)
        with self._backing.database.reading() as session:
            rows = session.scalars(statement.order_by(EventRow.seq).limit(limit))
            return tuple(_stored(row) for row in rows)

    def page(
        self, cursor: str | None = None, limit: int = 100, passing: EventFilter | None = None
    ) -> Page[StoredEvent]:
        """A part of the events, oldest first.

        Raises:
            BadInput: a limit out of range, or a cursor that is not of this list.
        """
        statement = (passing or EventFilter()).statement()
        with self._backing.database.reading() as session:
            return read_page(session, statement, EventRow, Part(cursor, limit), _stored)

    def latest_seq(self) -> int:
        """The number of the newest event; 0 when there is none."""
        with self._backing.database.reading() as session:
            return session.scalar(select(func.max(EventRow.seq))) or 0

    def find(self, seq: int) -> StoredEvent | None:
        """The event with this number; None when it is not stored, or no longer."""
        with self._backing.database.reading() as session:
            row = session.get(EventRow, seq)
            return None if row is None else _stored(row)

    def seq_of(self, event_id: str) -> int | None:
        """The event's number; None when it is not stored, or no longer."""
        with self._backing.database.reading() as session:
            return session.scalar(select(EventRow.seq).where(EventRow.event_id == event_id))

    def _insert(self, transaction: Transaction, events: Sequence[Event]) -> tuple[int, ...]:
        numbers = insert_events(transaction.session.connection(), events, self._backing.clock())
        if numbers:
            transaction.afterwards(lambda: self._backing.feed.announce(numbers[-1]))
        return numbers


def _stored(row: EventRow) -> StoredEvent:
    event = Event.model_validate_json(row.body)
    erasable = {"subject_id": row.subject_id, "plate_hash": row.plate_hash}
    return StoredEvent(row.seq, event.model_copy(update=erasable))
