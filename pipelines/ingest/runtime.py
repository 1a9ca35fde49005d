"""The cameras of this process: they come and go while the others run on."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from random import Random

from models.faces.lane import FaceLane
from pipelines.ingest.backoff import Backoff
from pipelines.ingest.media import Timeouts
from pipelines.ingest.source import open_source
from pipelines.ingest.status import CameraStatus, OnState
from pipelines.ingest.worker import CameraWorker
from pipelines.records.gate_values import Camera
from pipelines.settings import utc_now
from pipelines.stages.face import FaceStage, FaceTrackReady, TrackSink
from pipelines.stages.visit import TrackRules
from vision.errors import ConfigurationError, Conflict, NotFound
from vision.quality import QualityLimits
from vision.types import FaceObservation

logger = logging.getLogger(__name__)

FACE_LANE = "face"
_STOP_MARGIN_S = 15.0
"""For the stage's last frame and the deliveries that wait, beyond the grabber's read time-out."""


class CameraRuntime:
    """Runs a worker for each camera.

    Args:
        lane: the face networks, shared by all cameras.
        sink: decides on visits.
        clock: anchors the streams to the day.
        limits, rules: of the face stage; None: the defaults.
        timeouts: of opening and reading; None: the defaults.
        on_state: told of every change of a camera's state, in that camera's threads.
    """

    def __init__(
        self,
        lane: FaceLane,
        sink: TrackSink,
        clock: Callable[[], datetime] = utc_now,
        limits: QualityLimits | None = None,
        rules: TrackRules | None = None,
        timeouts: Timeouts | None = None,
        on_state: OnState | None = None,
    ) -> None:
        self._lane = lane
        self._sink = sink
        self._clock = clock
        self._limits = limits
        self._rules = rules
        self._timeouts = timeouts or Timeouts()
        self._on_state = on_state
        self._lock = threading.Lock()
        self._running: dict[str, tuple[CameraWorker[FaceTrackReady], FaceStage]] = {}
        self._closed = False

    def add(self, camera: Camera) -> None:
        """Begin to read the camera; whether it can be reached shows in its status.

        Raises:
            Conflict: a camera with this id is here already, or the runtime was closed.
            ConfigurationError: an address or a lane that is not known.
        """
        if camera.lane != FACE_LANE:
            raise ConfigurationError(f"camera {camera.id}: wanted lane {FACE_LANE!r}, got {camera.lane!r}")
        source = open_source(camera, self._clock, self._timeouts)
        stage = FaceStage(self._lane, self._limits, self._rules)
        # Seeded by nothing: after a power cut a street's cameras must not all be asked in the same moment.
        backoff = Backoff(Random())  # noqa: S311 - no secret
        worker = CameraWorker(camera.id, source, stage, self._sink.on_track, backoff, self._on_state)
        with self._lock:
            if self._closed or camera.id in self._running:
                raise Conflict(f"camera {camera.id}: {'the runtime is closed' if self._closed else 'runs already'}")
            self._running[camera.id] = (worker, stage)
            worker.start()

    def remove(self, camera_id: str) -> None:
        """Stop the camera: returns when what it saw was delivered, at the latest some time after its read time-out.

        Raises:
            NotFound: no such camera is here.
        """
        with self._lock:
            worker, _ = self._find(camera_id)
            del self._running[camera_id]
        worker.stop(self._stop_s)

    def states(self) -> dict[str, CameraStatus]:
        """How each camera is doing; one that ended by itself is `stopped` until it is removed."""
        with self._lock:
            return {camera_id: worker.status for camera_id, (worker, _) in self._running.items()}

    def current_track(self, camera_id: str, since: datetime | None = None) -> list[FaceObservation]:
        """The best frames of who stands nearest to the camera now, in the order of time; empty when nobody does.

        Args:
            camera_id: whose.
            since: for a challenge, when it was given: earlier frames are left out, turns of the head are added.

        Raises:
            NotFound: no such camera is here.
        """
        with self._lock:
            _, stage = self._find(camera_id)
        return stage.current_track(since)

    def retry(self, camera_id: str, visit: str) -> bool:
        """The decision on a visit was unknown: gather new frames for another one; False when that is over.

        Args:
            camera_id: whose; it may have been removed meanwhile.
            visit: as in `FaceTrackReady`.
        """
        with self._lock:
            running = self._running.get(camera_id)
        return running is not None and running[1].retry(visit)

    def wait(self, camera_id: str, timeout_s: float | None = None) -> bool:
        """Whether the camera's source has ended and all it showed was delivered, after waiting for it.

        Raises:
            NotFound: no such camera is here.
        """
        with self._lock:
            worker, _ = self._find(camera_id)
        return worker.wait(timeout_s)

    def close(self) -> None:
        """Stop all cameras, side by side; visits already made are delivered first."""
        with self._lock:
            self._closed = True
            workers = [worker for worker, _ in self._running.values()]
            self._running.clear()
        for worker in workers:
            worker.request_stop()
        for worker in workers:
            worker.stop(self._stop_s)

    @property
    def _stop_s(self) -> float:
        return self._timeouts.open_s * 2 + self._timeouts.read_s + _STOP_MARGIN_S

    def _find(self, camera_id: str) -> tuple[CameraWorker[FaceTrackReady], FaceStage]:
        if camera_id not in self._running:
            raise NotFound(f"no camera {camera_id} runs here")
        return self._running[camera_id]
