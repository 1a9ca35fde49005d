"""Cases, and which act leads where: what a case waits for, who may do what to it, and when it is over.

reported -accept-> accepted -register-> registered -dispatch-> dispatched -handle-> handled -verify-> verified
-close-> closed
`extend` puts the deadline off, `rework` sends it back to who handles it, `void` ends it because nothing was there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from pipelines.street.incidents import Box
from pipelines.street.words import Act, CaseState, PictureRole, Source, Stage, ViewOutcome, Witness
from vision.errors import Conflict

_FROM: Mapping[Act, tuple[CaseState, ...]] = MappingProxyType(
    {
        "accept": ("reported",),
        "register": ("accepted",),
        "dispatch": ("registered",),
        "handle": ("dispatched",),
        # Once more from verified: it was seen again meanwhile, and somebody looked again.
        "verify": ("handled", "verified"),
        "close": ("verified",),
        "extend": ("accepted", "registered", "dispatched"),
        "rework": ("handled", "verified", "closed"),
        "void": ("reported", "accepted", "registered", "dispatched", "handled", "verified"),
    }
)
_TO: Mapping[Act, CaseState] = MappingProxyType(
    {
        "accept": "accepted",
        "register": "registered",
        "dispatch": "dispatched",
        "handle": "handled",
        "verify": "verified",
        "close": "closed",
        "rework": "dispatched",
        "void": "voided",
    }
)
_WAITS_FOR: Mapping[CaseState, Stage] = MappingProxyType(
    {
        "reported": "accept",
        "accepted": "register",
        "registered": "dispatch",
        "dispatched": "handle",
        "handled": "verify",
        "verified": "close",
    }
)


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to be put right, from the first report to its close.

    Attributes:
        id: `cas_` and 32 hexadecimal digits.
        camera_id, zone, box: where; the box is the newest one. All None where no camera sees the place.
        place: in words; None where the camera says it.
        opened_at, last_seen_at: aware UTC; what is seen again moves `last_seen_at` and `count`, and makes no new case.
        count: reports of it, the first included.
        due_at: when what it waits for is overdue; None when it is over.
        extensions: of the stage it is in.
        assignee: who handles it, as a word; None until it is dispatched.
        handled_at, verified_at, ended_at: None until then; a rework takes them back.
        witness: whose word the verification rests on.
        false_alarm: voided, because nothing was there.
        reworks: how often it was sent back or reopened.
    """

    id: str
    kind: str
    city: str
    purpose: str
    source: Source
    state: CaseState
    opened_at: datetime
    last_seen_at: datetime
    camera_id: str | None = None
    zone: str | None = None
    box: Box | None = None
    place: str | None = field(default=None, repr=False)
    count: int = 1
    due_at: datetime | None = None
    extensions: int = 0
    assignee: str | None = None
    handled_at: datetime | None = None
    verified_at: datetime | None = None
    witness: Witness | None = None
    ended_at: datetime | None = None
    false_alarm: bool = False
    reworks: int = 0

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def waits_for(self) -> Stage | None:
        """The act that brings it on; None when it is over."""
        return _WAITS_FOR.get(self.state)

    def overdue_at(self, now: datetime) -> bool:
        """Whether what it waits for should have been done."""
        return self.due_at is not None and self.due_at < now

    def after(self, act: Act) -> CaseState:
        """The state that the act leads to.

        Raises:
            Conflict: the act is not allowed now; the message names the states that allow it.
        """
        allowed = _FROM[act]
        if self.state not in allowed:
            raise Conflict(f"case {self.id}: {act} wants a case that is {' or '.join(allowed)}, got one {self.state}")
        return _TO.get(act, self.state)


@dataclass(frozen=True, slots=True)
class Transition:
    """One entry of a case's history.

    Attributes:
        act: `report` when a report opened or reopened it, `look` when a camera looked after handling, `gone`
            when its camera saw it no more.
        actor: the key's id.
        why: a word.
        details: ids, words and counts.
    """

    case_id: str
    at: datetime
    actor: str
    act: str
    before: CaseState | None
    after: CaseState
    why: str
    details: Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class View:
    """What a camera saw of a case's place after it was handled."""

    camera_id: str
    outcome: ViewOutcome
    at: datetime


@dataclass(frozen=True, slots=True)
class CasePicture:
    """A picture of a case, kept sealed; what had to be was made illegible before."""

    id: str
    case_id: str
    role: PictureRole
    created_at: datetime


def stage_after(state: CaseState) -> Stage | None:
    """What a case in this state waits for; None when it is over."""
    return _WAITS_FOR.get(state)
