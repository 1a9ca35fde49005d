"""Street cameras beside face cameras, from pictures to incidents."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipelines.ingest.lanes import FaceWork, Lanes, StreetWork
from pipelines.ingest.runtime import CameraRuntime
from pipelines.records.gate_values import Camera
from pipelines.stages.face import FaceTrackReady
from pipelines.stages.street_sightings import StreetSighting
from pipelines.street.line_counts import LineCount
from pipelines.street_cameras import StreetSettings
from tests.fakes import NOW, fake_lane
from tests.pipelines.ingest.fakes import PATIENCE_S
from tests.vision.street_pictures import street, taken, with_bag
from vision.errors import BadInput, ConfigurationError

RULE = {"rule": "thing", "kind": "L07", "start_after_s": 5}
ZONE = {"id": "pavement", "points": [[0, 0], [1, 0], [1, 1], [0, 1]], "rules": [RULE]}
SETTINGS = StreetSettings.model_validate({"zones": [ZONE]})


class Sink:
    """Remembers sightings and refuses persons."""

    def __init__(self) -> None:
        self.sightings: list[StreetSighting] = []
        self.counts: list[LineCount] = []

    def on_sighting(self, sighting: StreetSighting) -> None:
        self.sightings.append(sighting)

    def on_count(self, count: LineCount) -> None:
        self.counts.append(count)

    def on_track(self, ready: FaceTrackReady) -> None:
        raise AssertionError("wanted no face")


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def runtime(sink: Sink) -> Iterator[CameraRuntime]:
    runtime = CameraRuntime(Lanes(FaceWork(fake_lane(), sink), street=StreetWork(sink)), clock=lambda: NOW)
    yield runtime
    runtime.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A street, from the 21st picture on with a bag, and at last before a black lens."""
    pictures = [street()] * 20 + [with_bag(street())] * 40 + [np.zeros_like(street())] * 5
    for number, picture in enumerate(pictures):
        cv2.imwrite(str(tmp_path / f"{number:03}.png"), taken(picture, number) if picture.any() else picture)
    return tmp_path


def camera(folder: Path) -> Camera:
    return Camera("quay-3", folder.as_uri(), "street", NOW, street=SETTINGS)


def test_a_bag_before_a_street_camera_is_told_and_a_black_lens_is_not_trusted(
    runtime: CameraRuntime, sink: Sink, folder: Path
) -> None:
    assert runtime.trusts("quay-3") is None
    runtime.add(camera(folder))
    assert runtime.wait("quay-3", PATIENCE_S)
    assert runtime.states()["quay-3"].failures == 0
    [told] = sink.sightings
    assert (told.incident.phase, told.incident.kind, told.incident.zone_id) == ("start", "L07", "pavement")
    # Three pictures a second where nothing else is said: the bag is put down in the 21st, after 6.67 s.
    assert abs((told.incident.started_at - NOW).total_seconds() - 6.67) < 2
    assert runtime.trusts("quay-3") is False


def test_who_crosses_a_line_is_counted_when_the_camera_ends(runtime: CameraRuntime, sink: Sink, tmp_path: Path) -> None:
    for number in range(40):
        picture = street()
        if number >= 20:
            left = 40 + 8 * (number - 20)
            cv2.rectangle(picture, (left, 80), (left + 59, 119), (210, 215, 220), -1)
        cv2.imwrite(str(tmp_path / f"{number:03}.png"), taken(picture, number))
    line = {"id": "stop", "points": [[0.5, 1.0], [0.5, 0.0]], "classes": ["mover"]}
    settings = StreetSettings.model_validate({"lines": [line]})
    runtime.add(Camera("quay-3", tmp_path.as_uri(), "street", NOW, street=settings))
    assert runtime.wait("quay-3", PATIENCE_S)
    [count] = sink.counts
    assert (count.line, count.passed) == ("stop", {"mover": (0, 1)})
    # Forty pictures at three a second, of which the first five seconds show the empty street.
    assert count.seen_s == pytest.approx(13.0 - 5.0, abs=0.5)


def test_a_street_camera_has_no_faces_to_decide_on(runtime: CameraRuntime, folder: Path) -> None:
    runtime.add(camera(folder))
    assert runtime.current_track("quay-3") == []
    assert runtime.retry("quay-3", "quay-3/1") is False


def test_without_a_taker_of_incidents_a_street_camera_is_refused(sink: Sink, folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="takes its incidents, got nobody"):
        CameraRuntime(Lanes(FaceWork(fake_lane(), sink))).check(camera(folder))


@pytest.mark.parametrize("changes", [{"street": None}, {"lane": "face"}])
def test_zones_and_rules_belong_to_street_cameras_and_each_has_them(folder: Path, changes: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="wanted street settings with lane street and nowhere else"):
        replace(camera(folder), **changes)
