"""Faces of one camera over time: `trackers.ByteTrackTracker`, told of real time."""

from collections import deque
from datetime import datetime
from statistics import median

import supervision as sv
from trackers import ByteTrackTracker

_FRAME_RATE = 25.0  # only scales the motion model, which is told the time of every frame
# The detector has its own threshold, and each one scores differently: here every face counts.
_MIN_CONFIDENCE = 0.5
# A walking head overlaps its predicted place by more; with less, two persons become one track.
_MIN_IOU = 0.2
_LEAST_STEP_S = 1e-3
_STEPS = 9
_PATIENT_STEPS = 2.5


class FaceTracker:
    """Numbers the faces of a stream.

    Args:
        lost_after_s: a face unseen for longer has left; but never less than 2.5 frames, for a camera that is looked
            at once a second would otherwise lose everybody between two frames.
    """

    def __init__(self, lost_after_s: float) -> None:
        self._lost_after_s = lost_after_s
        self._tracker = ByteTrackTracker(
            frame_rate=_FRAME_RATE,
            track_activation_threshold=_MIN_CONFIDENCE,
            minimum_iou_threshold=_MIN_IOU,
            high_conf_det_threshold=_MIN_CONFIDENCE,
        )
        self._zero: datetime | None = None
        self._last_s = 0.0
        self._steps_s: deque[float] = deque(maxlen=_STEPS)

    def update(self, faces: sv.Detections, captured_at: datetime) -> sv.Detections:
        """The same faces, in an order of their own, with `tracker_id`: -1 until one is seen in two frames in a row.

        Without a face and without a track, `data` is empty too.
        """
        if self._zero is None:
            self._zero = captured_at
        else:
            # The tracker refuses times that stand still; a source that is opened anew may fall back a little.
            step_s = max((captured_at - self._zero).total_seconds() - self._last_s, _LEAST_STEP_S)
            self._steps_s.append(step_s)
            self._last_s += step_s
            self._tracker.maximum_time_without_update = max(self._lost_after_s, _PATIENT_STEPS * median(self._steps_s))
        return self._tracker.update(faces, timestamp=self._last_s)

    def alive(self) -> set[int]:
        """The numbers of the faces that have not left."""
        return {int(track.tracker_id) for track in self._tracker.tracks}
