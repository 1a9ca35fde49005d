"""What opens a barrier: the order, the answer, and the simulated barrier of demo and tests.

An order names a decision and the moment after which nothing may open. The controller answers with the same name. It
must compare `expires_at` with its own clock and forget what comes too late: a network can hold a message back.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pipelines.records.gate_values import BarrierSpec


class Approval(Protocol):
    """A recorded decision to let somebody pass."""

    @property
    def id(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def purpose(self) -> str: ...

    @property
    def expires_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a barrier stands that belongs to no gate, such as a lane of a parking lot.

    Attributes:
        id: names its orders; no gate has it.
        purpose: who may see its events.
    """

    id: str
    purpose: str
    barrier: BarrierSpec | None


Acknowledgement = Literal["opened", "refused", "timed_out"]
"""What came of an order, as far as the outlet can tell; `timed_out`: nothing was heard, or nobody reached."""


@dataclass(frozen=True, slots=True)
class OpenCommand:
    """One order to open one gate.

    Attributes:
        decision_id: of the decision behind it; of a manual opening the id of the barrier command. The controller
            sends it back.
        expires_at: aware UTC; nothing opens from then on.
        manual: a person ordered it.
    """

    decision_id: str
    gate_id: str
    expires_at: datetime
    manual: bool = False

    def to_json(self) -> bytes:
        """What the controller receives: `{"decision_id", "gate", "expires_at", "manual"}`."""
        message = {
            "decision_id": self.decision_id,
            "gate": self.gate_id,
            "expires_at": self.expires_at.isoformat(),
            "manual": self.manual,
        }
        return json.dumps(message).encode()


class Outlet(Protocol):
    """A way to a gate's controller; used by one thread at a time."""

    def open(self, command: OpenCommand, timeout_s: float) -> Acknowledgement:
        """Send the order and wait at most `timeout_s` for its acknowledgement."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


def read_acknowledgement(body: bytes, decision_id: str) -> Acknowledgement | None:
    """What a controller says of this order; None when it speaks of another one, or not in JSON.

    `{"decision_id": ...}` means opened, with `"opened": false` beside it refused.
    """
    try:
        message = json.loads(body)
    except ValueError:
        return None
    if not isinstance(message, dict) or message.get("decision_id") != decision_id:
        return None
    return "opened" if message.get("opened", True) is True else "refused"


class SimulatedBarrier:
    """A barrier in memory: it notes its orders, opens, and closes by itself.

    Args:
        clock: the time, aware UTC.
        stays_open_s: how long it stays open after an order.
    """

    def __init__(self, clock: Callable[[], datetime], stays_open_s: float = 3.0) -> None:
        self._clock = clock
        self._stays_open = timedelta(seconds=stays_open_s)
        self._lock = threading.Lock()
        self._commands: list[OpenCommand] = []
        self._open_until: datetime | None = None

    @property
    def commands(self) -> tuple[OpenCommand, ...]:
        """Every order that reached it, the late ones included."""
        with self._lock:
            return tuple(self._commands)

    @property
    def is_open(self) -> bool:
        """Whether one could pass now."""
        with self._lock:
            return self._open_until is not None and self._clock() < self._open_until

    def open(self, command: OpenCommand, timeout_s: float) -> Acknowledgement:  # noqa: ARG002 - it answers at once
        """Open, unless the order came too late."""
        with self._lock:
            self._commands.append(command)
            now = self._clock()
            if now >= command.expires_at:
                return "refused"
            self._open_until = now + self._stays_open
            return "opened"

    def close(self) -> None:
        """Shut the barrier."""
        with self._lock:
            self._open_until = None
