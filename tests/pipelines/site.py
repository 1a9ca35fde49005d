"""A small installation for tests: a real store in a folder, drawn people, a clock that stands still."""

from dataclasses import dataclass, field
from pathlib import Path

from models.faces.lane import FaceLane
from pipelines.gallery.galleries import Galleries
from pipelines.records.gate_values import Decision, Gate
from pipelines.records.store import Store
from pipelines.services.barriers import Barriers
from pipelines.services.challenges import Challenges
from pipelines.services.enrolment import EnrolmentService
from pipelines.services.gates import GateService
from pipelines.settings import Settings
from tests.fakes import FakeClock, FakeThresholds, fake_lane, portrait

PURPOSE = "building-access"
GALLERY = "staff"


@dataclass
class Site:
    """Store, services and gallery `staff`; `close` when done."""

    home: Path
    lane: FaceLane = field(default_factory=fake_lane)
    thresholds: FakeThresholds = field(default_factory=FakeThresholds)
    clock: FakeClock = field(default_factory=FakeClock)
    exact_limit: int = 50_000

    def __post_init__(self) -> None:
        self.settings = Settings(home=self.home, decision_ttl_s=5.0)
        self.store = Store.open(self.settings, self.clock)
        self.challenges = Challenges(self.clock)
        self.barriers = Barriers(self.store, self.clock)
        self.use(self.lane)

    def use(self, lane: FaceLane) -> None:
        """Serve with these networks from now on, as after a restart."""
        self.lane = lane
        self.galleries = Galleries(self.store, self.exact_limit)
        self.enrolments = EnrolmentService(self.store, lane, self.thresholds)
        self.gates = GateService(
            store=self.store,
            galleries=self.galleries,
            lane=lane,
            thresholds=self.thresholds,
            challenges=self.challenges,
            barriers=self.barriers,
            settings=self.settings,
            clock=self.clock,
        )

    def close(self) -> None:
        self.barriers.close()
        self.store.close()

    def gallery(self, gallery_id: str = GALLERY, **options: object) -> None:
        self.store.galleries.create(gallery_id, purpose=PURPOSE, title="Staff", actor="test", **options)

    def subject(self, label: str = "someone", *, consent: bool = True) -> str:
        subject = self.store.subjects.create(label, None, actor="test")
        if consent:
            self.store.consents.record(subject.id, PURPOSE, evidence="form 1", expires_at=None, actor="test")
        return subject.id

    def enrolled(self, person: int, *takes: int) -> str:
        """A new subject with one picture for each take (at least take 0) of a drawn person."""
        subject_id = self.subject()
        images = [portrait(person, take=take) for take in takes or (0,)]
        self.enrolments.enrol(subject_id, GALLERY, images, "test")
        return subject_id

    def gate(self, mode: str = "verify", gate_id: str = "north", **options: object) -> Gate:
        values = {"liveness": "none", "target_fmr": 1e-3, "gallery_id": GALLERY, "created_at": self.clock()} | options
        return self.store.gates.create(Gate(id=gate_id, mode=mode, **values), actor="test")

    def recorded(self, decision: Decision) -> Decision:
        """What the store holds of an answered decision."""
        return self.store.decisions.get(decision.id)
