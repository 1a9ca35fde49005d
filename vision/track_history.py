"""Where each track of one camera was in the last seconds, and how fast it goes."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import supervision as sv

from vision.types import FloatArray

_LEAST_S = 0.3
"""Over less time the jitter of a box passes for speed."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One thing that moves or stands, in one frame.

    Attributes:
        number: of its track.
        name: of its class.
        xyxy: (4,) float32 pixels.
        velocity: (2,) to the right and down, in its own sizes a second: the same for a near and a far one; None: seen
            too briefly.
    """

    number: int
    name: str
    xyxy: FloatArray
    velocity: FloatArray | None

    @property
    def speed(self) -> float | None:
        """Own sizes a second; None: seen too briefly."""
        return None if self.velocity is None else float(np.hypot(*self.velocity))


class TrackHistory:
    """The tracks of one camera.

    Args:
        window_s: velocities are over so long.
        kept_s: a track is forgotten so long after it was last seen.
    """

    def __init__(self, window_s: float = 2.0, kept_s: float = 10.0) -> None:
        self._window_s = window_s
        self._kept_s = kept_s
        self._ways: dict[int, deque[tuple[datetime, FloatArray]]] = {}

    def update(self, tracks: sv.Detections, now: datetime) -> list[Track]:
        """The confirmed tracks of this frame.

        Args:
            tracks: with `tracker_id` (below 0: not confirmed) and `data["class_name"]`.
            now: when they were captured.
        """
        self._ways = {
            number: way for number, way in self._ways.items() if (now - way[-1][0]).total_seconds() <= self._kept_s
        }
        if tracks.tracker_id is None:
            return []
        numbers = np.asarray(tracks.tracker_id).tolist()
        return [
            self._track(number, str(name), np.asarray(box, np.float32), now)
            for number, name, box in zip(numbers, tracks.data.get("class_name", ()), tracks.xyxy, strict=False)
            if number >= 0
        ]

    def _track(self, number: int, name: str, xyxy: FloatArray, now: datetime) -> Track:
        way = self._ways.setdefault(number, deque())
        # A source that is opened anew may fall back in time.
        while way and not 0.0 < (now - way[0][0]).total_seconds() <= self._window_s:
            way.popleft()
        way.append((now, xyxy))
        return Track(number, name, xyxy, _velocity(way))


def _velocity(way: deque[tuple[datetime, FloatArray]]) -> FloatArray | None:
    (first_at, first), (last_at, last) = way[0], way[-1]
    seconds = (last_at - first_at).total_seconds()
    if seconds < _LEAST_S:
        return None
    size = float(np.sqrt(max(np.prod(last[2:] - last[:2]), 1.0)))
    # The middle: the lower edge jumps when legs move or a kerb hides the wheels.
    way_px = (last[:2] + last[2:] - first[:2] - first[2:]) / 2
    return (way_px / size / seconds).astype(np.float32)
