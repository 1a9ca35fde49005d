"""The benchmark of line counts: from values, and on a drawn film of a white square that goes over a line."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.line_counts import count_metrics, run
from benchmarks.line_truth import LineTruth, TrueCrossing, read_line_truth, score_lines
from benchmarks.options import BenchOptions
from benchmarks.street_films import Crossing, Direction
from tests.benchmarks.test_street import SIDE, write_detector
from tests.pipelines.ingest.films import write_pictures
from vision.errors import BadInput
from vision.types import Image

LINE = '[[lines]]\nid = "road"\npoints = [[0.5, 0.0], [0.5, 1.0]]\n'
CAMERA = f'id = "north"\nfps = 10\n{LINE}'


def seen(at_s: float, direction: Direction = "in") -> TrueCrossing:
    return TrueCrossing(line="road", direction=direction, at_s=at_s)


def told(at_s: float, direction: Direction = "in") -> Crossing:
    return Crossing("road", direction, at_s)


def scored(true: list[TrueCrossing], crossings: list[Crossing]) -> list[tuple[str, int, int, int]]:
    scores = score_lines(LineTruth(crossings=tuple(true)), crossings, ["road"])
    return [(one.direction, one.counted, one.wanted, one.matched) for one in scores]


def test_each_direction_is_counted_by_itself() -> None:
    assert scored([seen(1), seen(2), seen(3, "out")], [told(1.2), told(2.9)]) == [("in", 2, 2, 2), ("out", 0, 1, 0)]


def test_a_count_that_is_right_by_two_errors_shows_in_what_matched() -> None:
    assert scored([seen(1), seen(5)], [told(1), told(9)]) == [("in", 2, 2, 1)]


def test_one_crossing_matches_one_only() -> None:
    assert scored([seen(1)], [told(0.8), told(1.2)]) == [("in", 2, 1, 1)]
    assert scored([seen(1)], [told(2.01)]) == [("in", 1, 1, 0)]


def test_errors_of_both_directions_add_up() -> None:
    truth = LineTruth(crossings=(seen(1), seen(2), seen(3, "out"), seen(4, "out")))
    metrics = count_metrics(score_lines(truth, [told(1), told(3, "out"), told(4, "out"), told(8, "out")], ["road"]))
    # one too few, one too many, of four: 4 of 4 are counted and half of them wrongly
    assert (metrics["counted"], metrics["wanted"], metrics["error_share"], metrics["matched"]) == (4, 4, 0.5, 3)
    assert metrics["per_line"] == {
        "road in": {"counted": 1, "wanted": 2, "error_share": 0.5, "matched": 1},
        "road out": {"counted": 3, "wanted": 2, "error_share": 0.5, "matched": 2},
    }


def test_nobody_seen_and_nobody_told_has_no_error_share() -> None:
    assert count_metrics(score_lines(LineTruth(crossings=()), [], ["road"]))["error_share"] is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A white square in the upper left quarter, from the eleventh picture on in the upper right one."""
    pictures: list[Image] = []
    for number in range(20):
        picture = np.full((SIDE, SIDE, 3), 20, np.uint8)
        left = 0 if number < 10 else SIDE // 2
        picture[: SIDE // 2, left : left + SIDE // 2] = 255
        pictures.append(picture)
    write_pictures(tmp_path / "street.mp4", pictures)
    write_detector(tmp_path / "squares.onnx", "{0: 'person', 1: 'car'}", box_side=60)
    (tmp_path / "camera.toml").write_text(CAMERA + "[health]\nglare_share = 0.9\n")
    (tmp_path / "truth.json").write_text(json.dumps({"crossings": [seen(1.0).model_dump()], "note": "drawn"}))
    return tmp_path


def files(folder: Path) -> dict[str, Path]:
    return {"video": folder / "street.mp4", "camera": folder / "camera.toml", "truth": folder / "truth.json"}


def test_who_goes_over_the_line_of_a_film_is_counted_in_its_direction_and_time(folder: Path) -> None:
    result = run(BenchOptions("bench", folder), **files(folder), detector=str(folder / "squares.onnx"))
    assert [model.id for model in result.models] == ["file-squares"]
    assert (result.benchmark, result.n) == ("line-counts", 1)
    # The line leads down: left of that way is the right of the picture.
    wanted = {"counted": 1, "wanted": 1, "error_share": 0.0, "matched": 1, "blind_s": 0.0}
    assert {key: result.metrics[key] for key in wanted} == wanted
    assert result.listings[0].rows == ((1.0, "seen", "road", "in"), (1.0, "told", "road", "in"))
    assert isinstance(result.metrics["ms_p50"], float)


def test_without_a_detector_nothing_is_counted(folder: Path) -> None:
    result = run(BenchOptions("bench", folder), **files(folder))
    assert (result.metrics["counted"], result.metrics["error_share"]) == (0, 1.0)
    assert result.models == ()


def test_the_truth_of_another_film_is_refused(folder: Path) -> None:
    (folder / "truth.json").write_text(json.dumps({"crossings": [], "sha256": "0" * 64}))
    with pytest.raises(BadInput, match="wanted the film that was counted"):
        run(BenchOptions("bench", folder), **files(folder))


def test_the_truth_of_other_lines_is_refused(folder: Path) -> None:
    (folder / "truth.json").write_text('{"crossings": [{"line": "bridge", "direction": "in", "at_s": 1}]}')
    with pytest.raises(BadInput, match="lines road, got bridge"):
        run(BenchOptions("bench", folder), **files(folder))


def test_a_truth_that_is_none_is_refused(folder: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_line_truth(folder / "nothing.json")
    (folder / "truth.json").write_text('{"crossings": [{"line": "road", "direction": "up", "at_s": 1}]}')
    with pytest.raises(BadInput, match="direction"):
        read_line_truth(folder / "truth.json")
