"""Cameras that come and go, from real files and streams to visits."""

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest

from pipelines.ingest.lanes import FaceWork, Lanes
from pipelines.ingest.media import Timeouts
from pipelines.ingest.policy import SourcePolicy
from pipelines.ingest.reading import Reading
from pipelines.ingest.runtime import CameraRuntime
from pipelines.ingest.status import CameraStatus
from pipelines.stages.face import FaceTrackReady
from tests.fakes import fake_lane, portrait
from tests.pipelines.ingest.fakes import PATIENCE_S, States, until
from tests.pipelines.ingest.films import camera
from tests.pipelines.ingest.servers import PASSWORD, mjpeg_server, silent_server
from vision.errors import ConfigurationError, Conflict, NotFound


class Visits:
    """A sink that remembers; `on_ready` may act on each visit."""

    def __init__(self) -> None:
        self.all: list[FaceTrackReady] = []
        self.on_ready: Callable[[FaceTrackReady], None] = lambda ready: None

    def on_track(self, ready: FaceTrackReady) -> None:
        self.all.append(ready)
        self.on_ready(ready)


@pytest.fixture
def visits() -> Visits:
    return Visits()


@pytest.fixture
def states() -> States:
    return States()


@pytest.fixture
def runtime(visits: Visits, states: States) -> Iterator[CameraRuntime]:
    runtime = CameraRuntime(
        Lanes(FaceWork(fake_lane(), visits)), Reading(timeouts=Timeouts(0.5, 0.5), motion={}), on_state=states
    )
    yield runtime
    runtime.close()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Two seconds of a drawn person, 10 frames a second."""
    path = tmp_path / "gate.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 320, 360, "yuv420p", 4_000_000
        for _ in range(20):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(portrait(3), format="bgr24")))
        container.mux(stream.encode())
    return path


def status(runtime: CameraRuntime, camera_id: str = "north") -> CameraStatus:
    return runtime.states()[camera_id]


def test_a_film_becomes_one_visit_and_stays_as_stopped(runtime: CameraRuntime, visits: Visits, film: Path) -> None:
    runtime.add(camera(film.as_uri()))
    assert runtime.wait("north", PATIENCE_S)
    assert [(ready.camera_id, ready.reason, len(ready.observations)) for ready in visits.all] == [("north", None, 3)]
    assert (status(runtime).state, status(runtime).frames_read, status(runtime).failures) == ("stopped", 20, 0)
    runtime.remove("north")
    assert runtime.states() == {}


def test_a_running_cameras_current_track_is_its_person(runtime: CameraRuntime, film: Path) -> None:
    runtime.add(camera(film.as_uri() + "?play=loop"))
    until(lambda: len(runtime.current_track("north")) == 5)
    assert status(runtime).healthy


def test_an_unknown_can_be_tried_again_while_the_visit_lasts(
    runtime: CameraRuntime, visits: Visits, film: Path
) -> None:
    answers: list[bool] = []
    visits.on_ready = lambda ready: answers.append(runtime.retry(ready.camera_id, ready.visit))
    runtime.add(camera(film.as_uri() + "?play=loop"))
    until(lambda: len(visits.all) >= 2)
    assert visits.all[1].visit == f"{visits.all[0].visit}/2"
    assert answers[0] is True
    runtime.remove("north")
    assert runtime.retry("north", visits.all[0].visit) is False


def test_cameras_come_and_go_while_others_run(runtime: CameraRuntime, states: States, film: Path) -> None:
    runtime.add(camera(film.as_uri() + "?play=loop", "north"))
    runtime.add(camera(film.as_uri() + "?play=loop", "south"))
    until(lambda: all(one.state == "running" for one in runtime.states().values()))
    runtime.remove("south")
    assert list(runtime.states()) == ["north"]
    before = status(runtime).frames_read
    until(lambda: status(runtime).frames_read > before + 3)
    assert [one.state for one in states.all if one.camera_id == "south"][-1] == "stopped"
    runtime.add(camera(film.as_uri(), "south"))
    assert runtime.wait("south", PATIENCE_S)


def test_a_camera_that_cannot_be_reached_is_lost_and_the_others_are_not(runtime: CameraRuntime, film: Path) -> None:
    with silent_server() as port:
        runtime.add(camera(f"rtsp://127.0.0.1:{port}/", "dead"))
        runtime.add(camera(film.as_uri() + "?play=loop"))
        until(lambda: status(runtime, "dead").state == "lost" and status(runtime).state == "running")
        assert status(runtime, "dead").last_error == "timed_out"


def test_a_silent_camera_can_be_removed(runtime: CameraRuntime) -> None:
    with silent_server() as port:
        runtime.add(camera(f"http://127.0.0.1:{port}/"))
        runtime.remove("north")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("north-")]


def test_a_camera_that_flaps_comes_back_each_time_and_each_time_it_is_told(
    runtime: CameraRuntime, states: States
) -> None:
    with mjpeg_server(8) as url:  # it hangs up after eight pictures, and answers again
        runtime.add(camera(url))
        until(lambda: status(runtime).reconnects >= 2)
    runtime.close()
    words = [one.state for one in states.all]
    assert words[:5] == ["running", "lost", "running", "lost", "running"]
    assert {one.last_error for one in states.all if one.state == "lost"} <= {"ended", "unreadable", "timed_out"}


def test_a_changed_camera_goes_on_and_one_that_cannot_be_changed_runs_on(runtime: CameraRuntime, film: Path) -> None:
    runtime.add(camera(film.as_uri() + "?play=loop", "north"))
    runtime.add(camera(film.as_uri() + "?play=loop", "south"))
    until(lambda: all(one.state == "running" for one in runtime.states().values()))
    south = status(runtime, "south").frames_read
    changed = camera(film.as_uri() + "?play=loop", "north", fps=2.0)
    runtime.change(changed)
    until(lambda: status(runtime).state == "running")
    assert runtime.cameras()["north"] == changed
    assert status(runtime, "south").frames_read >= south
    with pytest.raises(ConfigurationError):
        runtime.change(camera("gopher://x"))
    assert runtime.cameras()["north"] == changed


def test_what_the_policy_refuses_is_refused_at_once_and_shows_as_forbidden_when_it_is_there_already(
    states: States, film: Path, tmp_path: Path
) -> None:
    policy = SourcePolicy(("file",), (tmp_path / "videos",), ())
    runtime = CameraRuntime(Lanes(FaceWork(fake_lane(), Visits())), Reading(policy=policy), on_state=states)
    with pytest.raises(ConfigurationError, match="CITYGATE_SOURCE_FOLDERS"):
        runtime.check(camera(film.as_uri()))
    runtime.add(camera(film.as_uri()))
    assert runtime.wait("north", PATIENCE_S)
    assert status(runtime).last_error == "forbidden"
    runtime.close()


def test_an_id_serves_one_camera(runtime: CameraRuntime, film: Path) -> None:
    runtime.add(camera(film.as_uri() + "?play=loop"))
    with pytest.raises(Conflict, match="runs already"):
        runtime.add(camera(film.as_uri()))


@pytest.mark.parametrize("ask", ["remove", "current_track", "wait"])
def test_a_camera_that_is_not_here_is_not_found(runtime: CameraRuntime, ask: str) -> None:
    with pytest.raises(NotFound, match="no camera north"):
        getattr(runtime, ask)("north")


def test_a_wrong_lane_or_address_is_refused_at_once(runtime: CameraRuntime, film: Path) -> None:
    with pytest.raises(ConfigurationError, match="lane"):
        runtime.add(camera(film.as_uri(), lane="plate"))
    with pytest.raises(ConfigurationError, match="scheme"):
        runtime.add(camera("gopher://host/x"))
    assert runtime.states() == {}


def test_after_close_nothing_runs_and_nothing_begins(runtime: CameraRuntime, film: Path) -> None:
    runtime.add(camera(film.as_uri() + "?play=loop", "north"))
    runtime.add(camera(film.as_uri() + "?play=loop", "south"))
    runtime.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("north-", "south-"))]
    with pytest.raises(Conflict, match="closed"):
        runtime.add(camera(film.as_uri()))


def test_a_cameras_password_reaches_no_log_and_no_status(
    runtime: CameraRuntime, states: States, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with mjpeg_server(3) as url, mjpeg_server(0, then="refuse") as refusing, silent_server() as port:
        runtime.add(camera(url, "ends"))
        runtime.add(camera(refusing, "refuses"))
        runtime.add(camera(f"rtsp://admin:{PASSWORD}@127.0.0.1:{port}/{PASSWORD}", "silent"))
        until(lambda: all(one.last_error for one in runtime.states().values()))
        runtime.close()
    assert len(caplog.records) >= 3
    assert "not_authorized" in caplog.text
    assert PASSWORD not in caplog.text
    assert PASSWORD not in repr(states.all)
