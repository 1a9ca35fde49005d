"""One camera at work: a grabber reads frames, an analyst passes them through a stage, a courier delivers the results.

A slow stage never delays the camera, and a slow delivery (a barrier that takes its time) never delays the stage.

The order of stopping:
    1. The grabber. It ends at its next frame, or when its read times out, and closes the slot. One that waits for a
       silent camera for longer than `GRABBER_S` is left to itself: nothing it still reads is looked at.
    2. The analyst. It takes the last frame, asks the stage for what is still open, and puts the end mark.
    3. The courier. Results already made must still be delivered: it ends at the end mark, not before.
A source that ends by itself ends the worker in the same order.

`_attempt` is the only place with `except Exception`: whatever breaks is logged, counted and shown in the status, and
the next frame gets its chance. Messages of foreign errors may hold addresses or names: types and places are logged.
"""

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, Protocol, TypeVar

from pipelines.ingest.backoff import Backoff
from pipelines.ingest.slot import FrameSlot
from pipelines.ingest.source import Source
from pipelines.ingest.status import (
    ANALYSIS_FAILED,
    DELIVERY_FAILED,
    NOT_OURS,
    CameraStatus,
    OnState,
    StatusBoard,
)
from pipelines.ingest.turns import Turns
from pipelines.settings import utc_now
from vision.errors import SourceError
from vision.types import Frame

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)

GRABBER_S = 2.0
"""So long after the order to stop a grabber is waited for; what it waits for may be silent for much longer."""
_WAITING_RESULTS = 64
"""Beyond it the analyst waits for the courier, and frames are dropped instead of results."""


class Stage(Protocol[Result_co]):
    """What looks at one camera's frames."""

    def process(self, frame: Frame) -> Iterable[Result_co]:
        """What this frame completed; frames come in order."""
        ...

    def finish(self) -> Iterable[Result_co]:
        """What is still open when no more frames come."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """When a camera's frames are analysed.

    Attributes:
        turns: shared by the cameras of a process.
        lane: under which its turns are counted.
        max_age_s: a live camera's frame that is older is dropped, never analysed.
        clock: by which it is older.
        holds: whether this process still has the camera; when it does not, nothing is analysed or delivered any more,
            for another process does so.
    """

    turns: Turns = field(default_factory=lambda: Turns(1))
    lane: str = ""
    max_age_s: float = float("inf")
    clock: Callable[[], datetime] = utc_now
    holds: Callable[[], bool] = lambda: True

    def too_old(self, frame: Frame) -> bool:
        """Whether a live frame comes too late; one from the future is not old: the clock was set back."""
        return (self.clock() - frame.captured_at) / timedelta(seconds=1) > self.max_age_s


class CameraWorker(Generic[Result]):
    """The threads of one camera.

    Args:
        camera_id: for the status and the log.
        source: its frames.
        stage: looks at them; of this camera alone.
        deliver: takes each result, in order.
        backoff: how long a lost source is left alone.
        on_state: told of every change of state, in one of the worker's threads.
        analysis: when its frames are analysed; None: each one at once.
    """

    def __init__(
        self,
        camera_id: str,
        source: Source,
        stage: Stage[Result],
        deliver: Callable[[Result], None],
        backoff: Backoff,
        on_state: OnState | None = None,
        analysis: Analysis | None = None,
    ) -> None:
        self._analysis = analysis or Analysis()
        self._camera_id = camera_id
        self._source = source
        self._stage = stage
        self._deliver = deliver
        self._backoff = backoff
        self._on_state = on_state
        self._board = StatusBoard(camera_id, self._tell_state)
        self._slot = FrameSlot(waits=not source.live)
        self._results: queue.Queue[Result | None] = queue.Queue(_WAITING_RESULTS)
        self._stopping = threading.Event()
        self._ordered_s: float | None = None
        self._first_s: float | None = None
        self._threads = [
            threading.Thread(target=target, name=f"{camera_id}-{target.__name__.strip('_')}", daemon=True)
            for target in (self._grab, self._analyse, self._carry)
        ]

    @property
    def status(self) -> CameraStatus:
        """How the camera is doing."""
        return self._board.status

    def start(self) -> None:
        """Begin; once."""
        for thread in self._threads:
            thread.start()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether the worker has ended, after waiting for it: a file ends by itself."""
        _join(self._threads, None if timeout_s is None else time.monotonic() + timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    def request_stop(self) -> None:
        """Begin to stop, without waiting."""
        self._ordered_s = self._ordered_s or time.monotonic()
        self._stopping.set()

    def stop(self, timeout_s: float) -> bool:
        """Stop in the order above; what was seen is delivered within `timeout_s`.

        False when something still hangs: it ends with its read's time-out, or with the process.
        """
        self.request_stop()
        grabber, *others = self._threads
        # Counted from the order: of many silent cameras that are stopped together each has the same while.
        _join([grabber], (self._ordered_s or time.monotonic()) + GRABBER_S)
        if grabber.is_alive():
            # In a call that nothing interrupts, a camera's or a name server's; the others need not wait for it.
            logger.warning("camera %s: its reader still waits for it, and is left to itself", self._camera_id)
            self._slot.close()
        _join(others, time.monotonic() + timeout_s)
        if any(thread.is_alive() for thread in others):
            logger.error("camera %s: still busy after %.0f s", self._camera_id, timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    def _grab(self) -> None:
        while not self._stopping.is_set():
            self._first_s = None
            if not self._attempt("reading", self._read):
                self._board.lost("reading_failed")
            if not self._source.lasting:
                break
            lasted_s = 0.0 if self._first_s is None else time.monotonic() - self._first_s
            self._stopping.wait(self._backoff.delay_s(lasted_s))
        self._slot.close()

    def _read(self) -> None:
        """Read the source until it ends or is lost."""
        try:
            with closing(self._source.frames(self._stopping)) as frames:
                for frame in frames:
                    self._first_s = self._first_s or time.monotonic()
                    dropped = self._slot.put(frame)
                    self._board.frame(frame.captured_at, dropped=dropped, still=self._source.still)
        except SourceError as error:
            if not self._stopping.is_set():
                logger.warning("camera %s: %s", self._camera_id, error)
                self._board.lost(error.reason)

    def _analyse(self) -> None:
        while self._slot.wait():
            made: list[Result] = []
            with self._analysis.turns.turn(self._analysis.lane):
                # Taken now and not before: while it waited for its turn, a newer one may have come.
                frame = self._slot.take()
                if frame is not None:
                    self._look(frame, made)
            self._hand_on(made)
        made = []
        if not self._attempt("analysis", partial(_collect, self._stage.finish, made)):
            self._board.failed(ANALYSIS_FAILED)
        self._hand_on(made)
        self._results.put(None)

    def _look(self, frame: Frame, made: list[Result]) -> None:
        if (self._source.live and self._analysis.too_old(frame)) or not self._analysis.holds():
            self._board.stale()
        elif self._attempt("analysis", partial(_collect, partial(self._stage.process, frame), made)):
            self._board.analysed()
        else:
            self._board.failed(ANALYSIS_FAILED)

    def _hand_on(self, made: Iterable[Result]) -> None:
        """Outside the turn: a courier that is busy must hold up its own camera only."""
        for result in made:
            self._results.put(result)

    def _carry(self) -> None:
        while (result := self._results.get()) is not None:
            if not self._analysis.holds():
                self._board.failed(NOT_OURS)
            elif self._attempt("delivery", partial(self._deliver, result)):
                self._board.delivered()
            else:
                self._board.failed(DELIVERY_FAILED)
        self._board.stopped()

    def _tell_state(self, status: CameraStatus) -> None:
        logger.info("camera %s: %s", self._camera_id, status.state)
        if self._on_state is not None:
            self._attempt("telling its state", partial(self._on_state, status))

    def _attempt(self, what: str, call: Callable[[], None]) -> bool:
        """Whether it went well."""
        try:
            call()
        except Exception as error:  # noqa: BLE001 - one camera's fault must not end its thread
            places = "".join(traceback.format_tb(error.__traceback__))
            logger.error("camera %s: %s failed: %s\n%s", self._camera_id, what, type(error).__name__, places)  # noqa: TRY400
            return False
        return True


def _join(threads: Iterable[threading.Thread], until_s: float | None) -> None:
    """Wait for the threads, at the latest until then by the monotonic clock; None: until they end."""
    for thread in threads:
        thread.join(None if until_s is None else max(0.0, until_s - time.monotonic()))


def _collect(results: Callable[[], Iterable[Result]], made: list[Result]) -> None:
    """Add them one by one: what was made before a fault is not lost."""
    for result in results():
        made.append(result)  # noqa: PERF402 - as above
