"""Who runs cameras: this process, or others."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.ingest.lanes import LANES
from pipelines.ingest.status import CameraStatus
from pipelines.records.gate_values import Camera
from vision.types import FaceObservation


class Runtime(Protocol):
    """Runs cameras; `pipelines.ingest.runtime.CameraRuntime` does."""

    def check(self, camera: Camera) -> None:
        """Refuse a camera that cannot run here."""
        ...

    def add(self, camera: Camera) -> None:
        """Begin to read it."""
        ...

    def remove(self, camera_id: str) -> None:
        """Stop it."""
        ...

    def change(self, camera: Camera) -> None:
        """Go on with it as it is now."""
        ...

    def states(self) -> dict[str, CameraStatus]:
        """How each is doing."""
        ...

    def trusts(self, camera_id: str) -> bool | None:
        """Whether a street camera's newest frame shows what lies before it; None of all others."""
        ...

    def current_track(self, camera_id: str, since: datetime | None = None) -> list[FaceObservation]:
        """Who stands before it now."""
        ...

    def retry(self, camera_id: str, visit: str) -> bool:
        """Gather new frames for another decision."""
        ...

    def close(self) -> None:
        """Stop all."""
        ...


class Elsewhere(Protocol):
    """The cameras that other processes run; `pipelines.shards.board.WorkerBoard` knows them."""

    def statuses(self) -> dict[str, CameraStatus]:
        """How each is doing, as its worker said last."""
        ...

    def trusts(self, camera_id: str) -> bool | None:
        """See `Runtime.trusts`."""
        ...


@dataclass(frozen=True, slots=True)
class Duty:
    """Which cameras a process runs.

    Attributes:
        lanes: whose cameras it runs; those of others only show here.
        elsewhere: who runs those; None: nobody.
    """

    lanes: Collection[str] = LANES
    elsewhere: Elsewhere | None = None
