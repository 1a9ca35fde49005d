"""One step of a case: kept, written into its history, audited and told of, all within one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.events import Event, event_id
from pipelines.records.database import Transaction
from pipelines.records.store import Store
from pipelines.records.values import AuditNote
from pipelines.street.cases import Case, Transition
from pipelines.street.incidents import Incident

Details = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Step:
    """What is done, by which key, why and when.

    Attributes:
        act: of `pipelines.street.words.Act`, or `report`, `look` or `gone`.
        why: a word.
        at: aware UTC.
        details: ids, words and counts.
    """

    act: str
    actor: str
    why: str
    at: datetime
    details: Details


@dataclass(frozen=True, slots=True, eq=False)
class CaseSteps:
    """Keeps the steps of one store's cases."""

    store: Store

    def take(self, transaction: Transaction, before: Case | None, after: Case, step: Step) -> Case:
        """The case after the step; before is None of a new one."""
        street, session = self.store.street, transaction.session
        if before is None:
            street.cases.add(session, after)
        else:
            street.cases.change(session, after)
        left = None if before is None else before.state
        seq = street.history.add(
            session, Transition(after.id, step.at, step.actor, step.act, left, after.state, step.why, step.details)
        )
        details = {**step.details, "why": step.why, "before": left, "after": after.state}
        street.note(transaction, AuditNote(step.actor, f"case.{step.act}", after.id, details))
        self.store.events.write(transaction, _case_event(after, seq, step))
        return after

    def tell(self, transaction: Transaction, incident: Incident) -> None:
        """Put the incident on the event log."""
        self.store.events.write(transaction, _incident_event(incident))


def _case_event(case: Case, seq: int, step: Step) -> Event:
    return Event(
        event_id=event_id(case.camera_id, f"{case.id}/{seq}", "case.changed"),
        kind="case.changed",
        occurred_at=step.at,
        purpose=case.purpose,
        camera_id=case.camera_id,
        state=case.state,
        reason=step.why,
        case_id=case.id,
        incident_kind=case.kind,
        zone=case.zone,
    )


def _incident_event(incident: Incident) -> Event:
    report = incident.report
    return Event(
        event_id=event_id(report.camera_id, incident.id, "incident.reported"),
        kind="incident.reported",
        occurred_at=report.seen_at,
        purpose=incident.purpose,
        camera_id=report.camera_id,
        state=incident.fate,
        incident_id=incident.id,
        case_id=incident.case_id,
        incident_kind=report.kind,
        zone=report.zone,
    )
