"""Network streams as cameras: good ones, silent ones, those that refuse."""

import itertools
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.ingest.media import Timeouts
from pipelines.ingest.reading import Reading
from pipelines.ingest.source import open_source
from pipelines.settings import utc_now
from tests.fakes import NOW, FakeClock
from tests.pipelines.ingest.films import camera
from tests.pipelines.ingest.servers import PASSWORD, mjpeg_server, rtsp_server, silent_server, sounding_server
from vision.errors import SourceError
from vision.types import Frame

SHORT = Timeouts(open_s=0.5, read_s=0.5)
FAIR = Timeouts(open_s=20.0, read_s=1.0)


def read(url: str, timeouts: Timeouts, clock: FakeClock | None = None) -> tuple[list[Frame], str]:
    """The frames, and the reason why there were no more; every stream of these tests ends."""
    frames: list[Frame] = []
    with pytest.raises(SourceError) as caught:
        frames.extend(open_source(camera(url), clock or utc_now, Reading(timeouts=timeouts)).frames(threading.Event()))
    for error in (caught.value, caught.value.__context__):
        assert PASSWORD not in str(error)
    return frames, caught.value.reason


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_silent_server_times_out(scheme: str) -> None:
    with silent_server() as port:
        assert read(f"{scheme}://admin:{PASSWORD}@127.0.0.1:{port}/{PASSWORD}", SHORT) == ([], "timed_out")


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_nobody_at_the_address_is_unreachable(scheme: str) -> None:
    with silent_server() as port:
        pass
    assert read(f"{scheme}://admin:{PASSWORD}@127.0.0.1:{port}/", SHORT) == ([], "unreachable")


def test_an_http_camera_is_read_until_it_hangs_up() -> None:
    with mjpeg_server(6) as url:
        frames, reason = read(url, FAIR, FakeClock())
    assert [frame.seq for frame in frames] == list(range(6))
    # The format has no times: a frame is captured when it comes, and no two come at once.
    assert [frame.captured_at - NOW for frame in frames] == [timedelta(milliseconds=n) for n in range(6)]
    assert frames[5].image.mean() > frames[0].image.mean() + 30
    assert reason in ("ended", "unreadable")


def test_an_http_camera_that_falls_silent_times_out() -> None:
    with mjpeg_server(4, then="silence") as url:
        frames, reason = read(url, FAIR)
    assert len(frames) == 4
    assert reason == "timed_out"


def test_sound_that_goes_on_does_not_make_up_for_pictures_that_do_not_come() -> None:
    with sounding_server(60) as url:
        frames, reason = read(url, FAIR)
    assert 0 < len(frames) <= 10
    assert reason == "timed_out"


def test_a_camera_that_wants_other_credentials_says_so() -> None:
    with mjpeg_server(4, then="refuse") as url:
        assert read(url, FAIR) == ([], "not_authorized")


def test_an_rtsp_camera_is_read_by_its_own_clock_until_it_falls_silent() -> None:
    began = datetime.now(UTC)
    with rtsp_server(40) as url:
        frames, reason = read(url, FAIR)
    assert len(frames) > 10  # the first ones go into finding out what kind of stream it is
    assert reason == "timed_out"
    times = [frame.captured_at for frame in frames]
    assert times == sorted(set(times))
    assert began < times[0] < datetime.now(UTC)
    # By the sender's reports one frame is 0.05 s after the other, however unevenly they came.
    steps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)]
    assert steps == pytest.approx([0.05] * len(steps), abs=0.002)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux names its webcams by number in /dev")
def test_a_webcam_that_is_not_there_is_not_found() -> None:
    assert read("webcam:97", SHORT) == ([], "not_found")
