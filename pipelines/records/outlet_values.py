"""Outlets as values: what one is told, where it is, and how far."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from pipelines.events import Event, EventKind
from pipelines.records.event_log import EventFilter

OutletKind = Literal["webhook", "mqtt"]
OutletState = Literal["ok", "failing", "paused", "disabled"]
DisabledWord = Literal["by_request", "gone", "too_many_failures"]
DeliveryState = Literal["set_aside", "dead"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events an outlet is told of; what is None or empty lets every event pass.

    Attributes:
        purposes: it sees the events of these and those that have none, as an API key does; `*`: every purpose.
        shadow: also what was decided for the record only.
    """

    purposes: Sequence[str]
    kinds: Sequence[EventKind] = ()
    camera_id: str | None = None
    gate_id: str | None = None
    lot_id: str | None = None
    shadow: bool = False

    @property
    def logged(self) -> EventFilter:
        """The part of the filter that the event log knows."""
        return EventFilter(None, self.kinds, self.camera_id, self.gate_id, self.purposes)

    def passes(self, event: Event) -> bool:
        """The rest of the filter, for an event that the log let pass."""
        return (self.shadow or not event.shadow) and self.lot_id in (None, event.lot_id)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook's deliveries go, and what they are signed with.

    Attributes:
        secrets: `whsec_...`, the newest first; each signs, so that a receiver may change over when it likes.
        previous_until: the secrets behind the first sign until then.
    """

    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    previous_until: datetime | None = None

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """What signs at this moment."""
        both = self.previous_until is not None and now < self.previous_until
        return self.secrets if both else self.secrets[:1]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an outlet is.

    Attributes:
        cursor: the number of the last event that it was told of, that was set aside, or that is none of its.
        head_tries: how often the event behind the cursor was refused.
        failures: tries in a row that failed; 0: all is well.
        fault: of the last failed try, a stable word.
        disabled: why nothing is sent any more; None: it is.
        delivered: events taken by the receiver since the outlet was made.
        failed: tries that were not taken.
    """

    cursor: int
    head_tries: int = 0
    failures: int = 0
    fault: str | None = None
    failing_since: datetime | None = None
    disabled: DisabledWord | None = None
    delivered: int = 0
    delivered_at: datetime | None = None
    failed: int = 0

    def afresh(self) -> "Progress":
        """The same place, with nothing tried from there yet."""
        return replace(self, head_tries=0, failures=0, fault=None, failing_since=None)


@dataclass(frozen=True, slots=True)
class Outlet:
    """Somebody who is told of events.

    Attributes:
        target: of a webhook; None: the settings have it.
        key_id: whose rights it has; None: the house's own.
        key_ended: that key was revoked or has expired; nothing is sent meanwhile.
        revision: grows with every change a person makes.
    """

    id: str
    kind: OutletKind
    title: str
    wanted: Wanted
    created_by: str
    created_at: datetime
    progress: Progress
    target: Target | None = None
    key_id: str | None = None
    key_ended: bool = False
    revision: int = 1

    @property
    def state(self) -> OutletState:
        """What health tells of it."""
        if self.progress.disabled is not None:
            return "disabled"
        if self.key_ended:
            return "paused"
        return "failing" if self.progress.failures else "ok"

    @property
    def why(self) -> str | None:
        """A stable word for a state that is not `ok`."""
        if self.state == "paused":
            return "key_ended"
        return self.progress.disabled or (self.progress.fault if self.progress.failures else None)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event that an outlet refused and that others overtook.

    Attributes:
        state: `set_aside` is tried again at `next_try_at`; `dead` waits for a person.
    """

    outlet_id: str
    event_seq: int
    event_id: str
    state: DeliveryState
    tries: int
    fault: str
    set_aside_at: datetime
    next_try_at: datetime


@dataclass(frozen=True, slots=True)
class OutletStatus:
    """An outlet beside the log.

    Attributes:
        lag: numbers between the outlet's cursor and the newest event; at least as many as events are waiting.
    """

    outlet: Outlet
    lag: int
    set_aside: int
    dead: int
