"""Decisions: recorded before anybody is told, each in one commit with its event and its audit entry."""

from dataclasses import asdict, replace
from typing import cast

from sqlalchemy import Select, insert, select

from pipelines.events import DecisionWord, Event
from pipelines.records.backing import Backing
from pipelines.records.event_log import EventLog
from pipelines.records.gate_values import Decision
from pipelines.records.paging import Part, read_page
from pipelines.records.tables import DecisionRow, SubjectRow
from pipelines.records.values import ApiKey, AuditNote, Page
from vision.errors import NotFound


class Decisions:
    """The decisions of one store; a viewer sees those of its purposes."""

    def __init__(self, backing: Backing, events: EventLog) -> None:
        self._backing = backing
        self._events = events

    def record(self, decision: Decision, event: Event | None = None, audit: AuditNote | None = None) -> Decision:
        """The decision as it was committed: once this returns it outlives a crash.

        A subject that is unknown, or was erased meanwhile, is left out of decision and event.

        Raises:
            NotFound: an unknown subject was accepted.
        """
        with self._backing.database.writing() as transaction:
            session = transaction.session
            known = select(SubjectRow.seq).where(SubjectRow.id == decision.subject_id)
            if decision.subject_id is not None and session.scalar(known) is None:
                if decision.decision == "accepted":
                    raise NotFound(f"no subject {decision.subject_id}")
                decision = replace(decision, subject_id=None)
                event = None if event is None else event.model_copy(update={"subject_id": None})
            session.connection().execute(insert(DecisionRow), asdict(decision))
            if event is not None:
                self._events.write(transaction, event)
            if audit is not None:
                self._backing.audit.write(transaction, audit)
        return decision

    def get(self, decision_id: str, viewer: ApiKey | None = None) -> Decision:
        """One decision.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            row = session.scalar(_visible(viewer).where(DecisionRow.id == decision_id))
            if row is None:
                raise NotFound(f"no decision {decision_id}")
            return _decision(row)

    def list(
        self,
        cursor: str | None = None,
        limit: int = 100,
        *,
        viewer: ApiKey | None = None,
        gate_id: str | None = None,
        subject_id: str | None = None,
    ) -> Page[Decision]:
        """The decisions, newest first."""
        statement = _visible(viewer)
        if gate_id is not None:
            statement = statement.where(DecisionRow.gate_id == gate_id)
        if subject_id is not None:
            statement = statement.where(DecisionRow.subject_id == subject_id)
        with self._backing.database.reading() as session:
            return read_page(session, statement, DecisionRow, Part(cursor, limit, newest_first=True), _decision)


def _visible(viewer: ApiKey | None) -> Select[DecisionRow]:
    if viewer is None or viewer.sees_every_purpose:
        return select(DecisionRow)
    return select(DecisionRow).where(DecisionRow.purpose.in_(viewer.purposes))


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        id=row.id,
        gate_id=row.gate_id,
        purpose=row.purpose,
        decision=cast(DecisionWord, row.decision),
        reason=row.reason,
        score=row.score,
        threshold=row.threshold,
        subject_id=row.subject_id,
        model_id=row.model_id,
        camera_id=row.camera_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        shadow=row.shadow,
    )
