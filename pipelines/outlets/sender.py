"""What an outlet's way out must offer, and what can go wrong on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pipelines.records.values import StoredEvent

FaultKind = Literal["unreachable", "busy", "refused", "gone"]
"""`unreachable`: nobody was there. `busy`: somebody was, who cannot judge the event now, such as a gateway before a
receiver that is down. `refused`: the event was not taken. `gone`: no more is wanted, ever."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an event was not taken.

    Attributes:
        word: stable, such as `no_connection` or `status_500`.
        retry_after_s: what the receiver asked for; None: nothing.
    """

    kind: FaultKind
    word: str
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a batch.

    Attributes:
        taken: how many of the first events the receiver acknowledged.
        fault: of the one behind them; None: the rest was not tried.
    """

    taken: int
    fault: Fault | None = None


class Sender(Protocol):
    """A way to one receiver; used by one thread at a time."""

    def send(self, events: Sequence[StoredEvent]) -> Sent:
        """Send the events in their order; stop at the first that is not taken."""
        ...

    def keep(self) -> Sent | None:
        """Look after a connection that must stand while nothing is sent; None where there is none to look after."""
        ...

    def close(self) -> None:
        """Give back connections; callable from another thread, to end a send that hangs."""
        ...
