"""The benchmark of false alarms: rates and their bounds."""

import math
from pathlib import Path

import pytest

from benchmarks.false_alarms import alarm_rate, run, upper_95
from benchmarks.options import BenchOptions
from benchmarks.street_films import BEGINS_AT, PlayedFilm
from tests.benchmarks.test_incidents import CAMERA, alarm
from tests.pipelines.ingest.films import write_film
from vision.errors import ConfigurationError


def film(length_s: float, alarms: int = 0) -> PlayedFilm:
    return PlayedFilm(tuple(alarm(float(number)) for number in range(alarms)), BEGINS_AT, length_s, (0.01,), {})


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
    result = run(BenchOptions("bench", tmp_path), videos=films, camera=tmp_path / "camera.toml")
    assert (result.n, result.metrics["alarms"]) == (2, 0)
    # 20 frames at 10 a second, each other one looked at: 0 to 1.8 s
    assert result.metrics["camera_hours"] == pytest.approx(3.6 / 3600)
    assert [row[2] for row in result.listings[0].rows] == ["nothing", "nothing"]


def test_a_film_is_needed(tmp_path: Path) -> None:
    (tmp_path / "camera.toml").write_text(CAMERA)
    with pytest.raises(ConfigurationError, match="--video: wanted at least one"):
        run(BenchOptions("bench", tmp_path), videos=[], camera=tmp_path / "camera.toml")
