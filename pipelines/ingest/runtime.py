"""The cameras of this process: they come and go while the others run on."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from models.faces.lane import FaceLane
from models.plates.lane import PlateLane
from pipelines.ingest.backoff import Backoff
from pipelines.ingest.media import Timeouts
from pipelines.ingest.source import open_source
from pipelines.ingest.status import CameraStatus, OnState
from pipelines.ingest.worker import CameraWorker
from pipelines.records.gate_values import Camera
from pipelines.settings import utc_now
from pipelines.stages.face import FaceStage, TrackSink
from pipelines.stages.passage import PlateRules
from pipelines.stages.plate import PlateStage, VisitSink
from pipelines.stages.street import StreetDetector, StreetStage
from pipelines.stages.street_sightings import SightingSink, SightingStage
from pipelines.stages.visit import TrackRules
from pipelines.street_cameras import USUAL_FPS
from vision.errors import ConfigurationError, Conflict, NotFound
from vision.quality import QualityLimits
from vision.types import FaceObservation

logger = logging.getLogger(__name__)

FACE_LANE = "face"
PLATE_LANE = "plate"
STREET_LANE = "street"
LANES = (FACE_LANE, PLATE_LANE, STREET_LANE)
_STOP_MARGIN_S = 15.0
"""For the stage's last frame and the deliveries that wait, beyond the grabber's read time-out."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceWork:
    """What is done with the frames of face cameras.

    Attributes:
        lane: the face networks, shared by all cameras.
        sink: decides on visits.
        limits, rules: of the stage; None: the defaults.
    """

    lane: FaceLane
    sink: TrackSink
    limits: QualityLimits | None = None
    rules: TrackRules | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlateWork:
    """What is done with the frames of plate cameras.

    Attributes:
        lane: the plate networks, shared by all cameras.
        sink: decides on visits.
        rules: of the stage; None: the defaults.
    """

    lane: PlateLane
    sink: VisitSink
    rules: PlateRules | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StreetWork:
    """What is done with the frames of street cameras.

    Attributes:
        sink: makes reports of what is told.
        detector: shared by all cameras; None: rules over classes see nobody.
    """

    sink: SightingSink
    detector: StreetDetector | None = None


_Stage = FaceStage | PlateStage | SightingStage


class CameraRuntime:
    """Runs a worker for each camera.

    Args:
        faces: for the cameras of lane `face`.
        plates, street: for those of lane `plate` and `street`; None: none is taken.
        clock: anchors the streams to the day.
        timeouts: of opening and reading; None: the defaults.
        on_state: told of every change of a camera's state, in that camera's threads.
    """

    def __init__(
        self,
        faces: FaceWork,
        plates: PlateWork | None = None,
        street: StreetWork | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        timeouts: Timeouts | None = None,
        on_state: OnState | None = None,
    ) -> None:
        self._faces = faces
        self._plates = plates
        self._street = street
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._on_state = on_state
        self._lock = threading.Lock()
        self._running: dict[str, tuple[CameraWorker[Any], _Stage]] = {}
        self._closed = False

    def add(self, camera: Camera) -> None:
        """Begin to read the camera; whether it can be reached shows in its status.

        Raises:
            Conflict: a camera with this id is here already, or the runtime was closed.
            ConfigurationError: an address or a lane that is not known, or a lane without networks here.
        """
        worker, stage = self._worker(camera)
        with self._lock:
            if self._closed or camera.id in self._running:
                raise Conflict(f"camera {camera.id}: {'the runtime is closed' if self._closed else 'runs already'}")
            self._running[camera.id] = (worker, stage)
            worker.start()

    def check_lane(self, camera: Camera) -> None:
        """Refuse a camera whose frames nothing here can look at.

        Raises:
            ConfigurationError: a lane that is not known, or without networks here.
        """
        if camera.lane not in LANES:
            raise ConfigurationError(f"camera {camera.id}: wanted a lane of {', '.join(LANES)}, got {camera.lane!r}")
        if camera.lane == PLATE_LANE and self._plates is None:
            raise ConfigurationError(
                f"camera {camera.id}: wanted plate networks for lane {PLATE_LANE!r}, got none: set "
                "CITYGATE_PLATE_DETECTOR and CITYGATE_PLATE_READER"
            )
        if camera.lane == STREET_LANE and self._street is None:
            raise ConfigurationError(f"camera {camera.id}: wanted somebody who takes its incidents, got nobody")

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

    def trusts(self, camera_id: str) -> bool | None:
        """Whether the newest frame of a street camera shows what lies before it; None of all others."""
        with self._lock:
            running = self._running.get(camera_id)
        stage = None if running is None else running[1]
        return stage.trusted if isinstance(stage, SightingStage) else None

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
        return stage.current_track(since) if isinstance(stage, FaceStage) else []

    def retry(self, camera_id: str, visit: str) -> bool:
        """The decision on a visit was unknown: gather new frames for another one; False when that is over.

        Args:
            camera_id: whose; it may have been removed meanwhile.
            visit: as in `FaceTrackReady`.
        """
        with self._lock:
            running = self._running.get(camera_id)
        stage = None if running is None else running[1]
        return isinstance(stage, FaceStage) and stage.retry(visit)

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

    def _worker(self, camera: Camera) -> tuple[CameraWorker[Any], _Stage]:
        """The camera's worker, not yet started, and the stage it feeds."""
        self.check_lane(camera)
        if camera.street is not None:
            camera = replace(camera, fps=camera.fps or USUAL_FPS)
        source = open_source(camera, self._clock, self._timeouts)
        # Seeded by nothing: after a power cut a street's cameras must not all be asked in the same moment.
        backoff = Backoff(Random())  # noqa: S311 - no secret
        if camera.lane == PLATE_LANE and self._plates:
            cars = PlateStage(self._plates.lane, self._plates.rules, camera.lane_id)
            return CameraWorker(camera.id, source, cars, self._plates.sink.on_visit, backoff, self._on_state), cars
        if camera.street is not None and self._street:
            street = SightingStage(StreetStage(camera.street.camera(camera.id), self._street.detector))
            return CameraWorker(
                camera.id, source, street, self._street.sink.on_sighting, backoff, self._on_state
            ), street
        people = FaceStage(self._faces.lane, self._faces.limits, self._faces.rules)
        return CameraWorker(camera.id, source, people, self._faces.sink.on_track, backoff, self._on_state), people

    def _find(self, camera_id: str) -> tuple[CameraWorker[Any], _Stage]:
        if camera_id not in self._running:
            raise NotFound(f"no camera {camera_id} runs here")
        return self._running[camera_id]
