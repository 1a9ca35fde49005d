"""When the frames of a stream were captured, and which of them are due."""

from collections.abc import Callable
from datetime import datetime, timedelta

MAX_SKEW = timedelta(seconds=5)
"""How far a live stream's own time may lie from the clock: beyond it the camera was set, restarted or has drifted."""
_STEP = timedelta(milliseconds=1)


class Timeline:
    """Turns a stream's media time into aware UTC times, each later than the one before.

    But where the clock was set back by more than MAX_SKEW, a live stream's times go back with it: else they would all
    but stand still until the clock is there again, and nobody would stand anywhere for any time.

    The first frame is captured when it comes; all others by their distance to it in media time. A live stream is
    anchored anew when its time jumps back or leaves the clock by more than MAX_SKEW.

    Args:
        clock: the wall clock, aware UTC.
        live: whether frames come in real time; a file may run ahead of the clock.
    """

    def __init__(self, clock: Callable[[], datetime], *, live: bool) -> None:
        self._clock = clock
        self._live = live
        self._zero: datetime | None = None
        self._last: datetime | None = None

    def restart(self) -> None:
        """The media begins anew: anchor the next frame to the clock."""
        self._zero = None

    def at(self, media_s: float | None, zero: datetime | None = None) -> datetime:
        """When the frame was captured.

        Args:
            media_s: the frame's media time in seconds; None: the stream has none, the frame's arrival counts.
            zero: what the camera says about when media time 0 was; believed if it is near the clock.
        """
        now = self._clock()
        captured_at = now if media_s is None else self._of_media(timedelta(seconds=media_s), zero, now)
        if self._last is not None and not (self._live and self._last - now > MAX_SKEW):
            captured_at = max(captured_at, self._last + _STEP)
        self._last = captured_at
        return captured_at

    def _of_media(self, media: timedelta, zero: datetime | None, now: datetime) -> datetime:
        if zero is not None and abs(zero + media - now) <= MAX_SKEW:
            self._zero = zero
        if self._zero is None or (self._live and self._jumped(self._zero + media, now)):
            self._zero = now - media
        return self._zero + media

    def _jumped(self, captured_at: datetime, now: datetime) -> bool:
        return abs(captured_at - now) > MAX_SKEW or (self._last is not None and captured_at < self._last)


class Thinning:
    """Picks frames so that no more than `fps` a second remain.

    Args:
        fps: None: all remain.
    """

    def __init__(self, fps: float | None) -> None:
        self._interval = timedelta(seconds=1 / fps) if fps else timedelta(0)
        self._due: datetime | None = None

    def keeps(self, captured_at: datetime) -> bool:
        """Whether the frame captured then remains; call it once for each frame, in order."""
        if self._due is not None and captured_at < self._due:
            return False
        # Counted from when it was due, so that 10 of 25 frames a second are 10 and not 8; after a gap from now.
        follows = (self._due or captured_at) + self._interval
        self._due = follows if follows > captured_at else captured_at + self._interval
        return True
