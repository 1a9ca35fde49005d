"""A city's case desk for tests: a real store in a folder, a clock that moves when told to, cameras in any health."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from pipelines.records.store import Store
from pipelines.services.case_desk import Order
from pipelines.services.cases import CaseService, read_rules
from pipelines.settings import Settings
from pipelines.street.cases import Case, View
from pipelines.street.incidents import Box, Incident, Report
from pipelines.street.words import Act, ViewOutcome
from tests.fakes import FakeClock

CAMERA = "quay-3"
ZONE = "pavement"
KIND = "06036"
BOX = Box(0.2, 0.2, 0.4, 0.4)
OPTIONS: dict[Act, dict[str, object]] = {
    "dispatch": {"assignee": "team-4"},
    "verify": {"witness": "person"},
    "extend": {"minutes": 60},
}


@dataclass
class Ward:
    """The shipped kinds and city, and a store; the clock begins on Saturday 21 November 2026, 16:00 in Shanghai.

    Attributes:
        health: of cameras; one that is not in it is not known here.
    """

    home: Path
    clock: FakeClock = field(default_factory=FakeClock)
    health: dict[str, bool] = field(default_factory=dict)
    database_url: str | None = None

    def __post_init__(self) -> None:
        self.settings = Settings(home=self.home, database_url=self.database_url)
        self.store = Store.open(self.settings, self.clock)
        self.street = self.store.street
        self.cases = CaseService(self.store, *read_rules(self.settings), health=self.health.get, clock=self.clock)

    def close(self) -> None:
        self.store.close()

    def wait(self, minutes: float) -> None:
        self.clock.advance(minutes * 60)

    def report(self, kind: str = KIND, *, actor: str = "edge", **changes: object) -> Incident:
        """A report of the camera, seen now."""
        seen = {"source": "camera", "seen_at": self.clock(), "camera_id": CAMERA, "zone": ZONE, "box": BOX}
        return self.cases.report(Report(kind, **seen | changes), actor=actor)

    def opened(self, kind: str = KIND, **changes: object) -> Case:
        """The new case of a report."""
        incident = self.report(kind, **changes)
        assert incident.fate == "opened"
        return self.case(incident.case_id)

    def case(self, case_id: str | None) -> Case:
        return self.street.cases.get(case_id or "")

    def act(self, case_id: str, act: Act, **options: object) -> Case:
        """One act of a person, a minute later, with the options that it cannot be without."""
        self.wait(1)
        return self.cases.carry_out(case_id, Order(act, "as-agreed", **OPTIONS.get(act, {}) | options), actor="ann")

    def bring(self, case_id: str, *acts: Act) -> Case:
        """One act after the other."""
        assert acts
        return [self.act(case_id, act) for act in acts][-1]

    def handled(self, kind: str = KIND, **changes: object) -> Case:
        """A case that was just handled."""
        return self.bring(self.opened(kind, **changes).id, "accept", "register", "dispatch", "handle")

    def closed(self, **changes: object) -> Case:
        """A case that was just closed."""
        return self.bring(self.handled(**changes).id, "verify", "close")

    def look(self, case_id: str, outcome: ViewOutcome, camera: str = CAMERA, **ago: float) -> View:
        """What counts of a camera's view, a minute later."""
        self.wait(1)
        return self.cases.look(case_id, View(camera, outcome, self.clock() - timedelta(**ago)), actor="edge")[1]

    def acts(self, case_id: str) -> list[str]:
        """The history's acts, oldest first."""
        return [step.act for step in self.street.history.list(case_id).items]

    def audited(self) -> list[str]:
        """The audit log's actions, oldest first."""
        return [entry.note.action for entry in self.store.audit.list(limit=500).items]
