"""The clock of the demo: it shows the time that the parking films show."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sample_videos.parking.story import CHAPTERS, wall_time
from vision.errors import ConfigurationError

_BEFORE = timedelta(minutes=10)


class StoryClock:
    """A wall clock, aware UTC, that runs as fast as every other and jumps where the films leave hours out.

    Ten minutes before the story it stands ready and runs, up to `begin`.

    Args:
        monotonic: seconds.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._made_s = monotonic()
        self._begun_s: float | None = None
        self._begun = threading.Event()

    def __call__(self) -> datetime:
        """The time."""
        if self._begun_s is not None:
            return wall_time(self._monotonic() - self._begun_s).astimezone(UTC)
        waited = timedelta(seconds=self._monotonic() - self._made_s)
        # Never later than the story's beginning: a clock must not go back.
        return (CHAPTERS[0].begins_at - max(_BEFORE - waited, timedelta(0))).astimezone(UTC)

    def begin(self) -> None:
        """The films begin now; a second time changes nothing."""
        if self._begun_s is None:
            self._begun_s = self._monotonic()
            self._begun.set()

    def wait_for(self, film_s: float, patience_s: float) -> None:
        """Return at this second of the films.

        Raises:
            ConfigurationError: they did not begin within `patience_s`.
        """
        if not self._begun.wait(patience_s) or self._begun_s is None:
            raise ConfigurationError(f"the parking films did not begin within {patience_s:.0f} s")
        time.sleep(max(0.0, self._begun_s + film_s - self._monotonic()))
