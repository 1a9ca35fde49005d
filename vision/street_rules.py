"""The rules of a zone as data: each says of the tracks within it how strongly they speak for an incident.

Class names and thresholds lie here as documented defaults, and in the camera file where a place wants others.
Speeds are in the thing's own sizes a second, so that one number holds near and far.
"""

from collections.abc import Sequence
from datetime import time
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from vision.errors import BadInput
from vision.evidence import ABSENT, Limits
from vision.incidents import Signal, around_all
from vision.track_history import Track
from vision.types import FloatArray

VEHICLES = ("car", "bus", "truck")
TWO_WHEELERS = ("bicycle", "motorcycle")
PEOPLE = ("person",)
WHOLE_ZONE = 0


class Rule(BaseModel):
    """What all rules have.

    Attributes:
        kind: code of the catalogue of kinds.
        start_after_s: how long it must go on before it is told.
        end_after_s: how long it must be over.
        hours: local times, from and to, within which the rule holds; over midnight where `to` is earlier. Empty:
            always.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: str
    start_after_s: float = Field(default=2.0, ge=0, allow_inf_nan=False)
    end_after_s: float = Field(default=5.0, gt=0, allow_inf_nan=False)
    hours: tuple[tuple[time, time], ...] = ()

    @model_validator(mode="after")
    def _limits_fit(self) -> Self:
        try:
            self.limits()
        except BadInput as error:
            raise ValueError(str(error)) from error
        return self

    def limits(self) -> Limits:
        """Of the signals' values; for a rule that says 1 or nothing."""
        return Limits(1.0, 0.5, self.start_after_s, self.end_after_s)

    def holds_at(self, local: time) -> bool:
        """Whether the rule holds at this local time of day."""
        spans = [(a <= local < b) if a <= b else (local >= a or local < b) for a, b in self.hours]
        return not spans or any(spans)


class ClassRule(Rule):
    """A rule over tracks.

    Attributes:
        classes: only these count.
    """

    classes: tuple[str, ...] = Field(min_length=1)


class ParkingRule(ClassRule):
    """Something stands here: parking, dwelling; `classes` and the zone's hours say for whom it is not allowed.

    Attributes:
        stands: up to this speed it stands.
        drives: from this speed on it has gone on.
    """

    rule: Literal["parking"]
    classes: tuple[str, ...] = Field(default=VEHICLES, min_length=1)
    start_after_s: float = Field(default=120.0, ge=0)
    end_after_s: float = Field(default=20.0, gt=0)
    stands: float = Field(default=0.1, gt=0)
    drives: float = Field(default=0.25, gt=0)

    def limits(self) -> Limits:
        """The value is the speed, negated: slower is more."""
        return Limits(-self.stands, -self.drives, self.start_after_s, self.end_after_s)

    def signals(self, tracks: Sequence[Track], zone_area: float) -> list[Signal]:  # noqa: ARG002 - as of all rules
        return [Signal(one.number, None if one.speed is None else -one.speed, one.xyxy) for one in tracks]


class IntrusionRule(ClassRule):
    """Somebody is where nobody may be."""

    rule: Literal["intrusion"]
    classes: tuple[str, ...] = Field(default=PEOPLE, min_length=1)

    def signals(self, tracks: Sequence[Track], zone_area: float) -> list[Signal]:  # noqa: ARG002
        return [Signal(one.number, 1.0, one.xyxy) for one in tracks]


class _CountingRule(ClassRule):
    """So many at once.

    Attributes:
        start: from so many on.
        end: below so many it is over; at most `start`.
    """

    classes: tuple[str, ...] = Field(default=PEOPLE, min_length=1)
    start: int = Field(default=10, ge=1)
    end: int = Field(default=7, ge=1)

    def limits(self) -> Limits:
        """The value is how many there are; counts are whole, so that below `end` is below `end` less a half."""
        return Limits(self.start, self.end - 0.5, self.start_after_s, self.end_after_s)


class CountRule(_CountingRule):
    """So many are here at once: a crowd, a pile of shared bikes; one of a class that is an incident by itself."""

    rule: Literal["count"]

    def signals(self, tracks: Sequence[Track], zone_area: float) -> list[Signal]:  # noqa: ARG002
        return _whole_zone(tracks, float(len(tracks)))


class QueueRule(_CountingRule):
    """So many wait here.

    Attributes:
        waits: up to this speed one waits.
    """

    rule: Literal["queue"]
    waits: float = Field(default=0.3, gt=0)

    def signals(self, tracks: Sequence[Track], zone_area: float) -> list[Signal]:  # noqa: ARG002
        waiting = [one for one in tracks if one.speed is not None and one.speed <= self.waits]
        return _whole_zone(waiting, float(len(waiting)))


class WrongWayRule(ClassRule):
    """Somebody drives against the direction of the zone.

    Attributes:
        direction: to the right and down; the allowed way in the picture.
        start: own sizes a second against it.
        end: below, it has stopped or turned.
    """

    rule: Literal["wrong_way"]
    classes: tuple[str, ...] = Field(default=VEHICLES + TWO_WHEELERS, min_length=1)
    start_after_s: float = Field(default=1.0, ge=0)
    end_after_s: float = Field(default=3.0, gt=0)
    direction: tuple[float, float]
    start: float = Field(default=0.4, gt=0)
    end: float = Field(default=0.2, gt=0)

    def limits(self) -> Limits:
        """The value is the speed against the direction."""
        return Limits(self.start, self.end, self.start_after_s, self.end_after_s)

    def signals(self, tracks: Sequence[Track], zone_area: float) -> list[Signal]:  # noqa: ARG002
        allowed = np.array(self.direction, np.float32) / max(float(np.hypot(*self.direction)), 1e-6)
        return [
            Signal(one.number, None if one.velocity is None else -float(one.velocity @ allowed), one.xyxy)
            for one in tracks
        ]


class FallRule(ClassRule):
    """Somebody lies: wider than high, and still. Suspected only: who sits or sleeps looks alike.

    Attributes:
        start: width over height from which on one lies.
        end: below, one has got up.
        still: up to this speed.
    """

    rule: Literal["fall"]
    classes: tuple[str, ...] = Field(default=PEOPLE, min_length=1)
    start_after_s: float = Field(default=3.0, ge=0)
    start: float = Field(default=1.2, gt=0)
    end: float = Field(default=0.9, gt=0)
    still: float = Field(default=0.25, gt=0)

    def limits(self) -> Limits:
        """The value is width over height."""
        return Limits(self.start, self.end, self.start_after_s, self.end_after_s)

    def signals(self, tracks: Sequence[Track], zone_area: float) -> list[Signal]:  # noqa: ARG002
        return [Signal(one.number, self._shape(one), one.xyxy) for one in tracks]

    def _shape(self, track: Track) -> float | None:
        if track.speed is None:
            return None
        width, height = (float(side) for side in track.xyxy[2:] - track.xyxy[:2])
        return width / max(height, 1.0) if track.speed <= self.still else ABSENT


class CongestionRule(ClassRule):
    """The road is full of vehicles that hardly move.

    Attributes:
        start: share of the zone's area that slow ones cover, by their boxes.
        end: below, it has cleared.
        slow: up to this speed.
        least: so many vehicles at least; one lorry is no congestion.
    """

    rule: Literal["congestion"]
    classes: tuple[str, ...] = Field(default=VEHICLES, min_length=1)
    start_after_s: float = Field(default=60.0, ge=0)
    end_after_s: float = Field(default=30.0, gt=0)
    start: float = Field(default=0.5, gt=0)
    end: float = Field(default=0.3, gt=0)
    slow: float = Field(default=0.3, gt=0)
    least: int = Field(default=4, ge=1)

    def limits(self) -> Limits:
        """The value is the covered share."""
        return Limits(self.start, self.end, self.start_after_s, self.end_after_s)

    def signals(self, tracks: Sequence[Track], zone_area: float) -> list[Signal]:
        slow = [one for one in tracks if one.speed is not None and one.speed <= self.slow]
        covered = sum(float(np.prod(one.xyxy[2:] - one.xyxy[:2])) for one in slow) / max(zone_area, 1.0)
        return _whole_zone(slow, covered if len(slow) >= self.least else 0.0)


TrackRule = ParkingRule | IntrusionRule | CountRule | QueueRule | WrongWayRule | FallRule | CongestionRule


def _whole_zone(tracks: Sequence[Track], value: float) -> list[Signal]:
    """One signal around all of them; none where nobody is."""
    boxes: list[FloatArray] = [one.xyxy for one in tracks]
    return [Signal(WHOLE_ZONE, value, around_all(boxes))] if boxes else []
