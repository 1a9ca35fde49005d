"""Reports become cases: the same thing seen again is one more sighting, and what an operator silenced makes none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pipelines.records.database import Transaction
from pipelines.records.store import Store
from pipelines.records.values import new_id
from pipelines.services.case_steps import CaseSteps, Step
from pipelines.street.cases import Case
from pipelines.street.cities import Cities, City, Terms
from pipelines.street.incidents import Incident, Report, Suppression, likeness
from pipelines.street.kinds import Kinds
from pipelines.street.words import Fate
from vision.errors import BadInput, Conflict

OLDEST = timedelta(days=30)
"""Of a report: a camera that was cut off tells later, but what lies longer back is nothing to put right now."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A report as it is dealt with; `at` is when it was seen, but never in the future."""

    report: Report
    city: City
    terms: Terms
    actor: str
    now: datetime
    at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """Takes reports in, one after another: of two at the same time the second finds the first one's case.

    Attributes:
        clock: the time, aware UTC.
    """

    store: Store
    kinds: Kinds
    cities: Cities
    steps: CaseSteps
    clock: Callable[[], datetime]

    def take(self, report: Report, actor: str) -> Incident:
        """The incident that the report became; the same reference again is the same incident.

        Raises:
            BadInput: a kind or a city that is none, or seen longer than `OLDEST` ago.
            Conflict: the reference came with another report.
        """
        arrival = self.arrival(report, actor)
        with self.store.street.writing() as transaction:
            known = self.store.street.incidents.of_reference(transaction.session, actor, report.reference)
            if known is not None:
                return _same(known, report, arrival.city)
            return self.taken(transaction, arrival)

    def arrival(self, report: Report, actor: str) -> Arrival:
        """The report as it is dealt with now.

        Raises:
            BadInput: a kind or a city that is none, or seen longer than `OLDEST` ago.
        """
        self.kinds.get(report.kind)
        city, now = self.cities.get(report.city), self.clock()
        if report.seen_at < now - OLDEST:
            raise BadInput(f"seen_at: wanted a time of the last {OLDEST.days} days, got {report.seen_at}")
        return Arrival(report, city, city.terms_of(report.kind), actor, now, min(report.seen_at, now))

    def taken(self, transaction: Transaction, arrival: Arrival) -> Incident:
        """The new incident that the report becomes, within this transaction."""
        suppression = self._suppression(transaction.session, arrival)
        if suppression is not None:
            return self._keep(transaction, arrival, "suppressed", suppression=suppression)
        fate, case = self._case(transaction, arrival)
        return self._keep(transaction, arrival, fate, case=case)

    def _suppression(self, session: Session, arrival: Arrival) -> Suppression | None:
        """What silences the report, counted; a person is never silenced."""
        report, suppressions = arrival.report, self.store.street.suppressions
        if report.source != "camera" or report.camera_id is None:
            return None
        found = suppressions.holding(session, report.camera_id, report.zone, report.kind, arrival.now)
        return None if found is None else suppressions.count(session, found, arrival.at)

    def _case(self, transaction: Transaction, arrival: Arrival) -> tuple[Fate, Case]:
        """What becomes of the report, and its case."""
        same = self.same_case(transaction.session, arrival)
        if same is None:
            return "opened", self._open(transaction, arrival)
        seen = seen_again(same, arrival)
        if same.ended_at is None or not reopens(same.ended_at, arrival):
            self.store.street.cases.change(transaction.session, seen)
            return "repeated", seen
        due_at = arrival.city.due(same.kind, "handle", arrival.now)
        return "reopened", self.steps.take(transaction, same, sent_back(seen, due_at), _step(arrival, "seen_again"))

    def same_case(self, session: Session, arrival: Arrival) -> Case | None:
        """The case of the same thing: an open one rather than one that was closed, then the likest box."""
        report, terms = arrival.report, arrival.terms
        if report.camera_id is None:
            return None
        since = arrival.at - timedelta(minutes=max(terms.cool_down_min, terms.reopen_min))
        cases = self.store.street.cases
        there = cases.at(session, report.camera_id, report.zone, report.kind, ended_after=since)
        alike = [(case.is_open, likeness(case.box, report.box), case) for case in there if case.city == arrival.city.id]
        alike = [one for one in alike if one[1] >= terms.same_iou]
        return max(alike, key=lambda one: one[:2], default=(False, 0.0, None))[2]

    def _open(self, transaction: Transaction, arrival: Arrival) -> Case:
        report, city = arrival.report, arrival.city
        case = Case(
            id=new_id("cas"),
            kind=report.kind,
            city=city.id,
            purpose=city.purpose,
            source=report.source,
            state="reported",
            opened_at=arrival.now,
            last_seen_at=arrival.at,
            camera_id=report.camera_id,
            zone=report.zone,
            box=report.box,
            place=report.place,
            due_at=city.due(report.kind, "accept", arrival.now),
        )
        return self.steps.take(transaction, None, case, _step(arrival, report.source))

    def _keep(
        self,
        transaction: Transaction,
        arrival: Arrival,
        fate: Fate,
        *,
        case: Case | None = None,
        suppression: Suppression | None = None,
    ) -> Incident:
        incident = Incident(
            id=new_id("inc"),
            report=replace(arrival.report, seen_at=arrival.at, city=arrival.city.id),
            city=arrival.city.id,
            purpose=arrival.city.purpose,
            reported_by=arrival.actor,
            fate=fate,
            case_id=None if case is None else case.id,
            suppression_id=None if suppression is None else suppression.id,
            recorded_at=arrival.now,
        )
        self.store.street.incidents.add(transaction.session, incident)
        self.steps.tell(transaction, incident)
        return incident


def sent_back(case: Case, due_at: datetime) -> Case:
    """The case as it lies before who handles it once more.

    Args:
        due_at: when it has to be handled, aware UTC.
    """
    return replace(
        case,
        state="dispatched",
        due_at=due_at,
        extensions=0,
        handled_at=None,
        verified_at=None,
        witness=None,
        ended_at=None,
        reworks=case.reworks + 1,
    )


def _same(known: Incident, report: Report, city: City) -> Incident:
    """The incident that this reference was before.

    Raises:
        Conflict: it was another one.
    """
    before = (known.report.kind, known.report.camera_id, known.report.zone, known.city)
    if before != (report.kind, report.camera_id, report.zone, city.id):
        raise Conflict("reference: wanted one of its own, got that of another incident")
    return known


def seen_again(case: Case, arrival: Arrival) -> Case:
    """The case with one more sighting; its box is the newest one's."""
    if arrival.at < case.last_seen_at:
        return replace(case, count=case.count + 1)
    return replace(case, count=case.count + 1, last_seen_at=arrival.at, box=arrival.report.box or case.box)


def reopens(ended_at: datetime, arrival: Arrival) -> bool:
    """Whether a closed case goes on. A person's word does not wait for the cool-down, which is for cameras that lag."""
    waits = arrival.report.source == "camera"
    cool = ended_at + timedelta(minutes=arrival.terms.cool_down_min if waits else 0)
    return cool < arrival.at < ended_at + timedelta(minutes=arrival.terms.reopen_min)


def _step(arrival: Arrival, why: str) -> Step:
    return Step("report", arrival.actor, why, arrival.now, {"kind": arrival.report.kind})
