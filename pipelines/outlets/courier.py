"""One outlet's thread: the log behind its cursor, in order, and what was set aside, beside it.

Order: events are sent one after the other as they were stored. While nobody is there the others wait with the one
behind the cursor, with longer and longer waits, and nothing is given up. One that is refused (an answer but 2xx, or
none in time) three times in a row is set aside, so that it blocks nobody; where the receiver only says that it is busy
that takes longer. It is tried again on its own, and so comes after events that happened later; when it was refused
often enough it is dead, and waits for a person. Every try of an event bears the same id, and one that was taken may be
sent again after a crash: at least once.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from pipelines.outlets.pace import Pace
from pipelines.outlets.sender import Fault, Sender
from pipelines.records.outlet_deliveries import Hand
from pipelines.records.outlet_values import Delivery, DisabledWord, Outlet, Progress
from pipelines.records.store import Store
from pipelines.records.values import StoredEvent

logger = logging.getLogger(__name__)

CLOSING_S = 5.0
"""A send that hangs is waited for so long at the end; it is sent again by whoever comes next."""


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """What all couriers of one process share.

    Attributes:
        held: whether this process still is the one that sends.
    """

    store: Store
    pace: Pace
    hand: Hand
    held: Callable[[], bool]
    random: Random = field(default_factory=Random)


class Courier:
    """Sends one outlet's events from `start` to `close`.

    Attributes:
        broken: rounds in a row that broke off with an error of ours; a matter for health checks.
    """

    def __init__(self, work: Round, outlet: Outlet, sender: Sender) -> None:
        self.outlet = outlet
        self.broken = 0
        self._work = work
        self._sender = sender
        self._progress = outlet.progress
        self._saved = outlet.progress
        self._saved_at = time.monotonic()
        self._aside_at = 0.0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"outlet-{outlet.id}", daemon=True)

    @property
    def ended(self) -> bool:
        """Whether it stopped by itself: the outlet was changed, disabled or deleted, or another process sends."""
        return not self._thread.is_alive()

    def start(self) -> None:
        """Go on behind the outlet's cursor."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no event more."""
        self._closing.set()

    def close(self) -> None:
        """End after the event in progress, or break it off when it hangs."""
        self.stop()
        self._thread.join(CLOSING_S)
        self._sender.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                wait_s = self.go_once()
                self.broken = 0
            except Exception:
                self.broken += 1
                logger.exception("outlet %s broke off %d times in a row", self.outlet.id, self.broken)
                wait_s = self._work.pace.wait_s(self.broken, self._work.random)
            if wait_s is None:
                return
            self._wait(wait_s)

    def go_once(self) -> float | None:
        """One batch, and one of the set-aside events.

        Returns:
            Seconds until the next round, fewer when something happens; None when this courier is done with.
        """
        if not self._work.held():
            return None
        events = self._read()
        fault = self._send(events) if events else self._keep()
        # While events wait behind a receiver that fails, those set aside would only use up their tries.
        if fault is None and not (events and self._progress.failures):
            fault = self._try_aside()
        if not self._save() or self._progress.disabled:
            return None
        if fault is not None:
            return self._work.pace.wait_s(self._progress.failures, self._work.random, fault.retry_after_s)
        return 0.0 if events else self._work.pace.poll_s

    def _wait(self, wait_s: float) -> None:
        if wait_s > 0 and self._progress.failures:
            self._closing.wait(wait_s)
        elif wait_s > 0:
            self._work.store.feed.wait(self._progress.cursor, wait_s)

    def _read(self) -> list[StoredEvent]:
        """The next events of this outlet; when there are none its cursor is the newest of all."""
        store, wanted = self._work.store, self.outlet.wanted
        # The dispatcher has the feed hear of other processes' events, too. Its number is taken before the list is
        # read: writers commit one after another, so all up to it are there, and what is stored meanwhile is behind it.
        while (latest := store.feed.latest_seq) > self._progress.cursor:
            found = store.events.list(self._progress.cursor, self._work.pace.batch, wanted.logged)
            events = [stored for stored in found if wanted.passes(stored.event)]
            if events:
                return events
            end = found[-1].seq if len(found) == self._work.pace.batch else latest
            self._progress = replace(self._progress, cursor=end)
        return []

    def _keep(self) -> Fault | None:
        """Look after the connection while there is nothing to send."""
        kept = self._sender.keep()
        if kept is None:
            return None
        if kept.fault is not None:
            self._missed(kept.fault)
        elif self._progress.failures:
            self._took(0, self._progress.cursor)
        return kept.fault

    def _send(self, events: list[StoredEvent]) -> Fault | None:
        sent = self._sender.send(events)
        if sent.taken:
            self._took(sent.taken, events[sent.taken - 1].seq)
        if sent.fault is not None:
            self._missed(sent.fault)
            if sent.fault.kind in ("refused", "busy"):
                return self._refused(events[sent.taken], sent.fault)
        return sent.fault

    def _took(self, count: int, cursor: int) -> None:
        now = self._work.store.backing.clock() if count else self._progress.delivered_at
        delivered = self._progress.delivered + count
        self._progress = Progress(cursor, delivered=delivered, delivered_at=now, failed=self._progress.failed)

    def _missed(self, fault: Fault) -> None:
        progress = self._progress
        failures = progress.failures + 1
        disabled: DisabledWord | None = "too_many_failures" if failures >= self._work.pace.disable_after else None
        self._progress = replace(
            progress,
            failures=failures,
            fault=fault.word,
            failing_since=progress.failing_since or self._work.store.backing.clock(),
            failed=progress.failed + 1,
            disabled="gone" if fault.kind == "gone" else disabled,
        )

    def _refused(self, stored: StoredEvent, fault: Fault) -> Fault | None:
        """Count the refusals of the event behind the cursor; at the last one the next event's turn comes at once."""
        tries = self._progress.head_tries + 1
        pace = self._work.pace
        if tries < (pace.aside_after if fault.kind == "refused" else pace.aside_busy_after):
            self._progress = replace(self._progress, head_tries=tries)
            return fault
        self._progress = replace(self._progress, cursor=stored.seq, head_tries=0)
        now = self._work.store.backing.clock()
        # However long it was busy, the event's own tries begin here.
        counted = pace.aside_after
        delivery = Delivery(
            self.outlet.id, stored.seq, stored.event.event_id, "set_aside", counted, fault.word, now, now
        )
        self._save(aside=self._later(delivery, fault))
        # A receiver that refuses everything is not asked any faster: failures count on until one is taken.
        return fault if self._progress.failures > tries else None

    def _later(self, delivery: Delivery, fault: Fault) -> Delivery:
        pace, now = self._work.pace, self._work.store.backing.clock()
        wait = timedelta(seconds=pace.aside_wait_s(delivery.tries - pace.aside_after + 1, self._work.random))
        dead = delivery.tries >= pace.dead_after
        return replace(delivery, state="dead" if dead else "set_aside", fault=fault.word, next_try_at=now + wait)

    def _try_aside(self) -> Fault | None:
        """Try one set-aside event again, when its time has come."""
        if time.monotonic() < self._aside_at:
            return None
        store = self._work.store
        delivery = store.deliveries.due(self.outlet.id, store.backing.clock())
        if delivery is None:
            self._aside_at = time.monotonic() + self._work.pace.aside_look_s
            return None
        stored = store.events.find(delivery.event_seq)
        sent = None if stored is None else self._sender.send([stored])
        if sent is None or sent.taken:
            if sent is not None:
                self._took(1, self._progress.cursor)
            self._save(settled=delivery)
            return None
        if sent.fault is None:
            return None
        if sent.fault.kind in ("refused", "busy"):
            # It is known to be refused: that says nothing about the receiver, which takes the others.
            self._progress = replace(self._progress, failed=self._progress.failed + 1)
            self._save(aside=self._later(replace(delivery, tries=delivery.tries + 1), sent.fault))
            return None
        self._missed(sent.fault)
        return sent.fault

    def _save(self, aside: Delivery | None = None, settled: Delivery | None = None) -> bool:
        """Keep the progress; a cursor that only moved over events of others is kept now and then."""
        moved = replace(self._saved, cursor=self._progress.cursor) != self._progress
        late = time.monotonic() - self._saved_at >= self._work.pace.save_s
        if not (aside or settled or moved or (late and self._saved != self._progress)):
            return True
        done = (aside,) if aside else (), (settled,) if settled else ()
        kept = self._work.store.deliveries.save(self.outlet, self._progress, self._work.hand, *done)
        if kept:
            self._saved, self._saved_at = self._progress, time.monotonic()
        else:
            self._closing.set()
        return kept
