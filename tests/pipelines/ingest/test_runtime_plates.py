"""Plate cameras beside face cameras, from a film to a visit."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import pytest

from pipelines.ingest.lanes import FaceWork, Lanes, PlateWork
from pipelines.ingest.media import Timeouts
from pipelines.ingest.reading import Reading
from pipelines.ingest.runtime import CameraRuntime
from pipelines.stages.face import FaceTrackReady
from pipelines.stages.plate import PlateVisit
from tests.fake_plates import car_picture, draw_plate, fake_plate_lane
from tests.fakes import fake_lane
from tests.pipelines.ingest.fakes import PATIENCE_S
from tests.pipelines.ingest.films import camera
from vision.errors import ConfigurationError


class Sink:
    """Remembers cars and refuses persons."""

    def __init__(self) -> None:
        self.visits: list[PlateVisit] = []

    def on_visit(self, visit: PlateVisit) -> None:
        self.visits.append(visit)

    def on_track(self, ready: FaceTrackReady) -> None:
        raise AssertionError("wanted no face")


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def runtime(sink: Sink) -> Iterator[CameraRuntime]:
    faces, plates = FaceWork(fake_lane(), sink), PlateWork(fake_plate_lane(), sink)
    runtime = CameraRuntime(Lanes(faces, plates), Reading(timeouts=Timeouts(0.5, 0.5), motion={}))
    yield runtime
    runtime.close()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Two seconds of a car that comes, 10 frames a second."""
    path = tmp_path / "entry.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 640, 360, "yuv420p", 8_000_000
        for number in range(20):
            image = car_picture(size_wh=(640, 360))
            draw_plate(image, "京A12345", (160, 40 + 10 * number), scale=0.8 + 0.02 * number)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return path


def test_a_film_of_a_car_becomes_one_visit_of_its_parking_lane(runtime: CameraRuntime, sink: Sink, film: Path) -> None:
    runtime.add(replace(camera(film.as_uri(), "entry", lane="plate"), lane_id="garage/in"))
    assert runtime.wait("entry", PATIENCE_S)
    assert runtime.states()["entry"].failures == 0
    (visit,) = sink.visits
    assert visit.reading is not None
    assert (visit.camera_id, visit.lane_id, visit.reading.text) == ("entry", "garage/in", "京A12345")
    assert (visit.agreeing >= 2, visit.direction) == (True, "approaching")


def test_a_plate_camera_has_no_faces_to_decide_on(runtime: CameraRuntime, film: Path) -> None:
    runtime.add(camera(film.as_uri(), "entry", lane="plate"))
    assert runtime.current_track("entry") == []
    assert runtime.retry("entry", "entry/1") is False


def test_without_plate_networks_a_plate_camera_is_refused_with_what_to_set(sink: Sink) -> None:
    runtime = CameraRuntime(Lanes(FaceWork(fake_lane(), sink)))
    with pytest.raises(ConfigurationError, match="CITYGATE_PLATE_DETECTOR"):
        runtime.add(camera("rtsp://127.0.0.1:9/a", lane="plate"))
