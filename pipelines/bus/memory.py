"""The bus within one process: a bounded queue with the same promises as Redis Streams, but that it dies with it."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.bus.bus import ALONE_FROM, BusState, Delivery, Letter
from vision.errors import BusAway


@dataclass(slots=True)
class _Entry:
    sender: str
    letter: Letter
    reader: str | None = None
    taken_s: float = 0.0
    tries: int = 0


class MemoryBus:
    """A queue in memory.

    Args:
        capacity: letters at most; beyond it publishing is refused.
        claim_idle_s: so long a reader may be silent about a letter before another gets it.
        clock: monotonic seconds.
    """

    def __init__(
        self, capacity: int = 20_000, claim_idle_s: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._capacity = capacity
        self._claim_idle_s = claim_idle_s
        self._clock = clock
        self._changed = threading.Condition()
        self._numbers = 0
        self._new: deque[str] = deque()
        self._entries: dict[str, _Entry] = {}
        self._told: dict[str, deque[str]] = {}
        self._closed = False

    def publish(self, sender: str, letters: Sequence[Letter]) -> list[str]:
        """As `Bus.publish`."""
        with self._changed:
            if len(self._entries) + len(letters) > self._capacity:
                raise BusAway(f"bus: wanted room for {len(letters)}, holds {len(self._entries)} of {self._capacity}")
            receipts = [str(self._numbers + place) for place in range(1, len(letters) + 1)]
            self._numbers += len(letters)
            self._entries.update({one: _Entry(sender, letter) for one, letter in zip(receipts, letters, strict=True)})
            self._new.extend(receipts)
            self._changed.notify_all()
            return receipts

    def lost(self, sent: Mapping[str, str]) -> set[str]:
        """As `Bus.lost`."""
        with self._changed:
            return set(sent) - set(self._entries)

    def read(self, reader: str, count: int, wait_s: float) -> list[Delivery]:
        """As `Bus.read`."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._new) > 0, wait_s)
            receipts = [self._new.popleft() for _ in range(min(count, len(self._new)))]
            return [self._delivery(reader, receipt) for receipt in receipts]

    def reclaim(self, reader: str, count: int) -> list[Delivery]:
        """As `Bus.reclaim`."""
        with self._changed:
            late = self._clock() - self._claim_idle_s
            stuck = [one for one, entry in self._entries.items() if entry.reader is not None and entry.taken_s <= late]
            usual = [one for one in stuck if self._entries[one].tries + 1 < ALONE_FROM]
            return [self._delivery(reader, receipt) for receipt in usual[:count] or stuck[:1]]

    def keep(self, reader: str, receipts: Sequence[str]) -> None:
        """As `Bus.keep`."""
        with self._changed:
            for receipt in receipts:
                if receipt in self._entries:
                    self._entries[receipt].reader, self._entries[receipt].taken_s = reader, self._clock()

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """As `Bus.settle`."""
        with self._changed:
            for delivery in deliveries:
                if self._entries.pop(delivery.receipt, None) is not None:
                    self._told.setdefault(delivery.sender, deque()).append(delivery.letter.id)

    def settled(self, sender: str, count: int) -> list[str]:
        """As `Bus.settled`."""
        with self._changed:
            told = self._told.get(sender, deque())
            return [told.popleft() for _ in range(min(count, len(told)))]

    def trim(self) -> int:
        """Nothing: what is settled is gone at once."""
        return 0

    def state(self) -> BusState:
        """As `Bus.state`."""
        with self._changed:
            depth, lag = len(self._entries), len(self._new)
            return BusState(depth, lag, depth - lag)

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _delivery(self, reader: str, receipt: str) -> Delivery:
        entry = self._entries[receipt]
        entry.reader, entry.taken_s, entry.tries = reader, self._clock(), entry.tries + 1
        return Delivery(receipt, entry.sender, entry.letter, entry.tries)
