"""Who goes where before a street camera: detections of frame after frame to confirmed tracks with their speeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import numpy as np
import supervision as sv

from pipelines.stages.tracking import Tracker
from vision.track_history import Track, TrackHistory


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Confirmed tracks of one frame.

    Attributes:
        boxes: with `tracker_id`, `class_id` and `data["class_name"]`.
        tracks: the same, one by one, with their speeds.
    """

    boxes: sv.Detections
    tracks: Sequence[Track]


NOBODY = Followed(sv.Detections.empty(), ())


class TrackFollower:
    """Follows what is seen before one camera.

    Args:
        lost_after_s: a track that is unseen for longer has left.
        min_confidence: less certain detections begin no track.
    """

    def __init__(self, lost_after_s: float, min_confidence: float) -> None:
        self._tracker = Tracker(lost_after_s, min_confidence)
        self._history = TrackHistory()

    def update(self, seen: sv.Detections, now: datetime) -> Followed:
        """Those of this frame that were seen in two frames in a row.

        Args:
            seen: with `data["class_name"]`.
            now: when the frame was captured.
        """
        numbered = self._tracker.update(seen, now)
        if numbered.tracker_id is None or len(numbered) == 0:
            return Followed(sv.Detections.empty(), self._history.update(sv.Detections.empty(), now))
        boxes = cast("sv.Detections", numbered[np.asarray(numbered.tracker_id) >= 0])
        return Followed(boxes, self._history.update(boxes, now))
