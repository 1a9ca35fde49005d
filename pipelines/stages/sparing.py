"""A detector that is not asked again while nothing moves: what it saw is still there."""

from datetime import datetime, timedelta
from typing import Protocol

import supervision as sv

from vision.flicker import FlickerGate, FlickerLimits
from vision.types import Frame, Image


class StreetDetector(Protocol):
    """Finds people, vehicles and what else it knows."""

    def detect(self, image: Image) -> sv.Detections:
        """The objects of an (H, W, 3) uint8 BGR picture, with `class_id` and `data["class_name"]`."""
        ...


class SparingDetector:
    """What a detector sees of one camera; not to be shared.

    Args:
        detector: may be shared.
        flicker: what is to flicker and does not is not seen.
        believed_s: so long what it saw is believed while nothing moves; 0: it is asked about every frame.
    """

    def __init__(self, detector: StreetDetector, flicker: FlickerLimits, believed_s: float) -> None:
        self._detector = detector
        self._flicker = FlickerGate(flicker)
        self._believed = timedelta(seconds=believed_s)
        self._seen = sv.Detections.empty()
        self._asked_at: datetime | None = None

    def seen(self, frame: Frame) -> sv.Detections:
        """The objects of this frame; a copy, for trackers write into it.

        Raises:
            BadArray: the network gave numbers that are none.
        """
        if not self._still_holds(frame):
            self._seen = self._flicker.kept(self._detector.detect(frame.image), frame.image)
            self._asked_at = frame.captured_at
        every: sv.Detections = self._seen[:]  # type: ignore[assignment]
        return every

    def _still_holds(self, frame: Frame) -> bool:
        """Whether nothing moved since it was asked, and that is not too long ago."""
        if self._asked_at is None or frame.moved_at is None:
            return False
        return frame.moved_at <= self._asked_at and timedelta(0) <= frame.captured_at - self._asked_at < self._believed
