"""The benchmark of false alarms: rates and their bounds."""

import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import supervision as sv

from benchmarks.false_alarms import Still, alarm_rate, picture_rate, run, upper_95
from benchmarks.held_pictures import picture_files, read_names
from benchmarks.options import BenchOptions
from benchmarks.result import Result
from benchmarks.street_films import BEGINS_AT, PlayedFilm, play_frames
from pipelines.street_cameras import read_street_camera
from tests.benchmarks.test_incidents import CAMERA, alarm
from tests.benchmarks.test_street import SIDE, write_detector
from tests.pipelines.ingest.films import write_film
from vision.errors import BadInput, ConfigurationError
from vision.types import Frame, Image

FIRES = Path(__file__).parents[2] / "benchmarks" / "street_fires.toml"


def film(length_s: float, alarms: int = 0) -> PlayedFilm:
    return PlayedFilm(tuple(alarm(float(number)) for number in range(alarms)), BEGINS_AT, length_s, (0.01,))


def test_without_an_alarm_the_bound_is_three_over_the_hours() -> None:
    rate = alarm_rate([film(1800), film(3600)])
    assert (rate["alarms"], rate["camera_hours"], rate["per_camera_hour"], rate["upper_95"]) == (0, 1.5, 0.0, 2.0)


def test_alarms_of_all_films_count_together() -> None:
    rate = alarm_rate([film(1800, 1), film(5400, 2)])
    assert (rate["alarms"], rate["camera_hours"], rate["per_camera_hour"]) == (3, 2.0, 1.5)
    assert rate["upper_95"] == pytest.approx(7.754 / 2, abs=1e-3)  # 0.95 of chi-square with 8 degrees, halved


def test_no_time_has_no_rate() -> None:
    rate = alarm_rate([film(0)])
    assert (rate["per_camera_hour"], rate["upper_95"]) == (None, None)


@pytest.mark.parametrize(("events", "bound"), [(1, 4.744), (2, 6.296), (10, 16.962)])
def test_the_bound_is_that_of_a_poisson_count(events: int, bound: float) -> None:
    assert upper_95(events) == pytest.approx(bound, abs=1e-3)
    at_most = sum(math.exp(-bound) * bound**k / math.factorial(k) for k in range(events + 1))
    assert at_most == pytest.approx(0.05, abs=1e-4)


def test_films_in_which_nothing_happens_raise_no_alarm(tmp_path: Path) -> None:
    films = [write_film(tmp_path / "one.mp4"), write_film(tmp_path / "two.mp4")]
    (tmp_path / "camera.toml").write_text(CAMERA)
    result = run(BenchOptions("bench", tmp_path), still=Still(films), camera=tmp_path / "camera.toml")
    assert (result.n, result.metrics["alarms"]) == (2, 0)
    # 20 frames at 10 a second, each other one looked at: 0 to 1.8 s
    assert result.metrics["camera_hours"] == pytest.approx(3.6 / 3600)
    assert [row[3] for row in result.listings[0].rows] == ["nothing", "nothing"]


def test_a_film_is_needed(tmp_path: Path) -> None:
    (tmp_path / "camera.toml").write_text(CAMERA)
    with pytest.raises(ConfigurationError, match="wanted at least one film or folder"):
        run(BenchOptions("bench", tmp_path), still=Still(), camera=tmp_path / "camera.toml")


def test_blind_time_is_no_camera_time() -> None:
    blind = PlayedFilm((), BEGINS_AT, 3600, (0.01,), (), blind_s=1800)
    rate = alarm_rate([blind, film(1800)])
    assert (rate["camera_hours"], rate["blind_hours"], rate["upper_95"]) == (1.0, 0.5, 3.0)


def test_a_picture_that_cries_twice_is_one_picture() -> None:
    rate = picture_rate([film(10, 2), film(10), film(10)])
    assert (rate["pictures"], rate["pictures_alarmed"]) == (3, 1)
    assert rate["pictures_upper_95"] == pytest.approx(4.744 / 3, abs=1e-3)
    assert picture_rate([]) == {}


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """Two grey pictures, one of them with a white square, and a detector that calls the square fire."""
    (tmp_path / "grey").mkdir()
    for name in ("bright", "plain"):
        image = np.random.default_rng(1).integers(0, 120, (SIDE, SIDE, 3)).astype(np.uint8)
        if name == "bright":
            image[: SIDE // 2, SIDE // 2 :] = 255
        cv2.imwrite(str(tmp_path / "grey" / f"{name}.png"), image)
    write_detector(tmp_path / "squares.onnx", "{0: 'smoke', 1: 'fire'}")
    return tmp_path


def bench_squares(folder: Path, **still: Any) -> Result:
    wolf = Still(folders=[folder / "grey"], **still)
    return run(BenchOptions("bench", folder), still=wolf, camera=FIRES, detector=str(folder / "squares.onnx"))


def test_a_held_picture_in_which_fire_is_seen_is_an_alarm(squares: Path) -> None:
    result = bench_squares(squares)
    assert (result.n, result.metrics["alarms"], result.metrics["pictures_alarmed"]) == (2, 1, 1)
    assert result.metrics["camera_hours"] == pytest.approx(20 / 3600, abs=1e-6)
    assert result.listings[0].rows == (("grey", 20.0, 0.0, "L02 x 1"),)
    # Confirmed in the second frame, a third of a second after the first, and then seen for 3 s.
    assert result.listings[1].rows == (("grey/bright.png", "L02", "", 3.33, [28, 0, 64, 36]),)


def test_a_picture_that_is_left_out_is_not_played(squares: Path) -> None:
    (squares / "burning.txt").write_text("# what burns\nbright.png a white square\n\n")
    result = bench_squares(squares, left_out=read_names(squares / "burning.txt"))
    assert (result.n, result.metrics["alarms"]) == (1, 0)
    with pytest.raises(BadInput, match="wanted a file of names"):
        read_names(squares / "nothing.txt")


def test_pictures_of_a_labelled_set_are_those_of_its_labels(squares: Path) -> None:
    (squares / "grey" / "labels.jsonl").write_text('{"image": "plain.png"}')
    assert [path.name for path in picture_files(squares / "grey")] == ["plain.png"]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="got none"):
        picture_files(tmp_path)
    with pytest.raises(BadInput, match="--pictures: wanted a folder"):
        picture_files(tmp_path / "nowhere")


def test_a_time_in_which_no_rule_could_cry_or_the_camera_counts_as_frozen_is_refused(squares: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"at least 3.67 s, .* less than 30.00 s, .* got 3.5"):
        bench_squares(squares, hold_s=3.5)
    with pytest.raises(ConfigurationError, match="got 30"):
        bench_squares(squares, hold_s=30.0)


@pytest.mark.parametrize("box", [(20, 40, 44, 64), (40, 0, 64, 24), (0, 0, 64, 64)])
def test_the_shipped_camera_of_fires_sees_to_the_picture_s_edges(box: tuple[int, int, int, int]) -> None:
    class Fire:
        def detect(self, image: Image) -> sv.Detections:
            return sv.Detections(
                xyxy=np.array([box], np.float32),
                confidence=np.ones(1, np.float32),
                class_id=np.zeros(1, int),
                data={"class_name": np.array(["fire"])},
            )

    noise = np.random.default_rng(0).integers(0, 200, (SIDE, SIDE, 3)).astype(np.uint8)
    frames = (Frame("fires", n, BEGINS_AT + timedelta(seconds=n / 3), noise) for n in range(15))
    assert [one.kind for one in play_frames(frames, read_street_camera(FIRES), Fire()).starts] == ["L02"]
