"""How a camera is doing."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

ANALYSIS_FAILED = "analysis_failed"
DELIVERY_FAILED = "delivery_failed"
NOT_OURS = "not_ours"
CameraState = Literal["starting", "running", "lost", "stopped"]


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """A moment's view of one camera.

    Attributes:
        state: `lost` while it is waited for; `stopped` after its end, or when it was removed.
        frames_read: that came from the source.
        frames_analysed: that passed the stage.
        frames_dropped: that a newer one replaced before the stage was free.
        frames_stale: that were too old when the stage was free.
        frames_still: that were decoded and not looked at, for nothing moved; they are not in `frames_read`.
        failures: analyses and deliveries that broke, see the log.
        reconnects: how often it came back.
        last_error: a word, such as `timed_out` or `analysis_failed`; None while all is well.
        last_frame_at: when the newest frame was captured.
    """

    camera_id: str
    state: CameraState = "starting"
    frames_read: int = 0
    frames_analysed: int = 0
    frames_dropped: int = 0
    frames_stale: int = 0
    frames_still: int = 0
    failures: int = 0
    reconnects: int = 0
    last_error: str | None = None
    last_frame_at: datetime | None = None

    @property
    def healthy(self) -> bool:
        """Whether frames come and everything works on them."""
        return self.state == "running" and self.last_error is None


OnState = Callable[[CameraStatus], None]


class StatusBoard:
    """The status of one camera, written by its threads and read by all.

    Args:
        camera_id: whose.
        on_state: told of every change of `state`, in the thread that made it.
    """

    def __init__(self, camera_id: str, on_state: OnState) -> None:
        self._lock = threading.Lock()
        self._status = CameraStatus(camera_id)
        self._on_state = on_state

    @property
    def status(self) -> CameraStatus:
        """As it is now."""
        return self._status

    def frame(self, captured_at: datetime, *, dropped: bool, still: int = 0) -> None:
        """A frame came; with it a camera that was starting or lost runs.

        Args:
            captured_at: when it was captured.
            dropped: whether another one was dropped for it.
            still: how many were not looked at so far, for nothing moved.
        """

        def change(before: CameraStatus) -> CameraStatus:
            return replace(
                before,
                state="running",
                frames_read=before.frames_read + 1,
                frames_dropped=before.frames_dropped + dropped,
                frames_still=still,
                reconnects=before.reconnects + (before.state == "lost"),
                last_error=None if before.state == "lost" else before.last_error,
                last_frame_at=captured_at,
            )

        self._change(change)

    def analysed(self) -> None:
        """A frame passed the stage."""
        self._change(
            lambda before: replace(_healed(before, ANALYSIS_FAILED), frames_analysed=before.frames_analysed + 1)
        )

    def stale(self) -> None:
        """A frame was too old to be analysed."""
        self._change(lambda before: replace(before, frames_stale=before.frames_stale + 1))

    def delivered(self) -> None:
        """A result was taken."""
        self._change(lambda before: _healed(before, DELIVERY_FAILED))

    def failed(self, word: str) -> None:
        """An analysis or a delivery broke."""
        self._change(lambda before: replace(before, failures=before.failures + 1, last_error=word))

    def lost(self, word: str) -> None:
        """No frames come any more."""
        self._change(lambda before: replace(before, state="lost", last_error=word))

    def stopped(self) -> None:
        """All was delivered, and nothing changes any more; the last error stays to be read."""
        self._change(lambda before: replace(before, state="stopped"))

    def _change(self, change: Callable[[CameraStatus], CameraStatus]) -> None:
        with self._lock:
            before = self._status
            # A reader that was left to itself may still tell something of a camera that is another's by now.
            after = self._status = before if before.state == "stopped" else change(before)
        if after.state != before.state:
            self._on_state(after)


def _healed(status: CameraStatus, word: str) -> CameraStatus:
    return replace(status, last_error=None) if status.last_error == word else status
