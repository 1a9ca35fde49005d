"""The gate clip."""

import json
from dataclasses import asdict
from pathlib import Path

import av
import numpy as np
import pytest

from sample_videos.camera import FPS, GateCamera
from sample_videos.gate_clip import SECONDS, appearances, render_gate_clip
from sample_videos.people import PEOPLE, cut_out, portrait
from sample_videos.walks import pose


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_gate_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="module")
def gate_camera() -> GateCamera:
    return GateCamera(seed=0)


def test_the_clip_is_15_seconds_of_1280x720_in_less_than_3_megabytes(clip: Path) -> None:
    assert clip.stat().st_size < 3_000_000
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (1280, 720, FPS)
        assert stream.frames == SECONDS * FPS == 225


def test_beside_the_clip_lies_who_is_seen_when(clip: Path) -> None:
    truth = json.loads(clip.with_suffix(".json").read_text("utf-8"))
    assert truth["size_wh"] == [1280, 720]
    assert [one["person"] for one in truth["people"]] == list(PEOPLE)
    assert truth["people"] == json.loads(json.dumps([asdict(one) for one in appearances()]))
    assert [path.suffix for path in sorted(clip.parent.iterdir())] == [".json", ".mp4"]  # and nothing temporary


def test_a_clip_that_is_there_is_not_rendered_again(clip: Path) -> None:
    before = clip.stat().st_mtime_ns
    assert render_gate_clip(clip.parent) == clip
    assert clip.stat().st_mtime_ns == before


def test_the_persons_come_one_after_the_other_and_stand_still_for_a_while() -> None:
    first, second = appearances()
    assert 0 < first.from_s < first.stands_from_s < first.stands_to_s < first.to_s < second.from_s
    assert second.from_s < second.stands_from_s < second.stands_to_s < second.to_s < SECONDS
    assert first.stands_to_s - first.stands_from_s == pytest.approx(2.0)


def test_a_person_walks_in_and_is_gone_before_and_after() -> None:
    assert pose("astronaut", 0.0) is None
    assert pose("astronaut", 14.0) is None
    early, late = pose("astronaut", 1.5), pose("astronaut", 4.0)
    assert early is not None
    assert late is not None
    assert early.height < late.height


def test_pictures_depend_on_time_and_seed_alone(gate_camera: GateCamera) -> None:
    picture = gate_camera.frame(4.0)
    assert picture.shape == (720, 1280, 3)
    assert picture.dtype == np.uint8
    gate_camera.frame(5.0)
    assert np.array_equal(gate_camera.frame(4.0), picture)
    assert not np.array_equal(GateCamera(seed=1).frame(4.0), picture)


def test_the_lamp_fails_for_a_moment(gate_camera: GateCamera) -> None:
    assert gate_camera.frame(4.4).mean() < 0.9 * gate_camera.frame(4.6).mean()


def test_an_empty_corridor_differs_from_one_with_a_person_only_where_the_person_is(gate_camera: GateCamera) -> None:
    # At 7.4 s nobody is there; at 0.4 s neither: only light and noise differ.
    difference = np.abs(gate_camera.frame(7.4).astype(int) - gate_camera.frame(0.4))[100:]
    assert difference.mean() < 20
    left, top, right, bottom = appearances()[0].box
    person = gate_camera.frame(5.0)[top:bottom, left:right].astype(int)
    assert np.abs(person - gate_camera.frame(7.4)[top:bottom, left:right]).mean() > 30


def test_portraits_are_pictures_to_enrol() -> None:
    shapes = [portrait(person).shape for person in PEOPLE]
    assert shapes == [(330, 330, 3), (460, 460, 3)]


@pytest.mark.parametrize("person", PEOPLE)
def test_a_cut_out_holds_the_face_and_not_the_corners(person: str) -> None:
    cutout = cut_out(person)  # type: ignore[arg-type]
    x, y = (round(value) for value in cutout.face)
    opacity = cutout.layer[..., 3]
    assert opacity[y, x] == 1.0
    assert opacity[5, 5] == opacity[5, -5] == 0.0
    assert 0.2 < opacity.mean() < 0.8
