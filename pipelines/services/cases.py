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
from pipelines.services.redaction import RedactedJpeg, Redactor
from pipelines.settings import Settings, utc_now
from pipelines.street.cases import Case, CasePicture, View
from pipelines.street.cities import SHIPPED, Cities, read_cities
from pipelines.street.incidents import Incident, Report
from pipelines.street.kinds import NOTHING_HERE, Capabilities, Kinds, read_kinds
from pipelines.street.statistics import Statistics, tally
from pipelines.street.words import PictureRole
from vision.errors import Conflict


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
        if picture is not None and incident.case_id is not None and self._wants_picture(incident, incident.case_id):
            # One that was voided just now, or has its full number of pictures, takes no more: the report stands.
            with suppress(Conflict):
                pictures = self.store.street.pictures
                pictures.keep(incident.case_id, "before", picture, incident_id=incident.id, actor=actor)
        return incident

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

    def _wants_picture(self, incident: Incident, case_id: str) -> bool:
        if incident.fate in ("opened", "reopened"):
            return True
        with self.store.street.reading() as session:
            return self.store.street.pictures.count(session, case_id, "before") == 0

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
