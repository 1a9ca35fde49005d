"""Stays and what was seen, decided and paid, named after APDS (ISO 5206-1); plates stay out of every `repr`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipelines.events import DecisionWord
from pipelines.parking.money import Money
from pipelines.parking.plates import normalised
from pipelines.parking.words import Direction, Reason, SessionState
from pipelines.records.checks import check_utc
from vision.errors import BadInput
from vision.plate_alphabet import PlateKind

LATE = timedelta(seconds=30)
"""A sighting that is told later than this is recorded as it was, and nothing opens for it any more."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A car before a lane, as a camera or a caller of the API tells it.

    Attributes:
        plate: as it was read; None: there was one, and nobody could read it.
        confidence: of the least certain character, 0..1.
        seen_at: aware UTC. More than `LATE` before now: recorded as it was, and nothing opens any more.
        kind: of the plate.
        plausible: whether the text fits a format of its kind.
        agreeing: how many reads said exactly this.
        candidates: other texts it may be, best first; for the operator.
        camera_id, visit: one passage before one camera; a repeat is the same observation and the same session.
        vouched: a person, or a caller with a still picture, stands for it: one read is enough.
    """

    plate: str | None = field(repr=False)
    confidence: float
    seen_at: datetime
    kind: PlateKind | None = None
    plausible: bool = True
    agreeing: int = 1
    candidates: tuple[str, ...] = field(default=(), repr=False)
    camera_id: str | None = None
    visit: str | None = None
    vouched: bool = False

    def __post_init__(self) -> None:
        check_utc("seen_at", self.seen_at)
        if self.plate is not None:
            object.__setattr__(self, "plate", normalised(self.plate))
        if not 0.0 <= self.confidence <= 1.0:
            raise BadInput(f"confidence: wanted 0..1, got {self.confidence}")
        if (self.camera_id is None) != (self.visit is None):
            raise BadInput("camera_id and visit: wanted both or neither, got one")


@dataclass(frozen=True, slots=True)
class Session:
    """One stay of one car.

    Attributes:
        entered_at: None of a missed entry.
        left_at: None while it is inside, and of a missed exit.
        right_id: under which right it parks; None: it pays.
        rate_id, rate_version: the tariff that counts, however often the lot's is changed meanwhile.
        fee: what the stay cost; None while the car is inside.
        covered_until: it may leave until then without paying more, because what it owed was paid.
        closed_at: when the session ended for the records; retention counts from here.
    """

    id: str
    lot_id: str
    plate: str = field(repr=False)
    state: SessionState
    entered_at: datetime | None
    entry_lane_id: str | None
    rate_id: str
    rate_version: int
    kind: PlateKind | None = None
    left_at: datetime | None = None
    exit_lane_id: str | None = None
    right_id: str | None = None
    fee: Money | None = None
    covered_until: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A session that the operator may mean."""

    session_id: str
    plate: str = field(repr=False)
    entered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """May it pass, why, and what is owed.

    Attributes:
        due: what must be paid before it may leave; None when nothing is known of it, or nothing is to be charged.
        expires_at: nothing opens from then on.
        candidates: for the operator.
    """

    lot_id: str
    plate: str | None = field(repr=False)
    decision: DecisionWord
    reason: Reason
    decided_at: datetime
    expires_at: datetime
    lane_id: str | None = None
    session_id: str | None = None
    due: Money | None = None
    candidates: tuple[Candidate, ...] = ()

    def opens_at(self, now: datetime) -> bool:
        """Whether a barrier may open for it now."""
        return self.decision == "accepted" and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage(Answer):
    """What was decided on one car in one lane, as it is on record.

    Attributes:
        observation_id: of the record; barrier commands name it as their decision.
        repeated: it was decided before, on the same visit; nothing was done now.
        purpose: of the lot.
    """

    observation_id: str
    direction: Direction
    purpose: str
    repeated: bool = False

    @property
    def id(self) -> str:
        return self.observation_id


@dataclass(frozen=True, slots=True)
class Observation:
    """A sighting on record, with what was decided on it.

    Attributes:
        plate: as it was read; an operator's correction is in the session.
        evidence_id: the sealed picture; None: none was kept.
        resolved_at: when an operator dealt with it; None: nobody did, or nobody needs to.
    """

    id: str
    lot_id: str
    lane_id: str
    direction: Direction
    plate: str | None = field(repr=False)
    confidence: float
    agreeing: int
    kind: PlateKind | None
    candidates: tuple[str, ...] = field(repr=False)
    seen_at: datetime
    camera_id: str | None
    visit: str | None
    decision: DecisionWord
    reason: Reason
    session_id: str | None
    decided_at: datetime
    expires_at: datetime
    evidence_id: str | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in for a session.

    Attributes:
        reference: the payer's or provider's; the same one again is the same payment.
        due_after: what is still owed after it.
        overpaid: what is to be given back.
        covered_until: the car may leave until then; None while something is owed.
    """

    id: str
    session_id: str
    money: Money
    reference: str
    paid_at: datetime
    due_after: Money
    overpaid: Money
    covered_until: datetime | None
