"""The cameras of this installation at work: whom they see goes to their gates, what becomes of them to the events."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from pipelines.bus.outbox import Outbox
from pipelines.bus.sink import DATABASE_AWAY
from pipelines.cameras import check_camera_url, join_cameras
from pipelines.events import Event, event_id
from pipelines.ingest.status import CameraStatus
from pipelines.records.gate_values import Camera
from pipelines.records.paging import every
from pipelines.records.store import Store
from pipelines.records.values import ApiKey, Page
from pipelines.services.camera_duty import Duty, Runtime
from pipelines.services.gates import GateService
from pipelines.stages.face import FaceTrackReady
from pipelines.street.drawing import Drawing
from vision.errors import Conflict, NotFound
from vision.types import FaceObservation

logger = logging.getLogger(__name__)


class CameraService:
    """Cameras of the database, which come and go, and those of the camera file, which stay.

    Args:
        store: cameras and events.
        gates: decide on who is seen; a gate that verifies, or asks for a challenge, is asked over the API instead.
        clock: the time, aware UTC.
        configured: of the camera file.
        run: makes the runtime that reports to this service.
        duty: which of them run in this process; None: all.
        outbox: takes what is told of cameras; None: the store does.
    """

    def __init__(
        self,
        store: Store,
        gates: GateService,
        clock: Callable[[], datetime],
        configured: Sequence[Camera],
        run: Callable[["CameraService"], Runtime],
        duty: Duty | None = None,
        outbox: Outbox | None = None,
    ) -> None:
        self._store = store
        self._gates = gates
        self._clock = clock
        self._configured = {camera.id: camera for camera in configured}
        self._outbox = outbox
        self._purposes: dict[str, tuple[Camera, str | None]] = {}
        self._duty = duty or Duty()
        self._runtime = run(self)
        # Two changes of one camera at once must not leave it running as neither says.
        self._changing = threading.Lock()

    def start(self) -> None:
        """Begin to read all cameras that run in this process.

        Raises:
            ConfigurationError: one id in the camera file and in the database, an address that is none, or a lane
                without networks here.
        """
        for camera in self.listed():
            self._runtime.add(camera)

    def listed(self) -> list[Camera]:
        """The cameras of the lanes that are this process's duty, as file and database say now.

        Raises:
            ConfigurationError: one id in both.
        """
        everybody = join_cameras(self._configured.values(), every(self._store.cameras.list))
        return [camera for camera in everybody if camera.lane in self._duty.lanes]

    def add(self, camera: Camera, *, actor: str) -> Camera:
        """Keep a new camera and begin to read it; whether it can be reached shows in its status.

        Raises:
            ConfigurationError: an address that is none (the message does not quote it), or a lane without networks.
            Conflict: there is a camera with this id.
            NotFound: no such gate or parking lane.
        """
        check_camera_url(camera.id, camera.url)
        self._runtime.check(camera)
        if camera.id in self._configured:
            raise Conflict(f"camera {camera.id}: is in the camera file")
        made = self._store.cameras.create(camera, actor=actor)
        if made.lane in self._duty.lanes:
            self._runtime.add(made)
        return made

    def change(self, camera: Camera, *, actor: str) -> Camera:
        """Go on with the camera as it is now; the others do not notice.

        Raises:
            ConfigurationError: an address that is none, or that may not be opened; the camera stays as it was.
            Conflict: it is in the camera file.
            NotFound: no such camera, gate or parking lane.
        """
        check_camera_url(camera.id, camera.url)
        self._runtime.check(camera)
        if camera.id in self._configured:
            raise Conflict(f"camera {camera.id}: is in the camera file, change it there")
        with self._changing:
            made = self._store.cameras.change(camera, actor=actor)
            if made.lane in self._duty.lanes:
                self._runtime.change(made)
        return made

    def remove(self, camera_id: str, *, actor: str) -> None:
        """Stop and forget a camera; what it saw is delivered first.

        Raises:
            NotFound: no such camera.
            Conflict: it is in the camera file.
        """
        if camera_id in self._configured:
            raise Conflict(f"camera {camera_id}: is in the camera file, take it out there")
        with self._changing:
            self._store.cameras.get(camera_id)
            self._stop(camera_id)
            self._store.cameras.delete(camera_id, actor=actor)

    def redraw(self, camera_id: str, drawing: Drawing, *, actor: str) -> Camera:
        """Give a street camera other zones and lines; it takes them at once, and what it saw before is delivered first.

        The camera begins anew: it learns its street again, and what stands there now is part of it. The same drawing
        once more changes nothing.

        Raises:
            NotFound: no such camera.
            Conflict: it is in the camera file.
            BadInput: it watches no street.
        """
        if camera_id in self._configured:
            raise Conflict(f"camera {camera_id}: is in the camera file, draw its zones there")
        with self._changing:
            before = self._store.cameras.get(camera_id)
            if before.street is not None and (before.street.zones, before.street.lines) == (
                drawing.zones,
                drawing.lines,
            ):
                return before
            after = self._store.cameras.redraw(camera_id, drawing, actor=actor)
            if after.lane in self._duty.lanes:
                self._stop(camera_id)
                self._runtime.add(after)
        return after

    def get(self, camera_id: str, viewer: ApiKey | None = None) -> Camera:
        """One camera.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        camera = self._configured.get(camera_id)
        if camera is None:
            return self._store.cameras.get(camera_id, viewer)
        if not self._visible(camera, viewer):
            raise NotFound(f"no camera {camera_id}")
        return camera

    def list(self, cursor: str | None = None, limit: int = 100, viewer: ApiKey | None = None) -> Page[Camera]:
        """The cameras; those of the camera file come with the first part, beyond its limit."""
        page = self._store.cameras.list(cursor, limit, viewer)
        if cursor is not None:
            return page
        configured = tuple(camera for camera in self._configured.values() if self._visible(camera, viewer))
        return Page((*configured, *page.items), page.next)

    def status(self, camera_id: str) -> CameraStatus:
        """How the camera is doing."""
        here = self._runtime.states().get(camera_id)
        return here or self._elsewhere().get(camera_id) or CameraStatus(camera_id, state="stopped")

    def sees(self, camera_id: str) -> bool | None:
        """Whether frames of the camera come, are analysed and show its scene now; None of one that nobody runs."""
        status = self._runtime.states().get(camera_id)
        if status is not None:
            return status.healthy and self._runtime.trusts(camera_id) is not False
        told, elsewhere = self._elsewhere().get(camera_id), self._duty.elsewhere
        return None if told is None or elsewhere is None else told.healthy and elsewhere.trusts(camera_id) is not False

    def statuses(self) -> tuple[CameraStatus, ...]:
        """How every camera is doing."""
        return tuple((self._elsewhere() | self._runtime.states()).values())

    def current_track(self, camera_id: str, since: datetime | None = None) -> Sequence[FaceObservation]:
        """The best frames of who stands nearest now; empty when nobody does.

        Args:
            camera_id: whose.
            since: when the challenge was given that is being answered; None: there is none.

        Raises:
            NotFound: no such camera.
        """
        return self._runtime.current_track(camera_id, since)

    def on_track(self, ready: FaceTrackReady) -> None:
        """Have the camera's gate decide, and try anew while the answer is unknown."""
        gate_id = self.get(ready.camera_id).gate_id
        gate = None if gate_id is None else self._store.gates.get(gate_id)
        if gate is None or gate.mode != "identify" or gate.liveness == "challenge":
            return
        decision = self._gates.identify(
            gate.id, ready.observations, None, ready.camera_id, ready.visit, ready.captured_at
        )
        if decision.decision == "unknown" and not gate.shadow:
            self._runtime.retry(ready.camera_id, ready.visit)

    def on_state(self, status: CameraStatus) -> None:
        """Tell of a camera that began, was lost, came back or ended; not of one that was deleted meanwhile."""
        now = self._clock()
        try:
            camera, purpose = self._last_known(status.camera_id)
        except NotFound:
            # Whose business it was is gone with it, and without that nobody may be told.
            logger.info("camera %s: %s, and deleted", status.camera_id, status.state)
            return
        event = Event(
            event_id=event_id(status.camera_id, f"{status.state}/{now.isoformat()}", "camera.state"),
            kind="camera.state",
            occurred_at=now,
            purpose=purpose,
            camera_id=status.camera_id,
            state=status.state,
            reason=status.last_error,
        )
        if self._outbox is None:
            self._store.events.append(event)
        elif camera.street is None:
            self._outbox.tell(event)
        else:
            self._outbox.tell_of_street(event)

    def close(self) -> None:
        """Stop all cameras; what they saw is delivered first."""
        self._runtime.close()

    def _stop(self, camera_id: str) -> None:
        with suppress(NotFound):  # it does not run, for this service is being closed or was never started
            self._runtime.remove(camera_id)

    def _last_known(self, camera_id: str) -> tuple[Camera, str | None]:
        """The camera and whose business it is; while the database is away, as it was before."""
        try:
            camera = self.get(camera_id)
            self._purposes[camera_id] = camera, self._purpose(camera)
        except DATABASE_AWAY:
            if camera_id not in self._purposes:
                raise
        return self._purposes[camera_id]

    def _elsewhere(self) -> dict[str, CameraStatus]:
        return {} if self._duty.elsewhere is None else self._duty.elsewhere.statuses()

    def _purpose(self, camera: Camera) -> str | None:
        """Whose business the camera is: that of its gate's gallery or of its parking lot, or everybody's."""
        if camera.lane_id is not None:
            return self._store.parking.lots.get(camera.lane_id.partition("/")[0]).purpose
        if camera.gate_id is None:
            return None
        return self._store.galleries.get(self._store.gates.get(camera.gate_id).gallery_id).purpose

    def _visible(self, camera: Camera, viewer: ApiKey | None) -> bool:
        purpose = self._purpose(camera)
        return viewer is None or purpose is None or viewer.sees_every_purpose or purpose in viewer.purposes
