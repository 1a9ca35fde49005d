"""Orders to barriers: recorded, sent from each gate's own thread, acknowledged, and never waited for by a decision."""

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pipelines.events import Event, event_id
from pipelines.records.gate_values import BarrierCommand, BarrierOutcome, BarrierSpec, Gate
from pipelines.records.store import Store
from pipelines.records.values import AuditNote, new_id
from pipelines.services.barrier import Approval, OpenCommand, Outlet, Place, SimulatedBarrier
from pipelines.services.barrier_http import HttpOutlet
from pipelines.services.barrier_mqtt import MqttOutlet
from vision.errors import BadInput

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
QUEUE_LENGTH = 8
"""Orders that wait for one gate; more would be too late anyway."""


def open_outlet(gate_id: str, spec: BarrierSpec, clock: Clock) -> Outlet:
    """The way to a gate's controller.

    Raises:
        BadInput: an http or mqtt barrier without a fitting address.
    """
    if spec.kind == "simulated":
        return SimulatedBarrier(clock)
    if spec.url is None:
        raise BadInput(f"barrier of {gate_id}: wanted a url for kind {spec.kind}, got none")
    if spec.kind == "mqtt":
        return MqttOutlet(spec.url, spec.topic or f"citygate/gates/{gate_id}", spec.username, spec.secret)
    if not spec.url.startswith(("http://", "https://")):
        raise BadInput(f"barrier of {gate_id}: wanted an http or https url")
    return HttpOutlet(spec.url, spec.secret)


class Barriers:
    """The barriers of all gates; each gets a thread and a short queue with its first order.

    Stop order of `close`: no new orders, then every waiting one is carried out or expires, then connections close.

    Args:
        store: where orders and what came of them are recorded.
        clock: the time, aware UTC.
        connect: makes the way to a controller.
    """

    def __init__(
        self, store: Store, clock: Clock, connect: Callable[[str, BarrierSpec, Clock], Outlet] = open_outlet
    ) -> None:
        self._store = store
        self._clock = clock
        self._connect = connect
        self._lock = threading.Lock()
        self._workers: dict[str, _Worker] = {}
        self._closed = False

    def order(self, gate: Gate | Place, decision: Approval) -> None:
        """Order to open for a recorded, accepted decision; comes back at once. A gate without a barrier needs none."""
        if gate.barrier is None:
            return
        command = self._command(gate, decision.expires_at, "gate", decision.reason)
        self._worker(gate, gate.barrier).submit(_Order(replace(command, decision_id=decision.id), decision.purpose))

    def open_manually(self, gate: Gate | Place, *, actor: str, reason: str, valid_for_s: float = 5.0) -> BarrierCommand:
        """Open because a person says so, audited; comes back with what came of it.

        Args:
            gate: with a barrier.
            actor: the key or person that orders it.
            reason: why, in a word or an id; it goes into the audit log.
            valid_for_s: nothing opens later than so long after now.

        Raises:
            BadInput: the gate has no barrier.
        """
        if gate.barrier is None:
            raise BadInput(f"gate {gate.id}: wanted a gate with a barrier")
        expires_at = self._clock() + timedelta(seconds=valid_for_s)
        command = replace(self._command(gate, expires_at, actor, reason), manual=True)
        order = _Order(command, self._purpose(gate))
        self._worker(gate, gate.barrier).submit(order)
        return order.settled.result()

    def outlet(self, gate: Gate | Place) -> Outlet | None:
        """The way to a gate's controller; None for a gate without a barrier."""
        return self._worker(gate, gate.barrier).outlet if gate.barrier else None

    @property
    def failures(self) -> int:
        """Orders that broke off with an error of ours, since the start."""
        with self._lock:
            return sum(worker.failures for worker in self._workers.values())

    def forget(self, gate_id: str) -> None:
        """Stop serving a gate that was deleted."""
        with self._lock:
            worker = self._workers.pop(gate_id, None)
        if worker:
            worker.close()

    def close(self) -> None:
        """Carry out what waits, then stop; orders that come later are recorded as not sent."""
        with self._lock:
            self._closed = True
            workers = list(self._workers.values())
        for worker in workers:
            worker.close()

    def _purpose(self, gate: Gate | Place) -> str:
        return gate.purpose if isinstance(gate, Place) else self._store.galleries.get(gate.gallery_id).purpose

    def _command(self, gate: Gate | Place, expires_at: datetime, actor: str, reason: str) -> BarrierCommand:
        return BarrierCommand(
            id=new_id("cmd"),
            gate_id=gate.id,
            decision_id=None,
            manual=False,
            actor=actor,
            reason=reason,
            created_at=self._clock(),
            expires_at=expires_at,
        )

    def _worker(self, gate: Gate | Place, spec: BarrierSpec) -> "_Worker":
        with self._lock:
            if gate.id not in self._workers:
                outlet = self._connect(gate.id, spec, self._clock)
                self._workers[gate.id] = _Worker(self._store, self._clock, outlet, spec.timeout_s)
                if self._closed:
                    self._workers[gate.id].close()
            return self._workers[gate.id]


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    """A command on its way.

    Attributes:
        purpose: of the gate's gallery; who may see the event follows from it.
        settled: what came of it, once it is known.
    """

    command: BarrierCommand
    purpose: str
    settled: Future[BarrierCommand] = field(default_factory=Future)


class _Worker:
    """Carries out the orders of one gate, one after the other."""

    def __init__(self, store: Store, clock: Clock, outlet: Outlet, timeout_s: float) -> None:
        self.outlet = outlet
        self.failures = 0
        self._store = store
        self._clock = clock
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._closed = False
        self._waiting: queue.Queue[_Order | None] = queue.Queue(QUEUE_LENGTH)
        self._thread = threading.Thread(target=self._run, name="barrier", daemon=True)
        self._thread.start()

    def submit(self, order: _Order) -> None:
        """Take the order; with a full queue, or when it is too late to begin, it is recorded as not sent."""
        if not self._put(order):
            unsent = replace(order.command, outcome="not_sent", settled_at=self._clock())
            order.settled.set_result(self._record(unsent, order.purpose))

    def _put(self, order: _Order) -> bool:
        with self._lock:
            if self._closed:
                return False
            try:
                self._waiting.put_nowait(order)
            except queue.Full:
                return False
            return True

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._waiting.put(None)
        self._thread.join()
        self.outlet.close()

    def _run(self) -> None:
        while (order := self._waiting.get()) is not None:
            try:
                order.settled.set_result(self._carry_out(order))
            except Exception as error:
                self.failures += 1
                logger.exception("barrier order %s of gate %s broke off", order.command.id, order.command.gate_id)
                order.settled.set_exception(error)

    def _carry_out(self, order: _Order) -> BarrierCommand:
        """Recorded first, then sent: no barrier opens without a trace."""
        self._record(order.command, order.purpose)
        outcome = self._send(order.command)
        settled = replace(order.command, outcome=outcome, settled_at=self._clock())
        return self._store.barriers.settle(settled.id, outcome, _event(settled, order.purpose))

    def _send(self, command: BarrierCommand) -> BarrierOutcome:
        left_s = (command.expires_at - self._clock()).total_seconds()
        if left_s <= 0:
            return "expired"
        order = OpenCommand(command.decision_id or command.id, command.gate_id, command.expires_at, command.manual)
        heard = self.outlet.open(order, min(left_s, self._timeout_s))
        late = heard == "opened" and self._clock() >= command.expires_at
        return "expired" if late else heard

    def _record(self, command: BarrierCommand, purpose: str) -> BarrierCommand:
        note = AuditNote(command.actor, "barrier.opened_manually", command.gate_id, {"reason": command.reason})
        event = _event(command, purpose) if command.settled_at else None
        return self._store.barriers.record(command, event=event, audit=note if command.manual else None)


def _event(command: BarrierCommand, purpose: str) -> Event:
    """One event for each order, once it is known what came of it."""
    return Event(
        event_id=event_id(None, command.id, "barrier.command"),
        kind="barrier.command",
        occurred_at=command.settled_at or command.created_at,
        purpose=purpose,
        gate_id=command.gate_id,
        decision_id=command.decision_id,
        reason=command.reason,
        state=command.outcome,
    )
