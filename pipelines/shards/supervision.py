"""Starts worker processes, watches them, and starts them again; nothing here forks, waits or looks at a real clock.

What a pass does, in this order:
    1. A process that ended is started again after a back-off; one that never lasts is given up for a long while, and
       the report says so.
    2. Where this process itself stood still, the clock was set, or the membership was slow or silent, the pass ends
       here: all heartbeats look old then, and killing everybody would make a bad minute worse.
    3. A worker that was not heard of for too long, or in which a camera or a network hangs, is stopped; it is started
       again by a later pass. One at most in a pass, and one that hangs at most every `hang_pause_s`.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.shards.reports import Child, ChildState, MemberReport

logger = logging.getLogger(__name__)


class Process(Protocol):
    """A worker process."""

    @property
    def pid(self) -> int:
        """Its number."""
        ...

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        ...

    def terminate(self) -> None:
        """Ask it to stop in order."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, but for `short_lives`.

    Attributes:
        backoff_s: before the first start anew, the second, ...; the last one stays.
        lived_s: a process that lasted so long begins again at the first.
        short_lives: so many in a row, and it is given up for `given_up_s`.
        start_s: until a new process must have been heard of.
        silent_s: until one that was heard of must be heard of again.
        stop_s: from the order to stop to the kill.
        pause_s: a pass so long after the one before says that this process stood still.
        clock_s: a wall clock that ran so much faster or slower than the monotonic one was set.
        slow_s: a membership that took so long is at fault itself.
        hang_pause_s: between two stops because of something that hangs.
    """

    backoff_s: Sequence[float] = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
    lived_s: float = 60.0
    short_lives: int = 10
    given_up_s: float = 600.0
    start_s: float = 120.0
    silent_s: float = 15.0
    stop_s: float = 60.0
    pause_s: float = 5.0
    clock_s: float = 2.0
    slow_s: float = 1.5
    hang_pause_s: float = 300.0


@dataclass(slots=True, eq=False)
class _Worker:
    """What is known of one of them; seconds of the monotonic clock."""

    process: Process | None = None
    state: ChildState = "backing_off"
    starts: int = 0
    short_lives: int = 0
    reason: str | None = None
    due_s: float = 0.0
    started_s: float = 0.0
    heard_s: float | None = None
    told_to_stop_s: float = 0.0


class Supervision:
    """Watches the workers of one machine.

    Args:
        names: of the workers.
        start: starts one.
        reports: the newest heartbeats of everybody.
        clock, monotonic: aware UTC, and seconds.
        patience: None: the defaults.
    """

    def __init__(
        self,
        names: Collection[str],
        start: Callable[[str], Process],
        reports: Callable[[], Sequence[MemberReport]],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        patience: Patience | None = None,
    ) -> None:
        self._workers = {name: _Worker() for name in names}
        self._start = start
        self._reports = reports
        self._clock = clock
        self._monotonic = monotonic
        self._patience = patience or Patience()
        self._last: tuple[float, datetime] | None = None
        self._hang_s = float("-inf")
        self.skipped = 0
        """Passes that judged nobody."""

    @property
    def children(self) -> dict[str, Child]:
        """How each worker is doing."""
        return {
            name: Child(state=one.state, starts=one.starts, reason=one.reason) for name, one in self._workers.items()
        }

    def look(self) -> None:
        """One pass."""
        now_s = self._monotonic()
        stood_still = self._stood_still(now_s)
        for name, one in self._workers.items():
            self._settle(name, one, now_s)
        reports = None if stood_still else self._heartbeats()
        if reports is None:
            self._forgive(self._monotonic())
        else:
            self._judge(reports, now_s)
        due = [(name, one) for name, one in self._workers.items() if one.process is None and now_s >= one.due_s]
        for name, one in due[:1]:  # all at once would fight for the same cores, and for the same database
            self._begin(name, one, now_s)

    def stop(self) -> None:
        """Have all workers stop in order; call `stopped` until they have."""
        now_s = self._monotonic()
        for one in self._workers.values():
            if one.process is not None and one.state == "running":
                self._end(one, "stopped", now_s)

    def stopped(self) -> bool:
        """Whether all have ended; those that take too long are killed."""
        now_s = self._monotonic()
        for name, one in self._workers.items():
            self._settle(name, one, now_s)
        return all(one.process is None for one in self._workers.values())

    def _settle(self, name: str, one: _Worker, now_s: float) -> None:
        """Note that a process ended, and kill one that should have."""
        if one.process is None:
            return
        code = one.process.poll()
        if code is None:
            if one.state == "stopping" and now_s - one.told_to_stop_s >= self._patience.stop_s:
                logger.error("worker %s: does not stop, it is killed", name)
                one.process.kill()
                one.told_to_stop_s = now_s
            return
        one.reason = one.reason if one.state == "stopping" else f"exit:{code}"
        one.short_lives = 0 if now_s - one.started_s >= self._patience.lived_s else one.short_lives + 1
        one.process = None
        if one.reason == "stopped":
            one.state = "stopped"
            logger.info("worker %s: stopped", name)
            return
        given_up = one.short_lives >= self._patience.short_lives
        one.state = "given_up" if given_up else "backing_off"
        stages = self._patience.backoff_s
        pause_s = stages[min(max(one.short_lives - 1, 0), len(stages) - 1)]
        one.due_s = now_s + (self._patience.given_up_s if given_up else pause_s)
        logger.error("worker %s: %s, %s", name, one.reason, one.state)

    def _stood_still(self, now_s: float) -> bool:
        """Whether time went by that nobody could use, or that the wall clock was set."""
        now = self._clock()
        before, self._last = self._last, (now_s, now)
        if before is None:
            return False
        step_s = now_s - before[0]
        drift_s = abs((now - before[1]).total_seconds() - step_s)
        return step_s > self._patience.pause_s or drift_s > self._patience.clock_s

    def _heartbeats(self) -> Sequence[MemberReport] | None:
        """None: they cannot be trusted, for nobody answers, or slowly, or nobody of several is there."""
        asked_s = self._monotonic()
        try:
            reports = self._reports()
        except Exception as error:  # noqa: BLE001 - it may break in any way; the workers must not pay for it
            logger.warning("the heartbeats cannot be read: %s", type(error).__name__)
            return None
        if self._monotonic() - asked_s > self._patience.slow_s:
            return None
        running = [one for one in self._workers.values() if one.heard_s is not None and one.process is not None]
        heard = {report.pid for report in reports}
        nobody = not any(one.process.pid in heard for one in running if one.process is not None)
        return None if len(running) > 1 and nobody else reports

    def _forgive(self, now_s: float) -> None:
        self.skipped += 1
        for one in self._workers.values():
            one.heard_s = None if one.heard_s is None else now_s

    def _judge(self, reports: Sequence[MemberReport], now_s: float) -> None:
        by_pid = {report.pid: report for report in reports}
        # Who was started least comes first: one that hangs again and again must not keep the others from being helped.
        for name, one in sorted(self._workers.items(), key=lambda item: item[1].starts):
            if one.process is None or one.state != "running":
                continue
            report = by_pid.get(one.process.pid)
            one.heard_s = one.heard_s if report is None else now_s
            reason = self._fault(one, report, now_s)
            if reason is not None:
                logger.error("worker %s: %s, it is stopped", name, reason)
                self._end(one, reason, now_s)
                return

    def _fault(self, one: _Worker, report: MemberReport | None, now_s: float) -> str | None:
        """Why it must be stopped."""
        if report is None:
            late = now_s - one.started_s if one.heard_s is None else now_s - one.heard_s
            limit = self._patience.start_s if one.heard_s is None else self._patience.silent_s
            return "silent" if late >= limit else None
        hangs = [f"stalled:{camera_id}:{where}" for camera_id, where in sorted(report.stalled.items())]
        hangs += [fault for fault in report.faults if fault.startswith("stuck_lane:")]
        if not hangs or now_s - self._hang_s < self._patience.hang_pause_s:
            return None
        self._hang_s = now_s
        return hangs[0]

    def _begin(self, name: str, one: _Worker, now_s: float) -> None:
        one.starts += 1
        try:
            one.process = self._start(name)
        except OSError as error:
            # No memory or no numbers left: what is short now may be there in a while.
            logger.error("worker %s: cannot be started: %s", name, error.strerror)  # noqa: TRY400
            one.reason, one.due_s = "not_started", now_s + self._patience.backoff_s[-1]
            return
        one.state, one.started_s, one.heard_s = "running", now_s, None
        logger.info("worker %s: start %d, process %d", name, one.starts, one.process.pid)

    @staticmethod
    def _end(one: _Worker, reason: str, now_s: float) -> None:
        if one.process is not None:
            one.state, one.reason, one.told_to_stop_s = "stopping", reason, now_s
            one.process.terminate()
