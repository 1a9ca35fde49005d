"""What street cameras tell becomes reports: an incident is reported at its start, counted while it goes on, and noted
at its end, which closes no case.

Where the database is away a beginning waits in the spool, without its frame, and so does what was counted over lines.
What goes on is told again by the next sighting, and that something ended closes no case.
"""

from dataclasses import dataclass

from pipelines.bus.outbox import Outbox
from pipelines.bus.sink import DATABASE_AWAY
from pipelines.services.cases import CaseService
from pipelines.stages.street_sightings import StreetSighting
from pipelines.street.incidents import Incident, Report
from pipelines.street.line_counts import LineCount


@dataclass(frozen=True, slots=True, eq=False)
class StreetReports:
    """Takes the sightings of all street cameras, and reports them in the name of the camera.

    Attributes:
        cases: of the first city.
        outbox: takes a beginning where the database does not; None: nobody does.
    """

    cases: CaseService
    outbox: Outbox | None = None

    def on_sighting(self, sighting: StreetSighting) -> None:
        """Report what is told; of what opens or reopens a case the frame is kept, made illegible."""
        report, actor = _report(sighting), sighting.incident.camera_id
        match sighting.incident.phase:
            case "start":
                self._illustrate(self._begin(report, actor), sighting)
            case "continue":
                self._illustrate(self.cases.report_on(report, actor=actor), sighting)
            case "end":
                self.cases.report_end(report, clear=sighting.last, actor=actor)

    def on_count(self, count: LineCount) -> None:
        """Keep who crossed a line."""
        if self.outbox is None:
            self.cases.store.street.line_counts.add(count)
        else:
            self.outbox.count(count)

    def _begin(self, report: Report, actor: str) -> Incident | None:
        """The new incident; None: it waits in the spool."""
        try:
            return self.cases.report(report, actor=actor)
        except DATABASE_AWAY:
            if self.outbox is None:
                raise
            self.outbox.report(report)
            return None

    def _illustrate(self, incident: Incident | None, sighting: StreetSighting) -> None:
        """Keep the frame, after the report: evidence that cannot be made illegible must not cost the case."""
        if incident is not None:
            self.cases.illustrate(incident, sighting.image, actor=sighting.incident.camera_id)


def _report(sighting: StreetSighting) -> Report:
    incident = sighting.incident
    return Report(
        kind=incident.kind,
        source="camera",
        seen_at=incident.seen_at,
        camera_id=incident.camera_id,
        zone=incident.zone_id,
        box=sighting.box,
        reference=incident.incident_id,
    )
