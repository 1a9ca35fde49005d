"""The cameras of this process: they come and go while the others run on."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from pipelines.ingest.address import parse_address
from pipelines.ingest.backoff import Backoff
from pipelines.ingest.lanes import Opener
from pipelines.ingest.reading import Reading
from pipelines.ingest.source import open_source
from pipelines.ingest.status import CameraStatus, OnState
from pipelines.ingest.turns import LaneBeat, Turns
from pipelines.ingest.worker import Analysis, CameraWorker, Stage
from pipelines.records.gate_values import Camera
from pipelines.settings import utc_now
from pipelines.stages.face import FaceStage
from pipelines.stages.street_sightings import SightingStage
from pipelines.street_cameras import USUAL_FPS
from vision.errors import Conflict, NotFound
from vision.types import FaceObservation

_STOP_S = 45.0
"""For the stage's last frame and the deliveries that wait."""


@dataclass(frozen=True, slots=True, eq=False)
class _Running:
    camera: Camera
    worker: CameraWorker[Any]
    stage: Stage[Any]


class CameraRuntime:
    """Runs a worker for each camera.

    Args:
        lanes: what is done with their frames.
        reading: how they are read; None: by the defaults, and addresses are not asked about.
        clock: anchors the streams to the day.
        on_state: told of every change of a camera's state, in that camera's threads.
        holds: whether a camera is still this process's own; see `Analysis`.
    """

    def __init__(
        self,
        lanes: Opener,
        reading: Reading | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        on_state: OnState | None = None,
        holds: Callable[[str], bool] = lambda _camera_id: True,
    ) -> None:
        self._lanes = lanes
        self._reading = reading or Reading()
        self._clock = clock
        self._on_state = on_state
        self._holds = holds
        self._turns = Turns(self._reading.slots)
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._stopping: set[str] = set()
        self._closed = False

    def check(self, camera: Camera) -> None:
        """Refuse a camera that cannot run here, without running it.

        Raises:
            ConfigurationError: an address that is none or may not be opened, a lane that is not known, or one without
                networks here.
        """
        self._lanes.check(camera)
        address = parse_address(camera.url)
        if self._reading.policy is not None:
            self._reading.policy.check(address)

    def add(self, camera: Camera) -> None:
        """Begin to read the camera; whether it can be reached shows in its status.

        Raises:
            Conflict: a camera with this id is here already, or the runtime was closed.
            ConfigurationError: see `check`.
        """
        running = self._open(camera)
        with self._lock:
            if self._closed or camera.id in self._running or camera.id in self._stopping:
                raise Conflict(f"camera {camera.id}: {'the runtime is closed' if self._closed else 'runs already'}")
            self._running[camera.id] = running
            running.worker.start()

    def remove(self, camera_id: str) -> None:
        """Stop the camera: returns when what it saw was delivered; a camera that is silent is not waited for.

        Raises:
            NotFound: no such camera is here.
        """
        with self._lock:
            worker = self._find(camera_id).worker
            del self._running[camera_id]
            self._stopping.add(camera_id)
        try:
            worker.stop(_STOP_S)
        finally:
            with self._lock:
                self._stopping.discard(camera_id)

    def change(self, camera: Camera) -> None:
        """Go on with the camera as it is now: what the old one saw is delivered, then it begins anew.

        Raises:
            Conflict: the runtime was closed, or the camera is being stopped by somebody else.
            ConfigurationError: see `check`; the camera then runs on as it was.
        """
        self.check(camera)
        with suppress(NotFound):
            self.remove(camera.id)
        self.add(camera)

    def cameras(self) -> dict[str, Camera]:
        """Those that are here, as they were added."""
        with self._lock:
            return {camera_id: running.camera for camera_id, running in self._running.items()}

    def states(self) -> dict[str, CameraStatus]:
        """How each camera is doing; one that ended by itself is `stopped` until it is removed."""
        with self._lock:
            return {camera_id: running.worker.status for camera_id, running in self._running.items()}

    def beats(self) -> dict[str, LaneBeat]:
        """A sign of life of each lane's networks."""
        return self._turns.beats()

    def trusts(self, camera_id: str) -> bool | None:
        """Whether the newest frame of a street camera shows what lies before it; None of all others."""
        with self._lock:
            running = self._running.get(camera_id)
        return running.stage.trusted if running and isinstance(running.stage, SightingStage) else None

    def current_track(self, camera_id: str, since: datetime | None = None) -> list[FaceObservation]:
        """The best frames of who stands nearest to the camera now, in the order of time; empty when nobody does.

        Args:
            camera_id: whose.
            since: for a challenge, when it was given: earlier frames are left out, turns of the head are added.

        Raises:
            NotFound: no such camera is here.
        """
        with self._lock:
            stage = self._find(camera_id).stage
        return stage.current_track(since) if isinstance(stage, FaceStage) else []

    def retry(self, camera_id: str, visit: str) -> bool:
        """The decision on a visit was unknown: gather new frames for another one; False when that is over.

        Args:
            camera_id: whose; it may have been removed meanwhile.
            visit: as in `FaceTrackReady`.
        """
        with self._lock:
            running = self._running.get(camera_id)
        return running is not None and isinstance(running.stage, FaceStage) and running.stage.retry(visit)

    def wait(self, camera_id: str, timeout_s: float | None = None) -> bool:
        """Whether the camera's source has ended and all it showed was delivered, after waiting for it.

        Raises:
            NotFound: no such camera is here.
        """
        with self._lock:
            worker = self._find(camera_id).worker
        return worker.wait(timeout_s)

    def close(self) -> None:
        """Stop all cameras, side by side; visits already made are delivered first."""
        with self._lock:
            self._closed = True
            workers = [running.worker for running in self._running.values()]
            self._running.clear()
        for worker in workers:
            worker.request_stop()
        for worker in workers:
            worker.stop(_STOP_S)

    def _open(self, camera: Camera) -> _Running:
        """The camera's worker, not yet started, and the stage it feeds."""
        stage, deliver = self._lanes.open(camera)
        read = camera if camera.street is None else replace(camera, fps=camera.fps or USUAL_FPS)
        source = open_source(read, self._clock, self._reading)
        # Seeded by nothing: after a power cut a street's cameras must not all be asked in the same moment.
        backoff = Backoff(Random())  # noqa: S311 - no secret
        analysis = Analysis(
            self._turns, camera.lane, self._reading.max_age_s, self._clock, lambda: self._holds(camera.id)
        )
        worker: CameraWorker[Any] = CameraWorker(camera.id, source, stage, deliver, backoff, self._on_state, analysis)
        return _Running(camera, worker, stage)

    def _find(self, camera_id: str) -> _Running:
        if camera_id not in self._running:
            raise NotFound(f"no camera {camera_id} runs here")
        return self._running[camera_id]
