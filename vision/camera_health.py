"""Whether a fixed camera shows its scene: black, blocked, defocused, moved, frozen, or blinded by light.

The reference is what the same camera showed while it was well: its edges and its sharpness, as slow running averages.
Traffic hides few of its edges; a covered, turned or blurred camera loses most of them.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from vision.preprocess import shrink
from vision.types import FloatArray, Image

Fault = Literal["black", "blocked", "defocused", "moved", "frozen", "glare"]
FAULTS: tuple[Fault, ...] = get_args(Fault)

_LONGEST_STEP_S = 2.0
_LEAST_SPREAD = 1e-3
_STRONG_PERCENT = 90
_BRIGHTEST = 0.01
_KEPT_LENGTH = 0.3
"""An edge is kept when so much of it is left, along its direction: fog and dusk make all edges weaker."""


class HealthLimits(BaseModel):
    """From where on a picture is at fault; grey levels are of 0..255.

    Attributes:
        width_px: the picture is brought to this width first.
        learn_s: so long from the first good frame the reference is learned; until then only faults that need none
            are told.
        reference_s: time constant of the reference: day turns to night within it, a hand over the lens does not.
        black_level: a picture whose brightest hundredth is darker is black.
        glare_level, glare_share: a picture of which more than this share is brighter than this level is blinded.
        plain: a picture with less mean gradient than this share of the reference's is blocked.
        blurred: one with less fine detail than this share of the reference's is defocused.
        kept: one that keeps less than this share of the reference's strong edges, in their places and directions, is
            moved. New edges count nothing: a lorry before an empty road brings many and hides few.
        frozen_change: mean difference of two frames below which they are one: a live sensor always has noise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    width_px: int = Field(default=320, ge=80, le=1920)
    learn_s: float = Field(default=3.0, gt=0)
    reference_s: float = Field(default=600.0, gt=0)
    black_level: float = Field(default=30.0, ge=0, le=255)
    glare_level: float = Field(default=250.0, ge=0, le=255)
    glare_share: float = Field(default=0.35, gt=0, le=1)
    plain: float = Field(default=0.3, gt=0, lt=1)
    blurred: float = Field(default=0.35, gt=0, lt=1)
    kept: float = Field(default=0.4, gt=0, lt=1)
    frozen_change: float = Field(default=0.002, ge=0)


@dataclass(frozen=True, slots=True)
class Health:
    """What one frame says about its camera.

    Attributes:
        fault: the one that explains the frame; None: all is well.
        kept: share of the reference's strong edges that it keeps, 0..1; 1 while that is learned.
        gradient: its mean gradient against the reference's; 1 while that is learned.
        detail: its fine detail against the reference's; 1 while that is learned.
    """

    fault: Fault | None
    kept: float = 1.0
    gradient: float = 1.0
    detail: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """Gradients (h, w) across and down, the mean of their lengths, and the mean of the second derivative."""

    across: FloatArray
    down: FloatArray
    gradient: float
    detail: float


class HealthMonitor:
    """Watches one camera; its reference goes on only while all is well.

    Args:
        limits: see there; None: the defaults.
    """

    def __init__(self, limits: HealthLimits | None = None) -> None:
        self._limits = limits or HealthLimits()
        self._usual: _Look | None = None
        self._learned_s = 0.0
        self._last: FloatArray | None = None
        self._at: datetime | None = None

    def update(self, image: Image, now: datetime) -> Health:
        """What this frame says.

        Args:
            image: (H, W, 3) uint8 BGR; a picture of another shape begins a new reference.
            now: when it was captured.
        """
        step_s = 0.0 if self._at is None else min(max((now - self._at).total_seconds(), 0.0), _LONGEST_STEP_S)
        self._at = now
        grey = _working(image, self._limits.width_px)
        frozen = self._is_frozen(grey)
        self._last = grey
        fault = self._own_fault(grey) or ("frozen" if frozen else None)
        if fault:
            return Health(fault)
        look = _look(grey)
        usual = self._usual
        if usual is None or usual.across.shape != look.across.shape:
            self._usual, self._learned_s = look, 0.0
            return Health(None)
        if self._learned_s < self._limits.learn_s:
            self._learned_s += step_s
            self._usual = _mixed(usual, look, step_s / max(self._learned_s, _LEAST_SPREAD))
            return Health(None)
        health = self._compare(look, usual)
        if health.fault is None:
            self._usual = _mixed(usual, look, 1.0 - math.exp(-step_s / self._limits.reference_s))
        return health

    def _is_frozen(self, grey: FloatArray) -> bool:
        if self._last is None or self._last.shape != grey.shape:
            return False
        return float(cv2.absdiff(grey, self._last).mean()) <= self._limits.frozen_change

    def _own_fault(self, grey: FloatArray) -> Fault | None:
        """A fault that the picture shows by itself."""
        if float((grey >= self._limits.black_level).mean()) <= _BRIGHTEST:
            return "black"
        if float((grey > self._limits.glare_level).mean()) > self._limits.glare_share:
            return "glare"
        return None

    def _compare(self, look: _Look, usual: _Look) -> Health:
        limits = self._limits
        kept = _kept(look, usual)
        gradient = look.gradient / max(usual.gradient, _LEAST_SPREAD)
        detail = look.detail / max(usual.detail, _LEAST_SPREAD)
        fault: Fault | None = None
        if gradient < limits.plain and kept < limits.kept:
            fault = "blocked"
        elif detail < limits.blurred:
            fault = "defocused"
        elif kept < limits.kept:
            fault = "moved"
        return Health(fault, kept, gradient, detail)


def _working(image: Image, width_px: int) -> FloatArray:
    grey: FloatArray = cv2.cvtColor(shrink(image, width_px), cv2.COLOR_BGR2GRAY).astype(np.float32)
    return grey


def _look(grey: FloatArray) -> _Look:
    # Noise is no detail: a dark, grainy picture would pass for a sharp one.
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    fine = float(np.abs(cv2.Laplacian(smooth, cv2.CV_32F)).mean())
    gradient = float(cv2.magnitude(across, down).mean())
    # Blurred a little, edges that shake by a pixel still lie upon each other.
    return _Look(cv2.GaussianBlur(across, (0, 0), 1.5), cv2.GaussianBlur(down, (0, 0), 1.5), gradient, fine)


def _mixed(usual: _Look, look: _Look, share: float) -> _Look:
    """The running average with so much of the new look, 0..1."""
    rest, share = 1.0 - min(share, 1.0), min(share, 1.0)
    return _Look(
        cv2.addWeighted(usual.across, rest, look.across, share, 0.0),
        cv2.addWeighted(usual.down, rest, look.down, share, 0.0),
        usual.gradient * rest + look.gradient * share,
        usual.detail * rest + look.detail * share,
    )


def _kept(look: _Look, usual: _Look) -> float:
    """0..1; 1 where the reference has no edges to be kept."""
    squares = usual.across * usual.across + usual.down * usual.down
    strong = squares >= max(float(np.percentile(squares[::3, ::3], _STRONG_PERCENT)), _LEAST_SPREAD)
    along = look.across * usual.across + look.down * usual.down
    kept = strong & (along >= _KEPT_LENGTH * squares)
    return float(kept.sum() / strong.sum()) if strong.any() else 1.0
