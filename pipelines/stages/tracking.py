"""What one camera sees over time: `trackers.ByteTrackTracker`, told of real time."""

from collections import deque
from datetime import datetime
from statistics import median

import supervision as sv
from trackers import ByteTrackTracker

_FRAME_RATE = 25.0  # only scales the motion model, which is told the time of every frame
# A walking head, or a driving car, overlaps its predicted place by more; with less, two of them become one track.
_MIN_IOU = 0.2
_LEAST_STEP_S = 1e-3
_STEPS = 9
_PATIENT_STEPS = 2.5


class Tracker:
    """Numbers the faces, or the cars, of a stream.

    Args:
        lost_after_s: what is unseen for longer has left; but never less than 2.5 frames, for a camera that is looked
            at once a second would otherwise lose everybody between two frames.
        min_confidence: what is less certain only goes on with a track and never begins one. The detector has its own
            threshold, and each one scores differently.
    """

    def __init__(self, lost_after_s: float, min_confidence: float = 0.5) -> None:
        self._lost_after_s = lost_after_s
        self._tracker = ByteTrackTracker(
            frame_rate=_FRAME_RATE,
            track_activation_threshold=min_confidence,
            minimum_iou_threshold=_MIN_IOU,
            high_conf_det_threshold=min_confidence,
        )
        self._zero: datetime | None = None
        self._last_s = 0.0
        self._steps_s: deque[float] = deque(maxlen=_STEPS)

    def update(self, seen: sv.Detections, captured_at: datetime) -> sv.Detections:
        """The same detections, in an order of their own, with `tracker_id`: -1 until seen in two frames in a row.

        Without a detection and without a track, `data` is empty too.
        """
        if self._zero is None:
            self._zero = captured_at
        else:
            # The tracker refuses times that stand still; a source that is opened anew may fall back a little.
            step_s = max((captured_at - self._zero).total_seconds() - self._last_s, _LEAST_STEP_S)
            self._steps_s.append(step_s)
            self._last_s += step_s
            self._tracker.maximum_time_without_update = max(self._lost_after_s, _PATIENT_STEPS * median(self._steps_s))
        return self._tracker.update(seen, timestamp=self._last_s)

    def alive(self) -> set[int]:
        """The numbers of those that have not left."""
        return {int(track.tracker_id) for track in self._tracker.tracks}
