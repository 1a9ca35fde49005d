"""Reports and a runtime for tests of the fleet."""

import threading
from dataclasses import dataclass, field

from pipelines.ingest.status import CameraStatus
from pipelines.ingest.turns import LaneBeat
from pipelines.records.gate_values import Camera
from pipelines.shards.reports import MemberReport
from tests.fakes import NOW
from vision.errors import ConfigurationError, Conflict, NotFound


class Seconds:
    """A monotonic clock that moves when it is told to."""

    def __init__(self, now_s: float = 1000.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


def report(name: str, **changes: object) -> MemberReport:
    """A heartbeat."""
    return MemberReport(name=name, member_id=f"{name}-id", started_at=NOW, pid=1).model_copy(update=changes)


def camera(camera_id: str, fps: float = 5.0) -> Camera:
    """A plate camera."""
    return Camera(camera_id, "rtsp://10.0.0.7/a", "plate", NOW, fps=fps)


@dataclass
class FakeCameras:
    """Runs cameras by remembering them.

    Attributes:
        refused: ids that cannot run here.
        slow: set to let stopping cameras stop; None: they stop at once.
    """

    running: dict[str, Camera] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    refused: frozenset[str] = frozenset()
    slow: threading.Event | None = None

    def add(self, one: Camera) -> None:
        self.told.append(f"add {one.id}")
        if one.id in self.refused:
            raise ConfigurationError("no networks")
        if one.id in self.running:
            raise Conflict(one.id)
        self.running[one.id] = one

    def remove(self, camera_id: str) -> None:
        if camera_id not in self.running:
            raise NotFound(camera_id)
        if self.slow is not None:
            assert self.slow.wait(20)
        self.told.append(f"remove {camera_id}")
        del self.running[camera_id]

    def cameras(self) -> dict[str, Camera]:
        return dict(self.running)

    def states(self) -> dict[str, CameraStatus]:
        return {one: CameraStatus(one, state="running") for one in self.running}

    def beats(self) -> dict[str, LaneBeat]:
        return {"plate": LaneBeat(3, 0.0)}

    def trusts(self, camera_id: str) -> bool | None:
        return None

    def close(self) -> None:
        for one in list(self.running):
            self.remove(one)
