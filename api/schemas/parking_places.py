"""Lots, their lanes and how full they are, as they travel."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.schemas.common import Answer, Request, Slug, Words
from api.schemas.gates import BarrierIn, BarrierOut
from api.schemas.parking import ReasonWord
from pipelines.parking.places import Lane, Lot, Occupancy
from pipelines.parking.words import AntiPassback, LaneKind

Capacity = Annotated[int | None, Field(ge=0, le=1_000_000, description="cars; null: no limit")]
TtlS = Annotated[float | None, Field(gt=0, le=60, description="default: the setting")]
OfflineTtlH = Annotated[float, Field(gt=0, le=336, description="how long an offline list holds")]
RetentionDays = Annotated[int, Field(ge=1, le=36_500, description="after a session ended")]
Passback = Annotated[
    AntiPassback, Field(description="a car enters that has not left: what happens; `operator`: a person decides")
]


class LotIn(Request):
    """A place to park."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "harbour", "title": "Harbour", "rate": "visitors", "capacity": 120}]}
    )

    id: Slug
    title: Words
    rate: Annotated[str, Field(description="what visitors pay; its newest version when they enter")]
    capacity: Capacity = None
    anti_passback: Passback = "operator"
    visitors: Annotated[bool, Field(description="whether cars without a right may enter")] = True
    retention_days: RetentionDays = 30
    decision_ttl_s: TtlS = None
    keep_evidence: Annotated[bool, Field(description="keep the pictures that were read, sealed")] = True
    offline_ttl_h: OfflineTtlH = 24.0
    purpose: Annotated[Slug, Field(description="only keys with it see the lot and its events")] = "parking"

    def record(self, now: datetime) -> Lot:
        """The lot, made now."""
        return Lot(rate_id=self.rate, created_at=now, **self.model_dump(exclude={"rate"}))


class LotChange(Request):
    """What is to be another from now on; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"capacity": 140}]})

    title: Words | None = None
    rate: str | None = None
    capacity: Capacity = None
    anti_passback: Passback | None = None
    visitors: bool | None = None
    retention_days: RetentionDays | None = None
    decision_ttl_s: TtlS = None
    keep_evidence: bool | None = None
    offline_ttl_h: OfflineTtlH | None = None

    def of(self, lot: Lot) -> Lot:
        """The lot with what was given; null takes a limit away, and stands for nothing elsewhere."""
        given: dict[str, Any] = self.model_dump(exclude_unset=True)
        kept = {name: value for name, value in given.items() if value is not None or name in _NULLABLE}
        if "rate" in kept:
            kept["rate_id"] = kept.pop("rate")
        return replace(lot, **kept)


_NULLABLE = ("capacity", "decision_ttl_s")


class LotOut(Answer):
    """A lot."""

    id: str
    title: str
    rate: Annotated[str, Field(validation_alias="rate_id")]
    capacity: int | None
    anti_passback: AntiPassback
    visitors: bool
    retention_days: int
    decision_ttl_s: float | None
    keep_evidence: bool
    offline_ttl_h: float
    purpose: str
    created_at: datetime


class LaneIn(Request):
    """A way in or out; at most one of `gate` and `barrier`, with neither the caller opens by the answer."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "in-1", "kind": "entry", "barrier": {"kind": "simulated"}}]}
    )

    id: Slug
    kind: LaneKind
    gate: Annotated[str | None, Field(description="a gate whose barrier stands in this lane")] = None
    barrier: BarrierIn | None = None

    def record(self, lot_id: str, now: datetime) -> Lane:
        """The lane, made now."""
        barrier = self.barrier.spec() if self.barrier else None
        return Lane(lot_id=lot_id, id=self.id, kind=self.kind, created_at=now, gate_id=self.gate, barrier=barrier)


class LaneOut(Answer):
    """A lane; its barrier without secrets."""

    id: str
    lot: str
    lane_id: Annotated[str, Field(description="`LOT/LANE`, as cameras name it", examples=["harbour/in-1"])]
    kind: LaneKind
    gate: str | None
    barrier: BarrierOut | None
    created_at: datetime

    @classmethod
    def of(cls, lane: Lane) -> "LaneOut":
        """The record as an answer."""
        return cls(
            id=lane.id,
            lot=lane.lot_id,
            lane_id=lane.place,
            kind=lane.kind,
            gate=lane.gate_id,
            barrier=BarrierOut.of(lane.barrier) if lane.barrier else None,
            created_at=lane.created_at,
        )


class LaneOpenIn(Request):
    """A manual opening."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "fire-drill"}]})

    reason: ReasonWord


class OccupancyOut(Answer):
    """How full a lot is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"lot": "harbour", "occupied": 87, "inside": 86, "capacity": 120, "free": 33, "full": False}]
        }
    )

    lot: str
    occupied: int
    inside: Annotated[int, Field(description="open sessions; a person's count may differ")]
    capacity: int | None
    free: int | None
    full: bool

    @classmethod
    def of(cls, occupancy: Occupancy) -> "OccupancyOut":
        """The count as an answer."""
        return cls(
            lot=occupancy.lot_id,
            occupied=occupancy.occupied,
            inside=occupancy.inside,
            capacity=occupancy.capacity,
            free=occupancy.free,
            full=occupancy.is_full,
        )


class OccupancyCorrectionIn(Request):
    """What a person counted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"occupied": 87, "reason": "counted"}]})

    occupied: Annotated[int, Field(ge=0, le=1_000_000)]
    reason: ReasonWord
