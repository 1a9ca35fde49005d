"""The face stage: one camera's frames to visits that are ready for a decision."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import supervision as sv

from models.faces.lane import FaceLane
from pipelines.stages.tracking import Tracker
from pipelines.stages.visit import TrackRules, Visit, crop_around, look
from vision.quality import QualityLimits
from vision.types import FaceObservation, Frame

FRESH_S = 2.0
"""A track looked at longer ago is nobody who stands there now."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceTrackReady:
    """A visit that wants a decision.

    Attributes:
        visit: one attempt of one visit: camera, time of its first frame, number of the track, and from the second
            attempt on its number. The ids of events derive from it.
        observations: the best frames of one face in the order of time, at least one; of a visit without a good frame
            its best poor one.
        captured_at: of the newest frame of the visit.
        reason: None: decide. `poor_quality`: there is nothing to decide on, the answer is unknown.
        faults: why frames were not good, the most frequent word first.
    """

    camera_id: str
    visit: str
    observations: tuple[FaceObservation, ...]
    captured_at: datetime
    reason: Literal["poor_quality"] | None = None
    faults: tuple[str, ...] = ()


class TrackSink(Protocol):
    """Whoever decides on visits."""

    def on_track(self, ready: FaceTrackReady) -> None:
        """Take a visit; called in the camera's courier thread, in order, and may take its time."""
        ...


@dataclass(slots=True, eq=False)
class _Track:
    """A visit and its last sight: `seen_s` of the monotonic clock, `height_px` of its box."""

    camera_id: str
    visit: Visit
    captured_at: datetime
    seen_s: float
    height_px: float


class FaceStage:
    """Detects, tracks, keeps the best frames of each track. One for each camera; not to be shared.

    Args:
        lane: its detector is used.
        limits: what a frame must keep to, to be decided on; None: the defaults.
        rules: when a track is ready; None: the defaults.
        monotonic: seconds, for what is current.
    """

    def __init__(
        self,
        lane: FaceLane,
        limits: QualityLimits | None = None,
        rules: TrackRules | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._detector = lane.detector
        self._limits = limits or QualityLimits()
        self._rules = rules or TrackRules()
        self._monotonic = monotonic
        self._tracker = Tracker(self._rules.lost_after_s)
        self._tracks: dict[int, _Track] = {}
        self._lock = threading.Lock()

    def process(self, frame: Frame) -> list[FaceTrackReady]:
        """The visits that this frame made ready, or ended.

        Raises:
            BadArray: the detector gave landmarks that are no numbers.
        """
        faces = self._detector.detect(frame.image)
        with self._lock:
            self._note(frame, self._tracker.update(faces, frame.captured_at))
            alive = self._tracker.alive()
            ended = self._end([number for number in self._tracks if number not in alive])
            due = [track for track in self._tracks.values() if track.visit.ready(frame.captured_at)]
            return [*ended, *(_ready(track, track.visit.attempt()) for track in due)]

    def finish(self) -> list[FaceTrackReady]:
        """The visits that are still undecided when the camera stops."""
        with self._lock:
            return self._end(list(self._tracks))

    def retry(self, visit: str) -> bool:
        """The decision on this visit was unknown: make it ready again, a few times at most, if it still goes on.

        Args:
            visit: as in `FaceTrackReady`.
        """
        with self._lock:
            found = [track for track in self._tracks.values() if track.visit.attempt_id == visit]
            for track in found:
                track.visit.retry(track.captured_at)
            return bool(found)

    def current_track(self, since: datetime | None = None) -> list[FaceObservation]:
        """The best frames of who stands nearest now, in the order of time; empty when nobody does.

        Args:
            since: for a challenge, when it was given: see `Visit.observations`.
        """
        fresh_s = self._monotonic() - FRESH_S
        with self._lock:
            here = [track for track in self._tracks.values() if track.seen_s >= fresh_s]
            nearest = max(here, key=lambda track: track.height_px, default=None)
            return [] if nearest is None else nearest.visit.observations(since)

    def _note(self, frame: Frame, tracked: sv.Detections) -> None:
        """Add each tracked face of the frame to its visit."""
        for i, number in enumerate(np.asarray(tracked.tracker_id).tolist()):
            if number < 0:
                continue
            confidence = 1.0 if tracked.confidence is None else float(tracked.confidence[i])
            face = crop_around(frame.image, tracked.xyxy[i], tracked.data["landmarks"][i], confidence)
            track = self._track(number, frame)
            track.visit.add(look(face, frame.captured_at, self._limits))
            track.captured_at, track.seen_s = frame.captured_at, self._monotonic()
            track.height_px = float(tracked.xyxy[i, 3] - tracked.xyxy[i, 1])

    def _track(self, number: int, frame: Frame) -> _Track:
        if number not in self._tracks:
            visit_id = f"{frame.camera_id}/{frame.captured_at:%Y%m%dT%H%M%S.%fZ}/{number}"
            self._tracks[number] = _Track(frame.camera_id, Visit(visit_id, self._rules), frame.captured_at, 0.0, 0.0)
        return self._tracks[number]

    def _end(self, numbers: list[int]) -> list[FaceTrackReady]:
        """Forget these tracks; what is still to be said about them."""
        ended = [self._tracks.pop(number) for number in numbers]
        words = [(track, track.visit.last_word()) for track in ended]
        return [_ready(track, observations) for track, observations in words if observations]


def _ready(track: _Track, observations: tuple[FaceObservation, ...]) -> FaceTrackReady:
    visit = track.visit
    reason: Literal["poor_quality"] | None = None if visit.has_good else "poor_quality"
    return FaceTrackReady(
        track.camera_id, visit.attempt_id, observations, track.captured_at, reason, visit.faults if reason else ()
    )
