"""Cases of the street: what is reported, what becomes of it, and who did what to it until it was closed."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pipelines.records.store import Store
from pipelines.records.values import ApiKey
from pipelines.services.case_desk import CaseDesk, Health, Order
from pipelines.services.case_intake import Intake
from pipelines.services.case_steps import CaseSteps
from pipelines.services.case_watch import CaseWatch
from pipelines.services.redaction import RedactedJpeg, Redactor
from pipelines.settings import Settings, utc_now
from pipelines.street.cases import Case, CasePicture, View
from pipelines.street.cities import SHIPPED, Cities, read_cities
from pipelines.street.incidents import Incident, Report
from pipelines.street.kinds import NOTHING_HERE, Capabilities, Kinds, read_kinds
from pipelines.street.statistics import Statistics, tally
from pipelines.street.words import PictureRole
from vision.errors import Conflict
from vision.types import Image


def of_no_camera(_camera_id: str) -> bool | None:
    """The health of cameras where none run: nothing is known of any."""
    return None


@dataclass(frozen=True, slots=True, eq=False)
class CaseService:
    """Cases of all cities; every method may be called from every thread.

    Attributes:
        store: `store.street` holds incidents, cases, pictures and suppressions.
        here: what of this installation finds incidents by itself.
        redactor: None where pictures cannot be made illegible, so that none is kept.
        health: of cameras that this process runs.
        clock: the time, aware UTC.
    """

    store: Store
    kinds: Kinds
    cities: Cities
    here: Capabilities = NOTHING_HERE
    redactor: Redactor | None = None
    health: Health = of_no_camera
    clock: Callable[[], datetime] = utc_now

    def report(self, report: Report, picture: RedactedJpeg | None = None, *, actor: str) -> Incident:
        """The incident that the report became; the same reference again is the same incident.

        Its picture is kept where it opened or reopened a case, or the case has none yet.

        Raises:
            BadInput: a kind or a city that is none.
            Conflict: the reference came with another report.
        """
        incident = self._intake.take(report, actor)
        if picture is not None and self._wants_picture(incident):
            self._keep_before(incident, picture, actor)
        return incident

    def report_on(self, report: Report, *, actor: str) -> Incident | None:
        """What became of an incident that goes on; None: it is counted at its case. See `CaseWatch.go_on`."""
        return CaseWatch(self._intake).go_on(report, actor)

    def report_end(self, report: Report, *, clear: bool, actor: str) -> None:
        """Note that a camera sees an incident no more; no case is closed by it.

        Args:
            report: what was seen last, and when it was seen to be gone.
            clear: whether nothing else of this kind is left there: of a case that was handled before, it is a view.
            actor: as for the first report.
        """
        case = CaseWatch(self._intake).end(report, actor)
        if not clear or case is None or case.handled_at is None or report.camera_id is None:
            return
        seen_at = min(report.seen_at, self.clock())
        if seen_at >= case.handled_at:
            # Taken back just now by a rework: then there is nothing to be seen.
            with suppress(Conflict):
                self._desk.look(case.id, View(report.camera_id, "seen_clear", seen_at), actor)

    def illustrate(self, incident: Incident, image: Image, *, actor: str) -> None:
        """Keep a view of the incident where its case wants one, faces and plates illegible; without a redactor none.

        Args:
            incident: just reported.
            image: (H, W, 3) uint8 BGR.
            actor: for the audit log.
        """
        if self.redactor is not None and self._wants_picture(incident):
            self._keep_before(incident, self.redactor.jpeg(image), actor)

    def carry_out(self, case_id: str, order: Order, *, actor: str) -> Case:
        """The case after an act of a person; see `CaseDesk.carry_out`."""
        return self._desk.carry_out(case_id, order, actor)

    def look(self, case_id: str, view: View, *, actor: str) -> tuple[Case, View]:
        """The case, and what counts of what its camera saw after handling; see `CaseDesk.look`."""
        return self._desk.look(case_id, view, actor)

    def keep_picture(self, case_id: str, role: PictureRole, picture: RedactedJpeg, *, actor: str) -> CasePicture:
        """One more picture of the case.

        Raises:
            NotFound: no such case.
            Conflict: the case is voided, or has its full number of pictures.
        """
        return self.store.street.pictures.keep(case_id, role, picture, actor=actor)

    def statistics(self, since: datetime, until: datetime, viewer: ApiKey | None = None) -> Statistics:
        """Of the cases that were opened from `since` up to, and without, `until`; both aware UTC."""
        zones = {city.id: city.calendar.zone for city in self.cities.city}
        return tally(self.store.street.facts(since, until, viewer), zones)

    def _keep_before(self, incident: Incident, picture: RedactedJpeg, actor: str) -> None:
        # A case that was voided just now, or has its full number of pictures, takes no more: the report stands.
        with suppress(Conflict):
            pictures = self.store.street.pictures
            pictures.keep(incident.case_id or "", "before", picture, incident_id=incident.id, actor=actor)

    def _wants_picture(self, incident: Incident) -> bool:
        if incident.case_id is None:
            return False
        if incident.fate in ("opened", "reopened"):
            return True
        with self.store.street.reading() as session:
            return self.store.street.pictures.count(session, incident.case_id, "before") == 0

    @property
    def _intake(self) -> Intake:
        return Intake(self.store, self.kinds, self.cities, CaseSteps(self.store), self.clock)

    @property
    def _desk(self) -> CaseDesk:
        return CaseDesk(self.store, self.kinds, self.cities, CaseSteps(self.store), self.health, self.clock)


def read_rules(settings: Settings) -> tuple[Kinds, Cities]:
    """The catalogue, and the cities that the settings name.

    Raises:
        ConfigurationError: a file is missing or wrong.
    """
    kinds = read_kinds()
    return kinds, read_cities(settings.street_cities_file or SHIPPED, kinds)
