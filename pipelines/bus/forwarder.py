"""From the spool to the bus: publishes what lies there, and removes from it what the database has committed."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.bus.bus import Bus
from pipelines.bus.spool import Spool
from vision.errors import BusAway, DeliveryError

logger = logging.getLogger(__name__)

WINDOW = 5_000
"""Letters on the bus at once, so that a spool that filled up meanwhile does not move onto the bus."""
BATCH = 500
LONGEST_PAUSE_S = 2.0
_FIRST_PAUSE_S = 0.05
_POLL_S = 0.05
_IDLE_S = 1.0


@dataclass(slots=True)
class _Sent:
    receipt: str
    looked_s: float


class Forwarder:
    """Carries in a thread of its own, from `start` to `close`.

    What was sent is known in memory only: after a restart all that lies in the spool is published again.

    Args:
        spool: of this process.
        bus: where to.
        look_after_s: what was not settled by then is looked for on the bus, and published anew where it is gone.
        clock: monotonic seconds.

    Attributes:
        failures: attempts that failed with an unexpected error.
        problem: a stable word for what is wrong now; None: nothing.
    """

    def __init__(
        self, spool: Spool, bus: Bus, look_after_s: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._spool = spool
        self._bus = bus
        self._look_after_s = look_after_s
        self._clock = clock
        self._sent: dict[str, _Sent] = {}
        self._behind = 0
        self._awake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.failures = 0
        self.problem: str | None = None

    def start(self) -> None:
        """Begin to carry."""
        self._thread = threading.Thread(target=self._run, name="bus-forwarder", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; what is in the spool stays there."""
        self._closing.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def wake(self) -> None:
        """There is something new in the spool."""
        self._awake.set()

    def drain(self, timeout_s: float) -> bool:
        """Whether the spool is empty, after waiting for it."""
        deadline = time.monotonic() + timeout_s
        while self._spool.depth and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        return self._spool.depth == 0

    def step(self) -> int:
        """Remove what was settled, look for what was lost, publish what is new; how many letters moved.

        Raises:
            BusAway: nothing was lost by it.
            NotTaken: the spool's disk is full.
        """
        moved = self._collect() if self._spool.depth else 0
        self._look_for_overdue()
        rows = self._spool.after(self._behind, min(BATCH, WINDOW - len(self._sent)))
        if rows:
            letters = [letter for _, letter in rows]
            receipts = self._bus.publish(self._spool.sender, letters)
            now = self._clock()
            for letter, receipt in zip(letters, receipts, strict=True):
                self._sent[letter.id] = _Sent(receipt, now)
            self._behind = rows[-1][0]
        return moved + len(rows)

    def _collect(self) -> int:
        settled = self._bus.settled(self._spool.sender, 2 * BATCH)
        if settled:
            # Told once: should the spool's disk be full now, they are found gone from the bus and settled anew.
            self._spool.forget(settled)
            for letter_id in settled:
                self._sent.pop(letter_id, None)
        return len(settled)

    def _look_for_overdue(self) -> None:
        now = self._clock()
        overdue = {
            letter_id: sent for letter_id, sent in self._sent.items() if now - sent.looked_s >= self._look_after_s
        }
        if not overdue:
            return
        lost = self._bus.lost({sent.receipt: letter_id for letter_id, sent in overdue.items()})
        again = [letter_id for letter_id, sent in overdue.items() if sent.receipt in lost]
        for sent in overdue.values():
            if sent.receipt not in lost:
                sent.looked_s = now
        for start in range(0, len(again), BATCH):
            self._publish_again(again[start : start + BATCH])

    def _publish_again(self, ids: list[str]) -> None:
        letters = self._spool.some(ids)
        if letters:
            logger.warning("bus: %d letters are published anew", len(letters))
            receipts = self._bus.publish(self._spool.sender, letters)
            renewed = {
                letter.id: _Sent(receipt, self._clock()) for letter, receipt in zip(letters, receipts, strict=True)
            }
        else:
            renewed = {}
        for letter_id in ids:
            del self._sent[letter_id]
        self._sent.update(renewed)

    def _run(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._closing.is_set():
            self._awake.clear()
            moved, self.problem = self._attempt()
            if self.problem is not None:
                self._closing.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            pause_s = _FIRST_PAUSE_S
            if not moved:
                self._awake.wait(_POLL_S if self._sent else _IDLE_S)

    def _attempt(self) -> tuple[int, str | None]:
        """How many letters moved, and what went wrong, in a word."""
        try:
            return self.step(), None
        except DeliveryError as error:
            if self.problem is None:
                logger.warning("bus: the forwarder cannot go on: %s", error)
            return 0, "bus_away" if isinstance(error, BusAway) else "spool_unwritable"
        except Exception:
            self.failures += 1
            logger.exception("bus: forwarding failed")
            return 0, "forwarder_failed"
