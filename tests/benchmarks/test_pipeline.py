"""The benchmark of many cameras: its time code, its films, and that it gives the contract's metrics."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.camera_films import write_coded_film, write_still_film
from benchmarks.camera_server import read_film
from benchmarks.decode_limit import measure
from benchmarks.options import BenchOptions
from benchmarks.pipeline import Offer, run
from benchmarks.pipeline_lanes import STREET, open_lane
from benchmarks.time_code import draw_number, read_number
from pipelines.records.gate_values import Camera
from tests.fakes import NOW
from tests.pipelines.ingest.films import write_film
from vision.errors import ConfigurationError
from vision.motion_gate import MotionLimits

GREY = np.full((360, 640, 3), 90, np.uint8)


@pytest.mark.parametrize("number", [0, 1, 5, 299, 40_000, 65_535])
def test_a_number_is_read_back_off_the_picture_even_after_strong_compression(number: int) -> None:
    drawn = draw_number(GREY, number)
    assert not np.shares_memory(drawn, GREY)
    pressed = cv2.imdecode(cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, 20])[1], cv2.IMREAD_COLOR)
    assert (read_number(drawn), read_number(pressed)) == (number, number)


def test_where_no_number_is_none_is_read() -> None:
    assert read_number(GREY) is None
    assert read_number(GREY[:10]) is None
    damaged = draw_number(GREY, 5)
    damaged[:16, 16 * 17 : 16 * 18] = 0  # the lowest bit: the count of white cells is odd now
    assert read_number(damaged) is None


def test_a_frame_is_as_late_as_the_newest_sending_of_its_number() -> None:
    offer = Offer(port=1, began_s=100.0, fps=5, frames=10)
    # Camera 1 of 4 sends number 3 at 100 + (0.25 + 3) / 5 = 100.65 s, and every 2 s again.
    assert offer.late_s(3, 100.9, 1, 4) == pytest.approx(0.25)
    assert offer.late_s(3, 104.75, 1, 4) == pytest.approx(0.1)


def test_the_cameras_film_has_its_numbers_and_whole_pictures_in_between(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", frames=20)  # two seconds
    assert write_coded_film(film, tmp_path / "coded.flv", 5, 100) == 10
    sent = read_film(tmp_path / "coded.flv")
    assert (len(sent.packets), sent.fps, sent.packets[0][1]) == (10, 5, True)
    with pytest.raises(ConfigurationError, match="--video"):
        write_coded_film(tmp_path / "none.mp4", tmp_path / "coded.flv", 5, 100)


def test_of_a_still_scene_few_frames_are_looked_at(tmp_path: Path) -> None:
    film, still = write_film(tmp_path / "film.mp4", frames=2), tmp_path / "still.flv"
    write_still_film(film, still, fps=10, frames=40, seed=0)
    lanes = open_lane("street", BenchOptions("bench", tmp_path))
    camera = Camera("still", "file:///", "street", NOW, street=STREET)
    limit = measure(still, MotionLimits(hold_s=0.5, idle_s=1.0), lambda: lanes.make(camera), rounds=1)
    # One each second; the hold after the first frame is left out.
    assert limit.looked_at == 4
    assert set(limit.stages) == {"decode_ms", "gate_ms", "look_ms"}
    assert limit.ratio > 0


def test_a_lane_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--lane"):
        open_lane("thermal", BenchOptions("bench", tmp_path))


def test_two_cameras_give_the_contracts_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.pipeline._WARM_UP_S", 0.2)
    monkeypatch.setattr("benchmarks.pipeline.STILL_FRAMES", 10)
    film = write_film(tmp_path / "film.mp4", frames=20)
    result = run(BenchOptions("bench", tmp_path), video=film, cameras=2, lane="street", seconds=3.0)
    assert result.n > 0
    assert {"decode_ratio", "analysed_fps", "dropped", "fairness", "latency_ms", "stages"} <= set(result.metrics)
    assert set(result.metrics["latency_ms"]) == {"p50", "p95", "p99"}
    assert isinstance(result.metrics["cpu_s_per_camera_hour"], float)
    assert isinstance(result.metrics["rss_mb_per_camera"], float)
    assert len(result.listings[0].rows) == 2
