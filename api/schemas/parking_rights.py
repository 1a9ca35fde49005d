"""Permits, whitelists and blocklists, as they travel."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from api.plate_mask import sees_plates, shown
from api.schemas.common import Answer, Request, Slug, UtcTime, Words
from api.schemas.parking import PLATE, PlateText
from pipelines.parking.rights import Right
from pipelines.parking.words import RightKind
from pipelines.records.values import ApiKey, new_id

MOST_PLATES = 100


class PermitIn(Request):
    """Cars that park without paying, for a month, say."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"plates": [PLATE], "lot": "harbour", "valid_until": "2026-12-31T16:00:00Z", "max_inside": 1}]
        }
    )

    plates: Annotated[list[PlateText], Field(min_length=1, max_length=MOST_PLATES)]
    lot: Annotated[Slug | None, Field(description="null: every lot, which needs a key of every purpose")] = None
    lanes: Annotated[tuple[Slug, ...], Field(max_length=100, description="that it holds for; none: all")] = ()
    valid_from: Annotated[UtcTime | None, Field(description="default: now")] = None
    valid_until: UtcTime | None = None
    max_inside: Annotated[int | None, Field(ge=1, description="of its cars at once; null: all")] = None
    note: Annotated[Words | None, Field(description="who or why; sealed in the database")] = None

    def record(self, now: datetime, kind: RightKind = "permit") -> Right:
        """The right, made now.

        Raises:
            BadInput: times in the wrong order, or a blocklist without a note.
        """
        return Right(
            id=new_id("rgt"),
            kind=kind,
            plates=tuple(self.plates),
            valid_from=self.valid_from or now,
            created_at=now,
            lot_id=self.lot,
            lane_ids=self.lanes,
            valid_until=self.valid_until,
            max_inside=self.max_inside,
            note=self.note or "",
        )


class RightIn(PermitIn):
    """What cars may or may not do."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "blocklist", "plates": [PLATE], "note": "left without paying"}]}
    )

    kind: Annotated[RightKind, Field(description="`blocklist` wants the reason in `note`")]


class RightOut(Answer):
    """A right; its plates masked for keys without `parking:plates`, which don't see the note either."""

    id: str
    kind: RightKind
    plates: list[str]
    lot: str | None
    lanes: list[str]
    valid_from: datetime
    valid_until: datetime | None
    max_inside: int | None
    note: str | None
    created_at: datetime

    @classmethod
    def of(cls, right: Right, key: ApiKey) -> "RightOut":
        """The record as the key may see it."""
        return cls(
            id=right.id,
            kind=right.kind,
            plates=[shown(plate, key) for plate in right.plates],
            lot=right.lot_id,
            lanes=list(right.lane_ids),
            valid_from=right.valid_from,
            valid_until=right.valid_until,
            max_inside=right.max_inside,
            note=(right.note or None) if sees_plates(key) else None,
            created_at=right.created_at,
        )
