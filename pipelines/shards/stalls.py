"""Which cameras hang: their threads are in a call that does not come back, and only a new process helps."""

import time
from collections.abc import Callable, Mapping
from typing import Literal

from pipelines.ingest.status import CameraStatus
from pipelines.ingest.turns import LaneBeat

STALL_S = 60.0
"""Far longer than any read time-out or analysis."""
Hang = Literal["reading", "analysis"]


class StallWatch:
    """Compares the counters of cameras from look to look; a camera that is lost, and says so, does not hang.

    Args:
        stall_s: so long a counter may stand still.
        monotonic: seconds.
    """

    def __init__(self, stall_s: float = STALL_S, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._stall_s = stall_s
        self._monotonic = monotonic
        self._since: dict[tuple[str, Hang], tuple[int, float]] = {}

    def look(self, states: Mapping[str, CameraStatus]) -> dict[str, Hang]:
        """Those that hang now."""
        now_s = self._monotonic()
        before, self._since = self._since, {}
        hanging: dict[str, Hang] = {}
        for camera_id, status in states.items():
            if status.state != "running":
                continue
            waiting = status.frames_read > _looked_at(status)
            counters: dict[Hang, int] = {"reading": status.frames_read + status.frames_still}
            if waiting:
                counters["analysis"] = _looked_at(status)
            for hang, count in counters.items():
                last, since_s = before.get((camera_id, hang), (count, now_s))
                since_s = since_s if last == count else now_s
                self._since[camera_id, hang] = (count, since_s)
                if now_s - since_s >= self._stall_s:
                    hanging[camera_id] = hang
        return hanging

    def stuck_lanes(self, beats: Mapping[str, LaneBeat]) -> tuple[str, ...]:
        """The lanes of which one analysis takes too long."""
        return tuple(lane for lane, beat in sorted(beats.items()) if beat.busy_s >= self._stall_s)


def _looked_at(status: CameraStatus) -> int:
    """Frames that an analyst took; those that a newer one replaced were never taken."""
    return status.frames_analysed + status.frames_stale + status.frames_dropped
