"""Orders to open a barrier, and what came of each."""

from dataclasses import asdict
from typing import cast

from sqlalchemy import insert, select

from pipelines.events import Event
from pipelines.records.backing import Backing
from pipelines.records.event_log import EventLog
from pipelines.records.gate_values import BarrierCommand, BarrierOutcome
from pipelines.records.paging import Part, read_page
from pipelines.records.tables import BarrierCommandRow
from pipelines.records.values import AuditNote, Page
from vision.errors import Conflict, NotFound


class BarrierCommands:
    """The commands of one store."""

    def __init__(self, backing: Backing, events: EventLog) -> None:
        self._backing = backing
        self._events = events

    def record(
        self, command: BarrierCommand, event: Event | None = None, audit: AuditNote | None = None
    ) -> BarrierCommand:
        """The command as it was committed, before it is sent."""
        with self._backing.database.writing() as transaction:
            transaction.session.connection().execute(insert(BarrierCommandRow), asdict(command))
            if event is not None:
                self._events.write(transaction, event)
            if audit is not None:
                self._backing.audit.write(transaction, audit)
        return command

    def settle(self, command_id: str, outcome: BarrierOutcome, event: Event | None = None) -> BarrierCommand:
        """Write down what the controller answered, or that the time was up.

        Raises:
            NotFound: no such command.
            Conflict: it was settled before.
        """
        with self._backing.database.writing() as transaction:
            row = transaction.session.scalar(select(BarrierCommandRow).where(BarrierCommandRow.id == command_id))
            if row is None:
                raise NotFound(f"no barrier command {command_id}")
            if row.settled_at is not None:
                raise Conflict(f"barrier command {command_id}: settled already as {row.outcome}")
            row.outcome = outcome
            row.settled_at = self._backing.clock()
            if event is not None:
                self._events.write(transaction, event)
            return _command(row)

    def get(self, command_id: str) -> BarrierCommand:
        """One command.

        Raises:
            NotFound: none with this id.
        """
        with self._backing.database.reading() as session:
            row = session.scalar(select(BarrierCommandRow).where(BarrierCommandRow.id == command_id))
            if row is None:
                raise NotFound(f"no barrier command {command_id}")
            return _command(row)

    def list(self, gate_id: str, cursor: str | None = None, limit: int = 100) -> Page[BarrierCommand]:
        """The gate's commands, newest first."""
        statement = select(BarrierCommandRow).where(BarrierCommandRow.gate_id == gate_id)
        with self._backing.database.reading() as session:
            return read_page(session, statement, BarrierCommandRow, Part(cursor, limit, newest_first=True), _command)


def _command(row: BarrierCommandRow) -> BarrierCommand:
    return BarrierCommand(
        id=row.id,
        gate_id=row.gate_id,
        decision_id=row.decision_id,
        manual=row.manual,
        actor=row.actor,
        reason=row.reason,
        created_at=row.created_at,
        expires_at=row.expires_at,
        outcome=cast(BarrierOutcome, row.outcome),
        settled_at=row.settled_at,
    )
