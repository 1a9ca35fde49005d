"""Work that is done again and again beside all else, in a thread of its own."""

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Rounds:
    """Calls `work` round after round, from `start` to `close`.

    Args:
        name: of the thread, and in the log.
        work: one round. Whatever it raises, the next round comes; the first failure in a row is logged.
        interval_s: between two rounds.
        join_s: `close` waits so long for the round in progress, and then leaves it behind; None: until it ends.

    Attributes:
        failures: rounds that failed since the last that did not; more than a few is a matter for health checks.
    """

    def __init__(self, name: str, work: Callable[[], object], interval_s: float, join_s: float | None = None) -> None:
        self._name = name
        self._work = work
        self._interval_s = interval_s
        self._join_s = join_s
        self._closing = threading.Event()
        self._awake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.failures = 0

    @property
    def closing(self) -> bool:
        """Whether no round follows; a long one may look, and end early."""
        return self._closing.is_set()

    def start(self) -> None:
        """Begin at once; once."""
        self._thread.start()

    def wake(self) -> None:
        """There is work: the next round comes now."""
        self._awake.set()

    def pause(self, seconds: float) -> bool:
        """Within a round: let others work; whether it is time to end."""
        return self._closing.wait(seconds)

    def close(self) -> None:
        """End after the round in progress; what was never started is closed already."""
        self._closing.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join(self._join_s)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._work()
                self.failures = 0
            except Exception:
                self.failures += 1
                if self.failures == 1:
                    logger.exception("%s failed, and will try again", self._name)
            self._awake.wait(self._interval_s)
            self._awake.clear()
