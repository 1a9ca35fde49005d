"""Whether a frame shows anything that the last one looked at did not: most frames of most cameras do not."""

from datetime import datetime, timedelta

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Luma = NDArray[np.uint8]
"""(H, W) uint8: brightness alone, which every codec keeps by itself."""


class MotionLimits(BaseModel):
    """What passes the gate; grey levels are of 0..255.

    Attributes:
        width_px: the picture is brought to this width first; a pixel is then the mean of a block.
        change: grey levels by which a block differs from the last frame that passed.
        share: of all blocks that must differ; at 160x90 three, about 14 x 14 pixels of a picture of 720 lines each.
        hold_s: so long after the last motion everything passes, for tracks must be followed to their end.
        idle_s: while nothing moves, one frame passes every so many seconds: what stands has to be seen standing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    width_px: int = Field(default=160, ge=40, le=640)
    change: int = Field(default=10, ge=1, le=255)
    share: float = Field(default=0.0002, gt=0, lt=1)
    hold_s: float = Field(default=2.0, ge=0)
    idle_s: float = Field(default=1.0, gt=0)


class MotionGate:
    """Picks the frames of one camera that are worth a look.

    A frame is compared with the last one that passed and not with the one before: what creeps adds up.

    Args:
        limits: see there; None: the defaults.
    """

    def __init__(self, limits: MotionLimits | None = None) -> None:
        limits = limits or MotionLimits()
        self._limits = limits
        self._hold = timedelta(seconds=limits.hold_s)
        self._idle = timedelta(seconds=limits.idle_s)
        self._seen: Luma | None = None
        self._passed_at: datetime | None = None
        self._moved_at: datetime | None = None

    @property
    def moved_at(self) -> datetime | None:
        """When something last moved; the first frame counts as motion."""
        return self._moved_at

    def passes(self, luma: Luma, now: datetime) -> bool:
        """Whether the frame is to be looked at.

        Args:
            luma: its brightness; it is not kept.
            now: when it was captured; a time that falls back lets it pass.
        """
        small = self._small(luma)
        moved = self._seen is None or self._seen.shape != small.shape or self._differs(small, self._seen)
        if moved or (self._moved_at is not None and now < self._moved_at):
            self._moved_at = now
        if not moved and self._rests(now):
            return False
        self._seen, self._passed_at = small, now
        return True

    def _rests(self, now: datetime) -> bool:
        """Whether nothing moved for a while, and the last look was just now."""
        if self._moved_at is None or self._passed_at is None:
            return False
        return now - self._moved_at > self._hold and timedelta(0) <= now - self._passed_at < self._idle

    def _differs(self, small: Luma, seen: Luma) -> bool:
        changed = cv2.countNonZero(cv2.compare(cv2.absdiff(small, seen), float(self._limits.change), cv2.CMP_GE))
        return bool(changed >= max(1.0, self._limits.share * small.size))

    def _small(self, luma: Luma) -> Luma:
        height, width = luma.shape
        size = (self._limits.width_px, max(1, round(height * self._limits.width_px / width)))
        # Four pixels of each block: enough to average noise away, in a sixth of the time of a line of them.
        step = max(1, min(height // (2 * size[1]), width // (2 * size[0])))
        small: Luma = cv2.resize(np.ascontiguousarray(luma[::step, ::step]), size, interpolation=cv2.INTER_AREA)
        return small
