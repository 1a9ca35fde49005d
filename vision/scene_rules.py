"""The rules of a zone that need no detector: things that were left, lamps, traffic lights, water."""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from vision.errors import BadInput
from vision.evidence import Limits
from vision.incidents import Signal
from vision.light_regions import LIT_CONTRAST, lamp_look, scene_level
from vision.standing_things import Thing
from vision.street_rules import WHOLE_ZONE, Rule
from vision.types import FloatArray, Image
from vision.water_level import water_level
from vision.zones import RelativePoint, check_polygon

LampName = Literal["red", "yellow", "green"]


def _checked(points: tuple[RelativePoint, ...]) -> tuple[RelativePoint, ...]:
    try:
        check_polygon(points)
    except BadInput as error:
        raise ValueError(str(error)) from error
    return points


Polygon = Annotated[tuple[RelativePoint, ...], AfterValidator(_checked)]
"""A polygon in relative coordinates, checked when it is read."""


class ThingRule(Rule):
    """A thing that does not belong here: left, piled up, put in the way, dropped.

    Attributes:
        min_area, max_area: of the picture, 0..1.
        owner: whether it counts only from when whoever brought it is away; without, from when it stands.
    """

    rule: Literal["thing"]
    start_after_s: float = Field(default=60.0, ge=0)
    end_after_s: float = Field(default=10.0, gt=0)
    min_area: float = Field(default=0.001, gt=0, le=1)
    max_area: float = Field(default=0.25, gt=0, le=1)
    owner: bool = True

    def signals(self, things: Sequence[Thing]) -> list[Signal]:
        return [Signal(one.number, self._value(one), one.xyxy, one.since) for one in things if one.state != "gone"]

    def _value(self, thing: Thing) -> float | None:
        # What outgrew the limits, as a heap that a lorry stops beside, is not gone.
        if thing.state == "hidden" or not self.min_area <= thing.area <= self.max_area:
            return None
        return 0.0 if self.owner and thing.left_at is None else 1.0


class LampRule(Rule):
    """A street light that is out while it is dark; the zone is drawn around the lamp.

    Attributes:
        night: median grey of the picture, 0..255, below which it is night; by day nothing is known.
        dark: contrast up to which the lamp is out, grey levels.
        lit: contrast above which it is lit.
    """

    rule: Literal["lamp"]
    start_after_s: float = Field(default=60.0, ge=0)
    end_after_s: float = Field(default=30.0, gt=0)
    night: float = Field(default=70.0, ge=0, le=255)
    dark: float = Field(default=20.0, ge=0, le=255)
    lit: float = Field(default=LIT_CONTRAST, ge=0, le=255)

    def limits(self) -> Limits:
        """The value is the contrast, negated."""
        return Limits(-self.dark, -self.lit, self.start_after_s, self.end_after_s)

    def signals(self, image: Image, mask: NDArray[np.uint8], xyxy: FloatArray) -> list[Signal]:
        value = -lamp_look(image, mask).contrast if scene_level(image) < self.night else None
        return [Signal(WHOLE_ZONE, value, xyxy)]


class LightsRule(Rule):
    """A traffic light that is dark, or shows one lamp for too long; the zone is drawn around it.

    Attributes:
        lamps: where each lamp is.
        lit: contrast from which on a lamp is lit, grey levels of 0..255.
        stuck_s: longer than the longest phase.
        start_after_s: how long none is lit; longer than a flashing lamp is off.
    """

    rule: Literal["lights"]
    start_after_s: float = Field(default=10.0, ge=0)
    end_after_s: float = Field(default=5.0, gt=0)
    lamps: dict[LampName, Polygon] = Field(min_length=1)
    lit: float = Field(default=LIT_CONTRAST, gt=0, le=255)
    stuck_s: float = Field(default=300.0, gt=0)

    def stuck_limits(self) -> Limits:
        """The value is for how long nothing has changed, seconds."""
        return Limits(self.stuck_s, self.stuck_s / 2, 0.0, self.end_after_s)


class WaterRule(Rule):
    """Water above a limit; the zone is drawn around the gauge, from its lowest to its highest mark.

    Attributes:
        start: level from which on it is too high, share of the gauge.
        end: below, it has fallen.
    """

    rule: Literal["water"]
    start_after_s: float = Field(default=30.0, ge=0)
    end_after_s: float = Field(default=60.0, gt=0)
    start: float = Field(default=0.8, gt=0, le=1)
    end: float = Field(default=0.7, ge=0, lt=1)

    def limits(self) -> Limits:
        """The value is the level, 0..1."""
        return Limits(self.start, self.end, self.start_after_s, self.end_after_s)

    def signals(self, image: Image, xyxy: FloatArray) -> list[Signal]:
        return [Signal(WHOLE_ZONE, water_level(image, xyxy), xyxy)]
