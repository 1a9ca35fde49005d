"""Places to park, named after APDS (ISO 5206-1): lots, their lanes, and how full they are."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.parking.words import AntiPassback, Direction, LaneKind
from pipelines.records.checks import check_slug
from pipelines.records.gate_values import BarrierSpec
from vision.errors import BadInput


@dataclass(frozen=True, slots=True)
class Lot:
    """A place to park.

    Attributes:
        rate_id: what visitors pay; a session keeps the version that was the newest when it began.
        capacity: cars; visitors are refused when so many are inside, cars with a right are not. None: no limit.
        anti_passback: a car enters that has not left: `refuse` it; `close_old`, the session before becomes a missed
            exit and a new one begins; or ask the `operator`.
        visitors: whether cars without a right may enter.
        retention_days: so long after they ended, sessions, observations and pictures go by themselves.
        decision_ttl_s: nothing opens later than so long after a decision; None: the setting.
        keep_evidence: whether pictures may be kept, sealed.
        offline_ttl_h: for how long an offline list holds.
        purpose: only keys with this purpose see the lot and its events.
    """

    id: str
    title: str
    rate_id: str
    created_at: datetime
    capacity: int | None = None
    anti_passback: AntiPassback = "operator"
    visitors: bool = True
    retention_days: int = 30
    decision_ttl_s: float | None = None
    keep_evidence: bool = True
    offline_ttl_h: float = 24.0
    purpose: str = "parking"

    def __post_init__(self) -> None:
        check_slug("lot id", self.id)
        check_slug("rate id", self.rate_id)
        check_slug("purpose", self.purpose)
        _check_least("capacity", self.capacity, 0)
        _check_least("retention_days", self.retention_days, 1)
        if self.decision_ttl_s is not None and not 0 < self.decision_ttl_s <= 60:
            raise BadInput(f"decision_ttl_s: wanted more than 0 and at most 60, got {self.decision_ttl_s}")
        if not 0 < self.offline_ttl_h <= 24 * 14:
            raise BadInput(f"offline_ttl_h: wanted more than 0 and at most 336, got {self.offline_ttl_h}")


@dataclass(frozen=True, slots=True)
class Lane:
    """A way in or out of a lot.

    Attributes:
        id: unique within its lot; `place` is unique everywhere.
        gate_id: a gate whose barrier stands in this lane.
        barrier: a barrier of the lane's own. At most one of both; with neither, who asks opens by the answer.
    """

    lot_id: str
    id: str
    kind: LaneKind
    created_at: datetime
    gate_id: str | None = None
    barrier: BarrierSpec | None = None

    def __post_init__(self) -> None:
        check_slug("lot id", self.lot_id)
        check_slug("lane id", self.id)
        if self.gate_id is not None and self.barrier is not None:
            raise BadInput(f"lane {self.place}: wanted a gate_id or a barrier, got both")

    @property
    def place(self) -> str:
        """`LOT/LANE`, as cameras and barriers name it."""
        return f"{self.lot_id}/{self.id}"

    def lets(self, direction: Direction) -> bool:
        """Whether cars may pass it this way."""
        return self.kind in (direction, "both")


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How full a lot is.

    Attributes:
        inside: open sessions.
        adjustment: what a person counted beside them; negative when cars left unseen.
    """

    lot_id: str
    inside: int
    adjustment: int
    capacity: int | None

    @property
    def occupied(self) -> int:
        return max(self.inside + self.adjustment, 0)

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else max(self.capacity - self.occupied, 0)

    @property
    def is_full(self) -> bool:
        return self.free == 0


def _check_least(name: str, value: int | None, least: int) -> None:
    if value is not None and value < least:
        raise BadInput(f"{name}: wanted {least} or more, got {value}")
