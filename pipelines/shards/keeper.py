"""Keeps one worker's share of the cameras running: takes what is its own, gives back what is not, and is heard of.

Two threads, for what one of them waits for must not stop the other:
    the beat renews the leases and sends the heartbeat; it asks nobody but the membership.
    the plan reads the list of cameras from the store, and has cameras begin, change and stop.
Stopping a camera takes as long as its last delivery: that is done beside them, and its lease is kept meanwhile.

When the membership cannot be reached the leases run out, and until it can be reached again nothing is analysed
(`LEASE_LOST`): another worker may have the cameras, and an event told twice is worse than one told later. When the
store cannot be read the cameras of the last list run on (`STORE_SILENT`).
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

from pipelines.ingest.status import CameraStatus
from pipelines.ingest.turns import LaneBeat
from pipelines.records.gate_values import Camera
from pipelines.shards.leases import Leases
from pipelines.shards.membership import BEAT_S, Membership
from pipelines.shards.rendezvous import owner
from pipelines.shards.reports import LEASE_LOST, STORE_SILENT, MemberReport
from pipelines.shards.stalls import StallWatch
from vision.errors import ConfigurationError, Conflict, NotFound

logger = logging.getLogger(__name__)

_STOPPERS = 8


class Cameras(Protocol):
    """Runs cameras; `pipelines.ingest.runtime.CameraRuntime` does."""

    def add(self, camera: Camera) -> None:
        """Begin."""
        ...

    def remove(self, camera_id: str) -> None:
        """Stop, and return when what it saw was delivered."""
        ...

    def cameras(self) -> dict[str, Camera]:
        """Those that run, as they were added."""
        ...

    def states(self) -> dict[str, CameraStatus]:
        """How they are doing."""
        ...

    def beats(self) -> dict[str, LaneBeat]:
        """How the networks are doing."""
        ...

    def trusts(self, camera_id: str) -> bool | None:
        """Whether a street camera can be trusted."""
        ...


class Keeper:
    """Runs a worker's share.

    Args:
        identity: the report without what changes: name, process, when it was started.
        membership: who else is there.
        leases: of this member; the runtime asks it before it analyses or delivers.
        runtime: runs the cameras.
        listed: the cameras of all workers, from the store.
        stalls: which cameras hang.
    """

    def __init__(
        self,
        identity: MemberReport,
        membership: Membership,
        leases: Leases,
        runtime: Cameras,
        listed: Callable[[], Iterable[Camera]],
        stalls: StallWatch,
    ) -> None:
        self._identity = identity
        self._membership = membership
        self._leases = leases
        self._runtime = runtime
        self._listed = listed
        self._stalls = stalls
        self._ending = threading.Event()
        self._faults = {LEASE_LOST: False, STORE_SILENT: False}
        self._parting: set[str] = set()
        self._refused: dict[str, Camera] = {}
        self._lock = threading.Lock()
        self._stoppers = ThreadPoolExecutor(_STOPPERS, thread_name_prefix="stopper")
        self._threads = [
            threading.Thread(target=partial(self._repeat, call), name=f"keeper-{call.__name__}", daemon=True)
            for call in (self.beat, self.plan)
        ]

    def start(self) -> None:
        """Be heard of, then take cameras."""
        for thread in self._threads:
            thread.start()

    def beat(self) -> None:
        """Renew the leases of what runs, and be heard of."""
        self._guarded(LEASE_LOST, self._renew)

    def plan(self) -> None:
        """Have cameras begin, change and stop, so that those run that are this member's."""
        listed: dict[str, Camera] = {}
        if self._guarded(STORE_SILENT, lambda: listed.update((one.id, one) for one in self._listed())):
            self._guarded(LEASE_LOST, partial(self._plan, listed))

    def report(self) -> MemberReport:
        """What this member says of itself now."""
        states, beats = self._runtime.states(), self._runtime.beats()
        trusts = {camera_id: self._runtime.trusts(camera_id) for camera_id in states}
        faults = [word for word, wrong in sorted(self._faults.items()) if wrong]
        faults += [f"refused:{camera_id}" for camera_id in sorted(self._refused)]
        faults += [f"stuck_lane:{lane}" for lane in self._stalls.stuck_lanes(beats)]
        return self._identity.model_copy(
            update={
                "state": "stopping" if self._ending.is_set() else "running",
                "cameras": tuple(states.values()),
                "trusts": {camera_id: word for camera_id, word in trusts.items() if word is not None},
                "stalled": self._stalls.look(states),
                "lanes": beats,
                "faults": tuple(faults),
            }
        )

    def close(self, stop_cameras: Callable[[], None]) -> None:
        """Stop in order: take nothing new, stop the cameras, give their leases back, and be gone.

        Args:
            stop_cameras: returns when what they saw was delivered; the leases are renewed meanwhile.
        """
        self._ending.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        held = set(self._runtime.cameras()) | self._parting
        renewing = threading.Event()
        renewer = threading.Thread(target=self._renew_until, args=(renewing, held), name="keeper-parting", daemon=True)
        renewer.start()
        stop_cameras()
        self._stoppers.shutdown()
        renewing.set()
        renewer.join()
        self._guarded(LEASE_LOST, partial(self._part, held))

    def _renew(self) -> None:
        held = set(self._runtime.cameras()) | self._parting
        mine = self._leases.renew(held, self._claim)
        self._membership.beat(self.report())
        for camera_id in held - mine:
            self._part_with(camera_id)

    def _plan(self, listed: Mapping[str, Camera]) -> None:
        alive = {one.name for one in self._membership.reports() if one.kind == "worker" and one.state == "running"}
        members = alive | {self._identity.name}
        wanted = {one: camera for one, camera in listed.items() if owner(one, members) == self._identity.name}
        running = self._runtime.cameras()
        for camera_id, camera in running.items():
            if wanted.get(camera_id) != camera:
                self._part_with(camera_id)
        self._refused = {one: camera for one, camera in self._refused.items() if wanted.get(one) == camera}
        busy = {*running, *self._parting, *self._refused}
        new = [camera for camera_id, camera in wanted.items() if camera_id not in busy]
        mine = self._leases.renew([camera.id for camera in new], self._claim)
        for camera in new:
            if camera.id in mine and not self._ending.is_set():
                self._begin(camera)

    def _begin(self, camera: Camera) -> None:
        try:
            self._runtime.add(camera)
        except Conflict:
            logger.info("camera %s: not free yet", camera.id)
        except ConfigurationError as error:
            # Not tried again before it was changed; the others must not suffer from it.
            logger.error("camera %s: %s", camera.id, error)  # noqa: TRY400
            self._refused = self._refused | {camera.id: camera}

    def _part_with(self, camera_id: str) -> None:
        """Stop the camera beside everything else, then give its lease back; a changed one begins at the next plan."""
        with self._lock:
            if camera_id in self._parting:
                return
            self._parting.add(camera_id)
        self._stoppers.submit(self._stop, camera_id)

    def _stop(self, camera_id: str) -> None:
        try:
            self._runtime.remove(camera_id)
        except NotFound:
            logger.info("camera %s: gone already", camera_id)
        finally:
            self._leases.drop(camera_id)
            self._guarded(LEASE_LOST, partial(self._membership.release, [camera_id], self._identity.member_id))
            with self._lock:
                self._parting.discard(camera_id)

    def _claim(self, camera_ids: Collection[str]) -> set[str]:
        return self._membership.claim(camera_ids, self._identity.member_id)

    def _part(self, held: set[str]) -> None:
        self._membership.release(held, self._identity.member_id)
        self._membership.leave(self._identity.name)

    def _renew_until(self, done: threading.Event, held: set[str]) -> None:
        while not done.is_set():
            self._guarded(LEASE_LOST, lambda: self._leases.renew(held, self._claim))
            self._guarded(LEASE_LOST, lambda: self._membership.beat(self.report()))
            done.wait(BEAT_S)

    def _repeat(self, call: Callable[[], None]) -> None:
        while not self._ending.is_set():
            call()
            self._ending.wait(BEAT_S)

    def _guarded(self, word: str, call: Callable[[], object]) -> bool:
        """Whether it went well; a failure is logged once, and told in the report until it goes well again."""
        try:
            call()
        except Exception as error:  # noqa: BLE001 - the others, and the next time, must not suffer from it
            if not self._faults[word]:
                logger.error("%s: %s: %s", self._identity.name, word, type(error).__name__)  # noqa: TRY400
            self._faults[word] = True
            return False
        self._faults[word] = False
        return True
