"""What stands in a picture that was not there before, and what moves: a slow and a fast background model.

Both are running averages of our own and not OpenCV's MOG2 or KNN. Those learn whatever stands still, in a time that
follows from their history; here the slow model must never learn an object while it is watched, which
`accumulateWeighted` leaves out by a mask. Both must adapt by seconds and not by frames, for cameras are looked at 1 to
5 times a second, and two means and a deviation are all that a pixel needs. The price: a waving tree is one mean with a
large deviation, not several means.

Source: slow and fast models as in Porikli, Ivanov, Haga, "Robust abandoned object detection using dual foregrounds",
EURASIP Journal on Advances in Signal Processing 2008.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from vision.preprocess import shrink
from vision.types import FloatArray, Image

Mask = NDArray[np.uint8]
"""(h, w) uint8: 255 or 0."""

_LONGEST_STEP_S = 2.0
_CLEAN = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
_JOIN = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))


class BackgroundLimits(BaseModel):
    """What the models go by; grey levels are of 0..255.

    Attributes:
        width_px: the picture is brought to this width first.
        learn_s: so long from the first frame everything is learned and nothing is told.
        slow_s: time constant of the empty street.
        fast_s: time constant of what is there now.
        contrast: grey levels, in the channel that differs most, by which a thing differs from the street.
        deviations: or so many times as much as the pixel usually does, if that is more.
        stir: grey levels by which a pixel that stands still may differ from the fast model.
        settle_s: so long a pixel must stand still to be part of a standing thing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    width_px: int = Field(default=320, ge=80, le=1920)
    learn_s: float = Field(default=5.0, gt=0)
    slow_s: float = Field(default=300.0, gt=0)
    fast_s: float = Field(default=0.5, gt=0)
    contrast: float = Field(default=22.0, gt=0)
    deviations: float = Field(default=4.0, gt=0)
    stir: float = Field(default=14.0, gt=0)
    settle_s: float = Field(default=2.0, gt=0)


@dataclass(frozen=True, slots=True, eq=False)
class Foreground:
    """What one frame shows beside the empty street, in the working size.

    Attributes:
        image: (h, w, 3) the frame in the working size.
        empty: (h, w, 3) the street without it.
        standing: pixels that differ from the street and have not changed for a while.
        moving: pixels that differ and have.
        scale: source pixels a working pixel, x and y.
    """

    image: Image
    empty: Image
    standing: Mask
    moving: Mask
    scale: FloatArray


class BackgroundModel:
    """The empty street before one camera.

    Args:
        limits: see there; None: the defaults.
    """

    def __init__(self, limits: BackgroundLimits | None = None) -> None:
        self._limits = limits or BackgroundLimits()
        self._slow: FloatArray | None = None
        self._fast: FloatArray = np.zeros((0, 0, 3), np.float32)
        self._usual: FloatArray = np.zeros((0, 0), np.float32)
        self._still_s: FloatArray = np.zeros((0, 0), np.float32)
        self._seen_s = 0.0
        self._at: datetime | None = None

    def update(self, image: Image, now: datetime) -> Foreground | None:
        """What this frame shows; None while the street is still being learned.

        Args:
            image: (H, W, 3) uint8 BGR; a picture of another shape begins anew.
            now: when it was captured.
        """
        limits = self._limits
        height, width = image.shape[:2]
        small = shrink(image, limits.width_px)
        values = cv2.GaussianBlur(small, (3, 3), 0).astype(np.float32)
        step_s = 0.0 if self._at is None else (now - self._at).total_seconds()
        self._at = now
        if self._slow is None or self._slow.shape != values.shape:
            self._begin(values)
            return None
        step_s = min(max(step_s, 0.0), _LONGEST_STEP_S)
        self._seen_s += step_s
        if self._seen_s <= limits.learn_s:
            self._learn(values, self._slow, step_s)
            return None
        standing, moving = self._split(values, self._slow, step_s)
        scale = np.array([width / small.shape[1], height / small.shape[0]], np.float32)
        empty: Image = self._slow.clip(0, 255).astype(np.uint8)
        return Foreground(small, empty, standing, moving, scale)

    def absorb(self, mask: Mask) -> None:
        """The street looks like this now, where `mask` is set: a ghost, a shadow, or what a person said is none."""
        if self._slow is not None:
            where = mask > 0
            self._slow[where] = self._fast[where]
            self._still_s[where] = 0.0

    def _begin(self, values: FloatArray) -> None:
        self._slow, self._fast = values.copy(), values.copy()
        self._usual = np.zeros(values.shape[:2], np.float32)
        self._still_s = np.zeros(values.shape[:2], np.float32)
        self._seen_s = 0.0

    def _learn(self, values: FloatArray, slow: FloatArray, step_s: float) -> None:
        """The plain mean of the first seconds."""
        share = step_s / max(self._seen_s, step_s, 1e-3)
        cv2.accumulateWeighted(_apart(values, slow), self._usual, share)
        cv2.accumulateWeighted(values, slow, share)
        cv2.accumulateWeighted(values, self._fast, _share(step_s, self._limits.fast_s))

    def _split(self, values: FloatArray, slow: FloatArray, step_s: float) -> tuple[Mask, Mask]:
        """Standing and moving pixels; both models go on."""
        limits = self._limits
        # A cloud, or the camera's own exposure, changes everything alike: that is taken out first.
        light = np.median((values[::8, ::8] - slow[::8, ::8]).reshape(-1, 3), axis=0)
        # OpenCV adds three channels' numbers ten times as fast as numpy broadcasts them.
        apart = _apart(values, cv2.add(slow, (*light.tolist(), 0.0)))
        differs = (apart > np.maximum(limits.contrast, limits.deviations * self._usual)).astype(np.uint8) * 255
        differs = cv2.morphologyEx(cv2.morphologyEx(differs, cv2.MORPH_OPEN, _CLEAN), cv2.MORPH_CLOSE, _JOIN)
        still = _apart(values, self._fast) <= limits.stir
        self._still_s = np.where(still & (differs > 0), self._still_s + step_s, 0.0).astype(np.float32)
        stands = self._still_s >= limits.settle_s
        cv2.accumulateWeighted(values, self._fast, _share(step_s, limits.fast_s))
        learned = (differs == 0).astype(np.uint8)
        share = _share(step_s, limits.slow_s)
        cv2.accumulateWeighted(np.minimum(apart, limits.contrast), self._usual, share, mask=learned)
        cv2.accumulateWeighted(values, slow, share, mask=learned)
        standing: Mask = np.where(stands, differs, 0).astype(np.uint8)
        moving: Mask = np.where(stands, 0, differs).astype(np.uint8)
        return standing, moving


def blobs(mask: Mask, least: float) -> Iterator[tuple[FloatArray, Mask]]:
    """Boxes (4,) and masks of the connected parts with at least so many pixels."""
    if cv2.countNonZero(mask) < least:
        return
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    for number in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[number])
        if area >= least:
            yield np.array([x, y, x + width, y + height], np.float32), (labels == number).astype(np.uint8) * 255


def moving_boxes(seen: Foreground, mask: Mask, least: float, share: float) -> list[FloatArray]:
    """(4,) boxes of the connected parts of `mask` that move, in part at least.

    Args:
        mask: the foreground, or some of it.
        least: pixels of a part.
        share: of its foreground that must move.
    """
    found: list[FloatArray] = []
    for box, part in blobs(mask, least):
        place = part > 0
        moving, standing = int((seen.moving[place] > 0).sum()), int((seen.standing[place] > 0).sum())
        if moving >= share * (moving + standing):
            found.append(box)
    return found


def _apart(one: FloatArray, other: FloatArray) -> FloatArray:
    """(h, w): how far two pictures are apart in the channel that differs most."""
    apart = cv2.absdiff(one, other)
    farthest: FloatArray = np.maximum(np.maximum(apart[..., 0], apart[..., 1]), apart[..., 2])
    return farthest


def _share(step_s: float, time_constant_s: float) -> float:
    """How much of a new value a running average takes after so long."""
    return 1.0 - math.exp(-step_s / time_constant_s)
