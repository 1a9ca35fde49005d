"""Things that somebody left: standing foreground, followed from frame to frame, and whether its owner is near."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from vision.background import BackgroundModel, Foreground, Mask, blobs, moving_boxes
from vision.types import FloatArray, Image

ThingState = Literal["seen", "hidden", "gone"]

_SAME_PLACE = 0.5
"""Share of the smaller of two places from which on they are one thing's."""
_GROWN = np.ones((5, 5), np.uint8)
_HOLE = 1.2
_TEXTURE = 4.0
"""Grey levels of deviation from which on a patch has a structure that can be compared."""


class ThingLimits(BaseModel):
    """What counts as a thing that was left.

    Attributes:
        min_area: of the picture, 0..1; smaller is noise.
        settle_s: how long pixels stand still before they are a thing, as in `BackgroundLimits`.
        reach: an owner is near when something that moves is no farther than so many of its own heights.
        min_still: least share of the foreground at its place that stands still: who waits, sways.
        calm: likewise, before it is judged what it is.
        moving_share: who moves with so much of what is seen may be an owner.
        light_likeness: a place that correlates so much with the empty street is a shadow or a light, no thing.
        gone_share: when less of its place still differs from the street, it was taken away.
        hidden_share: when more of its place moves, it cannot be seen now.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    min_area: float = Field(default=0.0008, gt=0, lt=1)
    settle_s: float = Field(default=2.0, gt=0)
    reach: float = Field(default=0.6, ge=0)
    min_still: float = Field(default=0.6, gt=0, le=1)
    calm: float = Field(default=0.85, gt=0, le=1)
    moving_share: float = Field(default=0.1, gt=0, le=1)
    light_likeness: float = Field(default=0.85, gt=0, le=1)
    gone_share: float = Field(default=0.3, gt=0, lt=1)
    hidden_share: float = Field(default=0.2, gt=0, lt=1)


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """One standing thing.

    Attributes:
        number: of this camera, from 1.
        xyxy: (4,) float32 source pixels.
        area: share of the picture.
        since: when it came to stand there, aware UTC.
        left_at: when its owner was first away; None: still near.
        state: `hidden`: behind something that moves, and it cannot be told; `gone`: told so once.
        place: (4,) float32 its box in working pixels.
        mask: (h, w) its pixels there.
        proved: whether it was seen to be neither a light nor a hole; only those are handed out.
    """

    number: int
    xyxy: FloatArray
    area: float
    since: datetime
    left_at: datetime | None
    state: ThingState
    place: FloatArray
    mask: Mask
    proved: bool = False


class ThingFinder:
    """The standing things before one camera.

    Args:
        model: its background.
        limits: see there; None: the defaults.
    """

    def __init__(self, model: BackgroundModel, limits: ThingLimits | None = None) -> None:
        self._model = model
        self._limits = limits or ThingLimits()
        self._things: list[Thing] = []
        self._count = 0

    def update(self, seen: Foreground, people: FloatArray, now: datetime) -> tuple[Thing, ...]:
        """All things of this frame, those that are hidden or gone included, the latter once.

        Args:
            seen: the frame's foreground.
            people: (N, 4) source pixels of persons, where a detector sees some; they count as owners though they
                stand still.
            now: when it was captured.
        """
        self._things = [thing for thing in self._things if thing.state != "gone"]
        scale = np.tile(seen.scale, 2)
        least = self._limits.min_area * seen.standing.size
        found = list(blobs(seen.standing, least))
        self._things = [self._followed(thing, found, seen) for thing in self._things]
        self._things += [self._new(*one, scale, now) for one in found if self._may_be_thing(seen, *one, people / scale)]
        self._things = [one for one in map(partial(self._proved, seen), self._things) if one]
        movers = [*self._movers(seen, least), *(people / scale)]
        self._things = [
            one
            if one.left_at or any(self._is_near(one.place, mover) for mover in movers)
            else replace(one, left_at=now)
            for one in self._things
        ]
        return tuple(one for one in self._things if one.proved)

    def _new(self, box: FloatArray, mask: Mask, scale: FloatArray, now: datetime) -> Thing:
        self._count += 1
        return Thing(
            number=self._count,
            xyxy=box * scale,
            area=float((mask > 0).mean()),
            since=now - timedelta(seconds=self._limits.settle_s),
            left_at=None,
            state="seen",
            place=box,
            mask=mask,
        )

    def _may_be_thing(self, seen: Foreground, box: FloatArray, mask: Mask, people: FloatArray) -> bool:
        """Whether a standing blob is no person who waits."""
        still = _still_share(seen, mask) >= self._limits.min_still
        return still and not any(_covers(person, box) for person in people)

    def _proved(self, seen: Foreground, thing: Thing) -> Thing | None:
        """The thing; None for a light, or the hole that a thing left: the street looks so from now on.

        That is judged once, when nothing moves beside it: half hidden by its owner, a bag looks like anything.
        """
        if thing.proved or thing.state != "seen" or _still_share(seen, thing.mask) < self._limits.calm:
            return thing
        if _likeness(seen, thing.place) >= self._limits.light_likeness or _is_hole(seen, thing.mask):
            self._model.absorb(cv2.dilate(thing.mask, _GROWN))
            return None
        return replace(thing, proved=True)

    def _followed(self, thing: Thing, found: list[tuple[FloatArray, Mask]], seen: Foreground) -> Thing:
        """Where a known thing is now; what belongs to it is taken out of `found`."""
        place = thing.mask > 0
        own = [one for one in found if _in_common(place, one[1] > 0) >= _SAME_PLACE]
        found[:] = [one for one in found if not any(one is mine for mine in own)]
        moving, standing = float((seen.moving[place] > 0).mean()), float((seen.standing[place] > 0).mean())
        if not own:
            return replace(thing, state="gone" if moving + standing < self._limits.gone_share else "hidden")
        if moving >= self._limits.hidden_share:
            # Behind a passer-by a part of it is seen: that is no smaller thing.
            return replace(thing, state="seen")
        box, mask = max(own, key=lambda one: int((one[1] > 0).sum()))
        return replace(thing, state="seen", place=box, mask=mask, xyxy=box * np.tile(seen.scale, 2))

    def _movers(self, seen: Foreground, least: float) -> list[FloatArray]:
        """(4,) boxes of all that is no thing and moves, in part at least: who waits stands still but for the arms."""
        others = cv2.bitwise_or(seen.moving, seen.standing)
        for thing in self._things:
            others[cv2.dilate(thing.mask, _GROWN) > 0] = 0
        return moving_boxes(seen, others, least, self._limits.moving_share)

    def _is_near(self, place: FloatArray, mover: FloatArray) -> bool:
        apart = np.maximum(np.maximum(place[:2] - mover[2:], mover[:2] - place[2:]), 0)
        return float(np.hypot(*apart)) <= self._limits.reach * float(mover[3] - mover[1])


def _in_common(place: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """What two places have in common, as a share of the smaller one, 0..1."""
    return float((place & other).sum()) / max(1, min(int(place.sum()), int(other.sum())))


def _covers(person: FloatArray, box: FloatArray) -> bool:
    """Whether most of the box lies within the person's."""
    common = np.prod(np.maximum(np.minimum(person[2:], box[2:]) - np.maximum(person[:2], box[:2]), 0))
    return float(common) >= 0.5 * float(np.prod(box[2:] - box[:2]))


def _still_share(seen: Foreground, mask: Mask) -> float:
    """Of the foreground in and around a place, the share that stands still, 0..1."""
    around = cv2.dilate(mask, _GROWN) > 0
    standing, moving = int((seen.standing[around] > 0).sum()), int((seen.moving[around] > 0).sum())
    return standing / max(1, standing + moving)


def _likeness(seen: Foreground, box: FloatArray) -> float:
    """Correlation -1..1 of the place with the empty street; 0 where either has no structure."""
    x0, y0, x1, y1 = (int(value) for value in box)
    patches = (seen.image[y0:y1, x0:x1], seen.empty[y0:y1, x0:x1])
    now, before = (cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY).astype(np.float32) for patch in patches)
    if min(float(now.std()), float(before.std())) < _TEXTURE:
        return 0.0
    return float(((now - now.mean()) * (before - before.mean())).mean() / (now.std() * before.std()))


def _is_hole(seen: Foreground, mask: Mask) -> bool:
    """Whether the outline is an edge of the empty street rather than of the frame: something was taken away."""
    outline = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    return bool(_edges(seen.empty)[outline].mean() > _HOLE * _edges(seen.image)[outline].mean())


def _edges(image: Image) -> FloatArray:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    edges: FloatArray = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    return edges
