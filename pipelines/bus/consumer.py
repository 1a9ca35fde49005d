"""The reader at the database: letters in batches, one commit for many, settled after the commit and never before.

A letter that is refused comes back after a while and is given up after `tries` deliveries. One that takes its reader
down every time never gets as far as being refused: from its third delivery on the bus hands it out alone, so that it
takes no other with it, and it is given up after twice as many. While the database is away no letter is at fault: the
batch in hand is kept, nothing else is read, and no delivery is counted.
"""

import logging
import os
import platform
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipelines.bus.bus import Bus, Delivery, Letter
from pipelines.bus.sink import DATABASE_AWAY, Taken
from vision.errors import BusAway

logger = logging.getLogger(__name__)

BATCH = 500
LONGEST_PAUSE_S = 2.0
_FIRST_PAUSE_S = 0.05
_TRIM_S = 5.0


class Sink(Protocol):
    """Where letters become records; `pipelines.bus.sink.StoreSink` is one."""

    def take(self, letters: Sequence[Letter]) -> Taken:
        """Commit what can be a record."""
        ...

    def bury(self, letter: Letter, sender: str, reason: str, tries: int) -> bool:
        """Whether a letter was kept as dead, rather than not kept at all because of an erasure."""
        ...


@dataclass(slots=True)
class Tally:
    """What a consumer did since it began.

    Attributes:
        relieved: records stored without somebody who was erased meanwhile, and dead letters of them that were not kept.
    """

    stored: int = 0
    repeated: int = 0
    refused: int = 0
    dead: int = 0
    relieved: int = 0
    failures: int = 0


class Consumer:
    """Reads in a thread of its own, from `start` to `close`.

    Args:
        bus: read as a reader with a name of its own.
        sink: of the database.
        tries: deliveries after which a refused letter is dead.
        claim_idle_s: as the bus has it; the batch in hand is kept more often than that.

    Attributes:
        tally: since the start.
        problem: a stable word for what is wrong now; None: nothing.
    """

    def __init__(self, bus: Bus, sink: Sink, tries: int = 5, claim_idle_s: float = 30.0, batch: int = BATCH) -> None:
        self._bus = bus
        self._sink = sink
        self._tries = tries
        self._claim_idle_s = claim_idle_s
        self._batch = batch
        self._reader = f"{platform.node()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._hand: list[Delivery] = []
        self._reclaim_due_s = self._trim_due_s = self._keep_due_s = 0.0
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.tally = Tally()
        self.problem: str | None = None

    def start(self) -> None:
        """Begin to read."""
        self._thread = threading.Thread(target=self._run, name="bus-consumer", daemon=True)
        self._thread.start()

    def request_stop(self) -> None:
        """Begin to stop, without waiting."""
        self._closing.set()

    def close(self) -> None:
        """End after the batch in hand; what is not settled then is delivered to another."""
        self.request_stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def step(self, wait_s: float = 1.0) -> int:
        """Take one batch to the database; how many letters were settled.

        Raises:
            BusAway: the batch in hand is kept where it was not settled.
            OperationalError, InterfaceError: the database is away; the batch in hand is kept.
        """
        if not self._hand:
            self._hand = self._stuck() or self._bus.read(self._reader, self._batch, wait_s)
        done = self._take(self._hand) if self._hand else 0
        self._hand = []
        self._trim()
        return done

    def _stuck(self) -> list[Delivery]:
        if time.monotonic() < self._reclaim_due_s:
            return []
        stuck = self._bus.reclaim(self._reader, self._batch)
        if not stuck:
            self._reclaim_due_s = time.monotonic() + self._claim_idle_s / 2
        return stuck

    def _take(self, deliveries: Sequence[Delivery]) -> int:
        """Settle what the database has; of what it refused the hopeless is buried, the rest comes back later."""
        first = deliveries[0]
        if first.tries > 2 * self._tries:
            taken = Taken(0, {first.letter.id: "it took its reader down each time"})
        else:
            taken = self._sink.take([delivery.letter for delivery in deliveries])
        settled = [one for one in deliveries if one.letter.id not in taken.refused]
        self.tally.stored += taken.new
        self.tally.relieved += taken.relieved
        self.tally.repeated += len(settled) - taken.new
        for delivery in deliveries:
            reason = taken.refused.get(delivery.letter.id)
            if reason is not None and self._is_dead(delivery, reason):
                settled.append(delivery)
        if settled:
            self._bus.settle(settled)
        return len(settled)

    def _is_dead(self, delivery: Delivery, reason: str) -> bool:
        self.tally.refused += 1
        logger.warning("bus: a letter was refused, try %d: %s", delivery.tries, reason)
        if delivery.tries < self._tries:
            return False
        if self._sink.bury(delivery.letter, delivery.sender, reason, delivery.tries):
            self.tally.dead += 1
        else:
            self.tally.relieved += 1
            logger.warning("bus: a dead letter was not kept: it tells of somebody who was erased")
        return True

    def _trim(self) -> None:
        if time.monotonic() >= self._trim_due_s:
            self._bus.trim()
            self._trim_due_s = time.monotonic() + _TRIM_S

    def _run(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._closing.is_set():
            problem = self._attempt(self.step)
            if problem is None:
                self.problem, pause_s = None, _FIRST_PAUSE_S
                continue
            if problem != self.problem:
                logger.warning("bus: the consumer cannot go on: %s", problem)
            self.problem = problem
            self._closing.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            self._attempt(self._keep)

    def _keep(self) -> None:
        if self._hand and time.monotonic() >= self._keep_due_s:
            self._bus.keep(self._reader, [delivery.receipt for delivery in self._hand])
            self._keep_due_s = time.monotonic() + self._claim_idle_s / 3

    def _attempt(self, act: Callable[[], object]) -> str | None:
        """What went wrong, in a word."""
        try:
            act()
        except DATABASE_AWAY:
            return "database_away"
        except BusAway:
            # What is in hand may be another's by now, or nobody's: it is delivered again.
            self._hand = []
            return "bus_away"
        except Exception:
            self.tally.failures += 1
            self._hand = []
            logger.exception("bus: a batch failed")
            return "consumer_failed"
        return None
