"""What the cars of one holder may or may not do; APDS calls it a right."""

from dataclasses import dataclass, field
from datetime import datetime

from pipelines.parking.plates import normalised
from pipelines.parking.words import RightKind
from pipelines.records.checks import check_utc
from vision.errors import BadInput


@dataclass(frozen=True, slots=True)
class Right:
    """What the cars of one holder may or may not do.

    Attributes:
        kind: `permit` (monthly, say), `whitelist` (staff, ambulances: always free), or `blocklist`.
        plates: one or more, as a reader reads them: capitals without separators.
        lot_id: None: at every lot.
        lane_ids: the lanes that it holds for; none named: all.
        valid_from, valid_until: from then on, and before then; None: without end.
        max_inside: how many of its cars may be inside at once under this right; None: all. For permits only.
        note: who or why; of a blocklist the reason. Sealed in the database.
    """

    id: str
    kind: RightKind
    plates: tuple[str, ...] = field(repr=False)
    valid_from: datetime
    created_at: datetime
    lot_id: str | None = None
    lane_ids: tuple[str, ...] = ()
    valid_until: datetime | None = None
    max_inside: int | None = None
    note: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plates", tuple(dict.fromkeys(normalised(plate) for plate in self.plates)))
        check_utc("valid_from", self.valid_from)
        check_utc("valid_until", self.valid_until)
        if not self.plates:
            raise BadInput("plates: wanted one or more, got none")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise BadInput(f"valid_until: wanted a time after {self.valid_from}, got {self.valid_until}")
        if self.max_inside is not None and (self.kind != "permit" or self.max_inside < 1):
            raise BadInput(f"max_inside: wanted 1 or more, of a permit, got {self.max_inside} of a {self.kind}")
        if self.kind == "blocklist" and not self.note.strip():
            raise BadInput("note: wanted the reason why cars are blocked, got none")

    def holds_at(self, now: datetime) -> bool:
        return self.valid_from <= now and (self.valid_until is None or now < self.valid_until)

    def holds_in(self, lane_id: str | None) -> bool:
        """Whether it counts in this lane; None: a lane that is not known, where it does."""
        return lane_id is None or not self.lane_ids or lane_id in self.lane_ids
