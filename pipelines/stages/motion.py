"""Where a plate is going, from its corners over time."""

from collections import deque
from datetime import datetime
from typing import Literal

import numpy as np

from vision.types import FloatArray

Direction = Literal["approaching", "leaving"]

GROWN = 1.15
"""A plate that became so many times as large, or as small, has come nearer or gone away."""
SHIFTED = 0.6
"""A plate that moved by so much of its size has moved: corners jump about by less than a tenth."""
SHIFTED_AT_ONCE = 0.8
"""Likewise from the very first sight, which is less exact."""
_LOOKS = 3


class PlateMotion:
    """The way of one plate before one camera.

    The first and the last few sights are compared, by their medians: single corners jump about. A camera above the
    road sees a nearing plate grow and sink.
    """

    def __init__(self) -> None:
        self._first: list[FloatArray] = []
        self._last: deque[FloatArray] = deque(maxlen=_LOOKS)
        self._count = 0
        self._stop: tuple[FloatArray, datetime] | None = None

    def add(self, corners: FloatArray, captured_at: datetime) -> None:
        """One more sight of the whole plate: (4, 2) corners; a plate that is cut off has no size."""
        here = np.array([*corners.mean(axis=0), plate_size(corners)], np.float32)
        self._count += 1
        if len(self._first) < _LOOKS:
            self._first.append(here)
        self._last.append(here)
        if self._stop is None or _is_elsewhere(*_way(self._stop[0], here)):
            self._stop = here, captured_at

    @property
    def direction(self) -> Direction | None:
        """Whether the plate comes or goes; None while that is not clear."""
        _, down, growth = self._way()
        if growth >= GROWN or growth <= 1 / GROWN:
            return "approaching" if growth > 1 else "leaving"
        if abs(down) < SHIFTED:
            return None
        return "approaching" if down > 0 else "leaving"

    @property
    def moved(self) -> bool:
        """Whether the plate is not where it was first seen: signs, and parked cars, are."""
        return _is_elsewhere(*self._way()) or self._came_at_once()

    def _came_at_once(self) -> bool:
        """Whether it was first seen far from where it is: found late, it stands from its second sight on."""
        if self._count < _LOOKS:
            return False
        across, down, _ = _way(self._first[0], np.median(np.stack(list(self._last)), axis=0))
        return max(abs(across), abs(down)) >= SHIFTED_AT_ONCE

    def stood_s(self, now: datetime) -> float:
        """Seconds since it came to where it is."""
        return 0.0 if self._stop is None else (now - self._stop[1]).total_seconds()

    def _way(self) -> tuple[float, float, float]:
        looks = min(_LOOKS, self._count // 2)
        if looks == 0:
            return 0.0, 0.0, 1.0
        first, last = np.stack(self._first[:looks]), np.stack(list(self._last)[-looks:])
        return _way(np.median(first, axis=0), np.median(last, axis=0))


def _way(start: FloatArray, end: FloatArray) -> tuple[float, float, float]:
    """How far to the right and down, in sizes of the plate at the start, and how many times as large."""
    across, down = (end[:2] - start[:2]) / start[2]
    return float(across), float(down), float(end[2] / start[2])


def _is_elsewhere(across: float, down: float, growth: float) -> bool:
    return max(abs(across), abs(down)) >= SHIFTED or not 1 / GROWN < growth < GROWN


def plate_size(corners: FloatArray) -> float:
    """The square root of the area within (4, 2) corners, in pixels; at least 1."""
    x, y = corners[:, 0], corners[:, 1]
    area = abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
    return float(max(area**0.5, 1.0))
