"""This process's end of the bus: its spool and, where a database is at hand, a reader that writes to it."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from pipelines.bus.bus import Bus, BusState
from pipelines.bus.consumer import Consumer, Tally
from pipelines.bus.forwarder import Forwarder
from pipelines.bus.memory import MemoryBus
from pipelines.bus.outbox import Outbox
from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_streams import RedisBus
from pipelines.bus.sink import StoreSink
from pipelines.bus.spool import Spool, open_spool
from pipelines.settings import Settings
from vision.errors import BusAway

DRAIN_S = 2.0
"""At the end, for what is in the spool to reach the database; what does not is delivered after the next start."""


@dataclass(frozen=True, slots=True)
class BusHealth:
    """How records travel now.

    Attributes:
        kind: `memory` or `redis`.
        state: of the bus; None where it does not answer.
        spooled, capacity: letters in the spool, and at most.
        dropped: kind -> records of street cameras that were told in vain.
        tally: of the reader; None where this process has no database.
        problems: stable words for what is wrong now; empty when nothing is.
    """

    kind: str
    state: BusState | None
    spooled: int
    capacity: int
    dropped: dict[str, int] = field(default_factory=dict)
    tally: Tally | None = None
    problems: tuple[str, ...] = ()


class Relay:
    """Spool, bus, forwarder and reader of one process.

    Args:
        settings: `bus_url` decides between the bus within the process and Redis.
        sink: of the database at hand; None: another process reads.

    Attributes:
        outbox: where records are left.

    Raises:
        ConfigurationError: a bus or a spool that cannot be used; a bus that is away is none.
    """

    def __init__(self, settings: Settings, sink: StoreSink | None) -> None:
        self._kind = "memory" if settings.bus_url is None else "redis"
        self._bus = open_bus(settings)
        self._spool: Spool = open_spool(settings.home / "spool", settings.spool_letters)
        self._forwarder = Forwarder(self._spool, self._bus)
        self._consumer: Consumer | None = None
        if sink is not None:
            self._consumer = Consumer(self._bus, sink, settings.bus_tries, settings.bus_claim_idle_s)
        direct = None if sink is None else sink.take
        embedded = settings.bus_url is None
        self.outbox = Outbox(self._spool, self._forwarder.wake, direct, database_first=embedded)

    def start(self) -> Self:
        """Begin to carry and to read."""
        self._forwarder.start()
        if self._consumer is not None:
            self._consumer.start()
        return self

    def health(self) -> BusHealth:
        """How records travel now; asks the bus."""
        state, problems = self._state()
        parts = (self._forwarder.problem, None if self._consumer is None else self._consumer.problem)
        problems += [problem for problem in parts if problem is not None]
        if self._spool.is_full:
            problems.append("spool_full")
        return BusHealth(
            kind=self._kind,
            state=state,
            spooled=self._spool.depth,
            capacity=self._spool.capacity,
            dropped=dict(self.outbox.dropped),
            tally=None if self._consumer is None else self._consumer.tally,
            problems=tuple(dict.fromkeys(problems)),
        )

    def close(self) -> None:
        """Let the spool empty itself for a moment, then stop; nothing that was acknowledged is lost."""
        with ExitStack() as closing:
            closing.callback(self._spool.close)
            closing.callback(self._stop_reading)
            closing.callback(self._forwarder.close)
            if not self.health().problems:
                self._forwarder.drain(DRAIN_S)

    def _stop_reading(self) -> None:
        if self._consumer is not None:
            self._consumer.request_stop()
        if isinstance(self._bus, MemoryBus):
            self._bus.close()
        if self._consumer is not None:
            self._consumer.close()
        self._bus.close()

    def _state(self) -> tuple[BusState | None, list[str]]:
        # One look at a bus that is known to be away costs its time-out; the loops look often enough.
        if "bus_away" in (self._forwarder.problem, self._consumer.problem if self._consumer else None):
            return None, ["bus_away"]
        try:
            return self._bus.state(), []
        except BusAway:
            return None, ["bus_away"]


def open_bus(settings: Settings) -> Bus:
    """The bus that the settings name.

    Raises:
        ConfigurationError: a URL that is none.
    """
    if settings.bus_url is None:
        return MemoryBus(claim_idle_s=settings.bus_claim_idle_s)
    address = RedisAddress.parse(settings.bus_url.get_secret_value())
    return RedisBus(address, settings.bus_stream, settings.bus_group, settings.bus_claim_idle_s)
