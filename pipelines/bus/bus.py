"""The bus: records on their way from where they are made to the database.

What travels, and what does not:
    - What a camera shows travels: the events `camera.state` and `plate.read`, and the beginnings of street incidents. A
      worker makes them that may have no database at hand, or none for a while.
    - A decision does not. A gate's or a lane's answer needs consents, rights and sessions, and is committed in one
      transaction with its event: where the database is away it is `unknown` or 503, and nothing waits in a queue to
      open a barrier later. The same holds for everything that a person orders.
    - Frames and evidence pictures never travel; an embedding has no field here.

What is promised: a record that was acknowledged to who made it was committed, to the database or to the maker's own
spool (`pipelines.bus.spool`). It leaves the spool only when who wrote it to the database says so. Between the two lies
a bus, and a bus may lose everything at any time: then the spool publishes anew. Records are written at least once and
keyed by their id, so they appear once.

    Outbox -> Spool -> Forwarder -> Bus -> Consumer -> Store
                           ^-- settled ------'
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

ALONE_FROM = 3
"""A letter that is delivered so often may be what takes its readers down."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One record on its way.

    Attributes:
        id: the same id is the same record.
        topic: what the body is, see `pipelines.bus.sink`.
        body: JSON.
    """

    id: str
    topic: str
    body: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter as a reader gets it.

    Attributes:
        receipt: its place on the bus; a letter published twice has two.
        sender: whose spool waits for it to be settled.
        tries: how often it was delivered, this time included.
    """

    receipt: str
    sender: str
    letter: Letter
    tries: int


@dataclass(frozen=True, slots=True)
class BusState:
    """How full the bus is.

    Attributes:
        depth: letters on it, those that wait to be trimmed included.
        lag: letters that were not delivered yet; None where the bus cannot tell.
        pending: letters that were delivered and not settled.
    """

    depth: int = 0
    lag: int | None = 0
    pending: int = 0


class Bus(Protocol):
    """Letters from senders to one group of readers; every method may be called from every thread.

    All of them raise BusAway where the bus does not answer.
    """

    def publish(self, sender: str, letters: Sequence[Letter]) -> list[str]:
        """Put letters on the bus; the receipt of each, in order."""
        ...

    def lost(self, sent: Mapping[str, str]) -> set[str]:
        """Which receipts the bus holds no more.

        Args:
            sent: receipt -> id of the letter that it was given for.
        """
        ...

    def read(self, reader: str, count: int, wait_s: float) -> list[Delivery]:
        """New letters, for this reader alone; waits for the first."""
        ...

    def reclaim(self, reader: str, count: int) -> list[Delivery]:
        """Letters that another reader took and neither settled nor kept in time.

        What would be delivered `ALONE_FROM` times or more comes by itself, and only when nothing else is stuck: then
        only what a reader had in hand when it ended counts against a letter, and not what waited beside it.
        """
        ...

    def keep(self, reader: str, receipts: Sequence[str]) -> None:
        """This reader is still at these: none of them is reclaimed for a while."""
        ...

    def settle(self, deliveries: Sequence[Delivery]) -> None:
        """The database has committed these: they are delivered no more, and their senders hear of it."""
        ...

    def settled(self, sender: str, count: int) -> list[str]:
        """Ids of this sender's letters that were settled; each is told once, so it may be missed."""
        ...

    def trim(self) -> int:
        """Throw away what every group has settled, and nothing behind the slowest; how many letters that were."""
        ...

    def state(self) -> BusState:
        """How full the bus is."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
