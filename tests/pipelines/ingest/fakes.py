"""Sources and stages that do what a test tells them, and a way to wait for what threads do."""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import timedelta

import numpy as np

from pipelines.ingest.status import CameraStatus
from tests.fakes import NOW
from vision.errors import SourceError
from vision.types import Frame

PATIENCE_S = 20.0
TELLTALE = "rtsp://admin:hunter2-secret@host"
"""In the message of every error the fakes raise; it must never reach a log."""


def until(true: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until something became true; a generous while."""
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def frame(seq: int, camera_id: str = "north") -> Frame:
    """Frame number `seq` of a camera with 10 frames a second."""
    return Frame(camera_id, seq, NOW + timedelta(seconds=seq / 10), np.zeros((4, 4, 3), np.uint8))


class FakeSource:
    """One list for each time it is opened: frames to give, then how it ends.

    Args:
        openings: frames, and the error after them (None: a good end); the last one is repeated.
        live, lasting: as a real source's.
        hold: what happens before each frame, to keep in step with a test.
    """

    def __init__(
        self,
        openings: Sequence[tuple[Sequence[Frame], Exception | None]],
        *,
        live: bool = True,
        lasting: bool = True,
        hold: Callable[[Frame], None] = lambda frame: None,
    ) -> None:
        self.live = live
        self.lasting = lasting
        self.still = 0
        self.opened = 0
        self.closed = 0
        self._openings = openings
        self._hold = hold

    def frames(self, stopping: threading.Event) -> Generator[Frame, None, None]:
        frames, error = self._openings[min(self.opened, len(self._openings) - 1)]
        self.opened += 1
        try:
            for one in frames:
                if stopping.is_set():
                    return
                self._hold(one)
                yield one
            if error is not None:
                raise error
        finally:
            self.closed += 1


class FakeStage:
    """Gives the number of every frame, and `end` at the end.

    Args:
        broken: numbers of frames at which it raises.
        busy: set to let it work; None: it always works.
    """

    def __init__(self, broken: Iterable[int] = (), busy: threading.Event | None = None) -> None:
        self.seen: list[int] = []
        self._broken = set(broken)
        self._busy = busy

    def process(self, frame: Frame) -> Iterable[str]:
        self.seen.append(frame.seq)
        if self._busy is not None:
            assert self._busy.wait(PATIENCE_S)
        if frame.seq in self._broken:
            raise ValueError(TELLTALE)
        yield str(frame.seq)

    def finish(self) -> Iterable[str]:
        return ["end"]


class MemorySink:
    """Keeps what is delivered.

    Args:
        broken: results at which it raises.
    """

    def __init__(self, broken: Iterable[str] = ()) -> None:
        self.results: list[str] = []
        self._broken = set(broken)

    def __call__(self, result: str) -> None:
        if result in self._broken:
            raise ConnectionError(TELLTALE)
        self.results.append(result)


class States:
    """The states a camera went through."""

    def __init__(self) -> None:
        self.all: list[CameraStatus] = []

    def __call__(self, status: CameraStatus) -> None:
        self.all.append(status)

    @property
    def words(self) -> list[str]:
        return [status.state for status in self.all]


def lost(reason: str = "timed_out") -> SourceError:
    """What a source says when its camera is gone."""
    return SourceError(reason, "rtsp://***@host/***")
