"""A real RTSP camera that is unplugged, freezes and goes blind while it is read."""

import itertools
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.ingest.backoff import JITTER, STAGES_S
from pipelines.ingest.lanes import Deliver
from pipelines.ingest.media import Timeouts
from pipelines.ingest.reading import Reading
from pipelines.ingest.runtime import CameraRuntime
from pipelines.ingest.status import CameraStatus
from pipelines.ingest.timeline import MAX_SKEW
from pipelines.ingest.worker import Stage
from pipelines.records.gate_values import Camera
from tests.pipelines.ingest.fakes import States, until
from tests.pipelines.ingest.films import camera
from tests.servers.rtsp import PASSWORD, RtspCamera, rtsp_camera
from vision.types import Frame

pytestmark = pytest.mark.rtsp
PATIENCE_S = 120.0
"""Back-off, and a server that begins slowly on a busy machine."""


class Eye:
    """A lane that notes what it is shown."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def check(self, one: Camera) -> None:
        """Every camera may run."""

    def open(self, one: Camera) -> tuple[Stage[str], Deliver]:
        return self, lambda result: None

    def process(self, frame: Frame) -> Iterable[str]:
        self.frames.append(frame)
        return ()

    def finish(self) -> Iterable[str]:
        return ()

    def assert_times_only_grow(self) -> None:
        times = [frame.captured_at for frame in self.frames]
        assert len(times) > 1
        assert all(earlier < later for earlier, later in itertools.pairwise(times))
        assert times[-1] < datetime.now(UTC) + MAX_SKEW


class Moments(States):
    """The states with the seconds at which they were told."""

    def __init__(self) -> None:
        super().__init__()
        self.at_s: list[float] = []

    def __call__(self, status: CameraStatus) -> None:
        self.at_s.append(time.monotonic())
        super().__call__(status)

    def forget(self) -> None:
        """How it began: on a busy machine the first try may time out."""
        self.all.clear()
        self.at_s.clear()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RtspCamera]:
    with rtsp_camera(tmp_path) as server:
        yield server


@pytest.fixture
def eye() -> Eye:
    return Eye()


@pytest.fixture
def states() -> Moments:
    return Moments()


@pytest.fixture
def runtime(eye: Eye, states: Moments) -> Iterator[CameraRuntime]:
    runtime = CameraRuntime(eye, Reading(timeouts=Timeouts(5.0, 1.0), max_age_s=3600.0), on_state=states)
    yield runtime
    runtime.close()


def status(runtime: CameraRuntime) -> CameraStatus:
    return runtime.states()["north"]


def until_seen(eye: Eye, runtime: CameraRuntime, reconnects: int = 0) -> None:
    """Wait for five frames more, of a camera that came back so often and is well."""
    until(lambda: status(runtime).reconnects == reconnects, PATIENCE_S)
    so_far = len(eye.frames)
    until(lambda: len(eye.frames) >= so_far + 5, PATIENCE_S)
    assert status(runtime).healthy


def until_silent(eye: Eye) -> None:
    """Wait until nothing is left of what was under way: for the time of ten frames none came."""
    before = -1
    while len(eye.frames) != before:
        before = len(eye.frames)
        time.sleep(0.5)


def test_a_camera_that_flaps_is_tried_less_and_less_and_goes_on_by_itself(
    server: RtspCamera, runtime: CameraRuntime, eye: Eye, states: Moments, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "pipelines.ingest.worker")
    runtime.add(camera(server.url))
    until_seen(eye, runtime)
    assert eye.frames[0].image.shape == (120, 160, 3)
    states.forget()
    caplog.clear()
    server.kill()
    until(lambda: len(caplog.records) >= 2, PATIENCE_S)  # the loss, and a try in vain
    lost = status(runtime)
    assert (lost.state, lost.last_error, lost.reconnects, lost.healthy) == ("lost", "unreachable", 0, False)
    server.start()
    until_seen(eye, runtime, reconnects=1)
    server.kill()
    until(lambda: status(runtime).state == "lost", PATIENCE_S)
    server.start()
    until_seen(eye, runtime, reconnects=2)
    eye.assert_times_only_grow()
    assert states.words == ["lost", "running", "lost", "running"]
    # What a killed server leaves behind is an end, or an answer that was cut off.
    assert {one.last_error for one in states.all if one.state == "lost"} <= {"ended", "damaged", "unreadable"}
    # No frame came before it was left alone for the first two stages, and then for the third.
    first_lost_s, first_back_s, then_lost_s, then_back_s = states.at_s
    assert first_back_s - first_lost_s >= (STAGES_S[0] + STAGES_S[1]) * (1 - JITTER)
    assert then_back_s - then_lost_s >= STAGES_S[2] * (1 - JITTER)
    assert PASSWORD not in caplog.text


def test_a_camera_that_freezes_is_lost_until_it_thaws_and_its_times_go_on(
    server: RtspCamera, runtime: CameraRuntime, eye: Eye
) -> None:
    runtime.add(camera(server.url))
    until_seen(eye, runtime)
    server.freeze()
    until(lambda: status(runtime).last_error == "timed_out", PATIENCE_S)
    frozen = eye.frames[-1].captured_at
    server.thaw()
    until_seen(eye, runtime, reconnects=1)
    eye.assert_times_only_grow()
    assert eye.frames[-1].captured_at - frozen > timedelta(seconds=1)  # it was silent for the read's time-out


def test_a_camera_whose_pictures_stop_while_its_sound_goes_on_is_lost(
    server: RtspCamera, runtime: CameraRuntime, eye: Eye
) -> None:
    runtime.add(camera(server.url))
    until_seen(eye, runtime)
    server.close_lens()
    until(lambda: status(runtime).last_error == "timed_out", PATIENCE_S)


def test_a_frozen_camera_is_not_waited_for_when_it_is_removed(server: RtspCamera, eye: Eye, states: Moments) -> None:
    runtime = CameraRuntime(eye, Reading(timeouts=Timeouts(20.0, 20.0)), on_state=states)
    runtime.add(camera(server.url))
    until_seen(eye, runtime)
    server.freeze()
    until_silent(eye)
    seen = len(eye.frames)
    states.forget()
    runtime.remove("north")
    assert states.words == ["stopped"]
    [left] = [thread for thread in threading.enumerate() if thread.name == "north-grab"]
    server.thaw()
    left.join(PATIENCE_S)
    assert not left.is_alive()
    # What its reader got afterwards was looked at by nobody, and told to nobody.
    assert (len(eye.frames), states.words) == (seen, ["stopped"])
    runtime.close()
