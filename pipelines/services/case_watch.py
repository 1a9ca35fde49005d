"""What a camera tells of an incident after its first report: that it goes on, and that it is over."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from pipelines.services.case_intake import Arrival, Intake, reopens, seen_again
from pipelines.services.case_steps import Step
from pipelines.street.cases import Case
from pipelines.street.incidents import Incident, Report


@dataclass(frozen=True, slots=True, eq=False)
class CaseWatch:
    """Follows incidents whose first report went through the intake."""

    intake: Intake

    def go_on(self, report: Report, actor: str) -> Incident | None:
        """What became of an incident that goes on; None: one more sighting of its case, or nothing at all.

        What was voided or is silenced is not told again; a closed case is reopened, as by a new report.

        Args:
            report: what is seen now; its reference is that of the incident's first report.
            actor: who told of it first.

        Raises:
            BadInput: a kind or a city that is none, or seen too long ago.
        """
        arrival, street = self.intake.arrival(report, actor), self.intake.store.street
        with street.writing() as transaction:
            session = transaction.session
            known = street.incidents.of_reference(session, actor, report.reference)
            if known is None:
                return self.intake.taken(transaction, arrival)
            same = self.intake.same_case(session, arrival)
            if same is not None and (same.ended_at is None or not reopens(same.ended_at, arrival)):
                street.cases.change(session, seen_again(same, arrival))
                return None
            if self._settled(session, known, arrival):
                return None
            # The reference stays with the first report: this one is a report of its own.
            return self.intake.taken(transaction, replace(arrival, report=replace(report, reference=None)))

    def end(self, report: Report, actor: str) -> Case | None:
        """The open case of an incident that its camera sees no more; its history says so, and nothing else changes.

        Returns:
            None where no case is open.

        Raises:
            BadInput: as for `go_on`.
        """
        arrival = self.intake.arrival(report, actor)
        with self.intake.store.street.writing() as transaction:
            case = self.intake.same_case(transaction.session, arrival)
            if case is None or not case.is_open:
                return None
            step = Step("gone", actor, "seen_no_more", arrival.now, {"kind": report.kind})
            return self.intake.steps.take(transaction, case, case, step)

    def _settled(self, session: Session, known: Incident, arrival: Arrival) -> bool:
        """Whether a person said that this incident is none, or silences its camera now."""
        report, street = arrival.report, self.intake.store.street
        if known.case_id is not None and street.cases.find(session, known.case_id).state == "voided":
            return True
        place = (report.camera_id or "", report.zone, report.kind)
        return street.suppressions.holding(session, *place, arrival.now) is not None
