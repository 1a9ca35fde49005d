"""Which cameras hang: their threads are in a call that does not come back, and only a new process helps."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pipelines.ingest.status import CameraStatus
from pipelines.ingest.turns import LaneBeat

STALL_S = 60.0
"""Far longer than any read time-out or analysis."""
Hang = Literal["reading", "analysis"]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A counter as it was when it last changed, with the frames that had come then."""

    count: int
    since_s: float
    frames_read: int


class StallWatch:
    """Compares the counters of cameras from look to look; a camera that is lost, and says so, does not hang.

    One that neither began nor was lost does: a source says so in time.

    Args:
        stall_s: so long a counter may stand still.
        monotonic: seconds.
    """

    def __init__(self, stall_s: float = STALL_S, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._stall_s = stall_s
        self._monotonic = monotonic
        self._marks: dict[tuple[str, Hang], _Mark] = {}

    def look(self, states: Mapping[str, CameraStatus]) -> dict[str, Hang]:
        """Those that hang now."""
        now_s = self._monotonic()
        marks: dict[tuple[str, Hang], _Mark] = {}
        hanging: dict[str, Hang] = {}
        for camera_id, status in states.items():
            if status.state not in ("starting", "running"):
                continue
            for hang, count in _counters(status).items():
                mark = self._marks.get((camera_id, hang))
                if mark is None or mark.count != count:
                    mark = _Mark(count, now_s, status.frames_read)
                marks[camera_id, hang] = mark
                # One frame may wait for its turn; where more came and none was taken, the analyst hangs.
                idle = hang == "analysis" and status.frames_read <= mark.frames_read + 1
                if now_s - mark.since_s >= self._stall_s and not idle:
                    hanging[camera_id] = hang
        self._marks = marks
        return hanging

    def stuck_lanes(self, beats: Mapping[str, LaneBeat]) -> tuple[str, ...]:
        """The lanes of which one analysis takes too long."""
        return tuple(lane for lane, beat in sorted(beats.items()) if beat.busy_s >= self._stall_s)


def _counters(status: CameraStatus) -> dict[Hang, int]:
    """What grows while all is well; frames that a newer one replaced were taken by nobody."""
    return {
        "reading": status.frames_read + status.frames_still,
        "analysis": status.frames_analysed + status.frames_stale + status.failures,
    }
