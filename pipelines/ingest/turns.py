"""Whose frame is analysed next: the networks are shared by all cameras of a process, and each one gets its turn."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LaneBeat:
    """A sign of life of one lane's networks.

    Attributes:
        finished: analyses so far.
        busy_s: how long the longest of those under way has taken; 0 while nothing is under way.
    """

    finished: int = 0
    busy_s: float = 0.0


class Turns:
    """So many analyses at once, the cameras one after the other in the order in which they asked.

    Each camera asks for one turn at a time, so that nobody is served twice while another waits: the shares are equal
    however much each of them offers. Frames of several cameras are not put into one batch: see README's decisions.

    Args:
        slots: analyses at once; more than there are cores only makes each one slower.
        monotonic: seconds.
    """

    def __init__(self, slots: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._free = slots
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._finished: Counter[str] = Counter()
        self._running: dict[object, tuple[str, float]] = {}

    @contextmanager
    def turn(self, lane: str) -> Iterator[None]:
        """Wait for a turn, and hold it during the block."""
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._free > 0 and self._waiting[0] is ticket)
            self._waiting.popleft()
            self._free -= 1
            self._running[ticket] = (lane, self._monotonic())
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                del self._running[ticket]
                self._finished[lane] += 1
                self._changed.notify_all()

    def beats(self) -> dict[str, LaneBeat]:
        """The lanes that were ever at work, and how they are doing."""
        now_s = self._monotonic()
        with self._changed:
            busy_s: dict[str, float] = dict.fromkeys(self._finished, 0.0)
            for lane, since_s in self._running.values():
                busy_s[lane] = max(busy_s.get(lane, 0.0), now_s - since_s)
            return {lane: LaneBeat(self._finished[lane], longest_s) for lane, longest_s in busy_s.items()}
