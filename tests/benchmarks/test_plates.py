"""The benchmark of scenes: on a detector of red squares, and on real pictures with the public peer."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks.options import BenchOptions
from benchmarks.plates import run
from benchmarks.report import write_report
from benchmarks.result import Result
from tests.benchmarks.plate_graphs import write_reader, write_square_detector
from vision.errors import ConfigurationError

# A red cell of 8 x 8 from (96, 64) has its centre at (100, 68); the plate reaches 48 and 18 pixels from there.
SQUARE_XY = (96, 64)
BOX = [52.0, 50.0, 148.0, 86.0]
ELSEWHERE = [300.0, 200.0, 364.0, 224.0]


def write_scenes(folder: Path, *plates: list[dict[str, object]]) -> None:
    image = np.zeros((384, 640, 3), np.uint8)
    left, top = SQUARE_XY
    image[top : top + 8, left : left + 8, 2] = 255
    lines = []
    for number, labelled in enumerate(plates):
        cv2.imwrite(str(folder / f"{number}.png"), image)
        lines.append(json.dumps({"image": f"{number}.png", "plates": labelled}))
    (folder / "labels.jsonl").write_text("\n".join(lines))


def bench(folder: Path, **asked: Any) -> Result:
    detector = write_square_detector(folder / "detector.onnx")
    reader = write_reader(folder / "reader.onnx", "皖A12345")
    options = BenchOptions("bench", folder / "home", folder)
    return run(options, detector=str(detector), reader=str(reader), **asked)


def test_a_labelled_plate_is_found_read_and_not_false(tmp_path: Path) -> None:
    write_scenes(tmp_path, [{"text": "皖A12345", "box": BOX}])
    result = bench(tmp_path)
    assert [model.id for model in result.models] == ["file-detector", "file-reader"]
    assert result.n == 1
    wanted = {"exact": 1.0, "exact_merged": 1.0, "recall_iou50": 1.0, "false_plates_per_image": 0.0}
    assert {name: result.metrics[name] for name in wanted} == wanted
    assert {"ms_p50", "detect_ms_p50", "read_ms_p50"} <= set(result.metrics)
    assert result.listings[0].rows == ()
    assert [gallery.pictures for gallery in result.galleries] == [(), ()]


def test_a_plate_where_none_is_labelled_is_listed_and_shown(tmp_path: Path) -> None:
    write_scenes(tmp_path, [{"text": "京B67890", "box": ELSEWHERE}], [])
    result = bench(tmp_path)
    assert result.metrics["false_plates_per_image"] == 1.0
    assert (result.metrics["exact"], result.metrics["recall_iou50"]) == (0.0, 0.0)
    found = result.listings[0]
    assert [(row[0], *row[2:4]) for row in found.rows] == [(f"{number}.png", "皖A12345", "blue") for number in (0, 1)]
    # The second, near look is cut out at a fraction of a pixel and lands within two.
    assert [row[1] for row in found.rows] == [pytest.approx(BOX, abs=2)] * 2
    write_report(result, tmp_path / "report")
    names = sorted(path.name for path in (tmp_path / "report" / "plates").iterdir())
    assert names == [
        "accepted-where-no-plate-is-labelled-000.png",
        "accepted-where-no-plate-is-labelled-001.png",
        "not-read-exactly-000.png",
    ]


def test_a_plate_that_a_person_saw_there_is_not_false(tmp_path: Path) -> None:
    write_scenes(tmp_path, [], [])
    seen = tmp_path / "seen.jsonl"
    seen.write_text(json.dumps({"image": "1.png", "plates": [{"box": BOX}]}))
    assert bench(tmp_path, found=seen).metrics["false_plates_per_image"] == 0.5


def test_a_gate_that_asks_for_more_accepts_nothing(tmp_path: Path) -> None:
    write_scenes(tmp_path, [])
    result = bench(tmp_path, gate=1.1)
    assert result.metrics["false_plates_per_image"] == 0.0
    assert result.conditions["gate_threshold"] == 1.1


def test_the_kind_of_a_scene_is_compared(tmp_path: Path) -> None:
    write_scenes(tmp_path, [{"text": "皖A12345"}])
    labels = tmp_path / "labels.jsonl"
    labels.write_text(json.dumps({**json.loads(labels.read_text()), "kind": "yellow"}))
    result = bench(tmp_path)
    assert result.metrics["kind_accuracy"] == 0.0
    assert result.listings[1].rows == (("yellow", "blue"),)


def test_an_unknown_peer_or_detector_is_refused(tmp_path: Path) -> None:
    write_scenes(tmp_path, [])
    with pytest.raises(ConfigurationError, match="--peer: wanted one of"):
        run(BenchOptions("bench", tmp_path, tmp_path, peers=("lprnet",)))
    with pytest.raises(ConfigurationError, match="no model 'nobody'"):
        run(BenchOptions("bench", tmp_path, tmp_path), detector="nobody")


def test_without_public_networks_their_peer_is_refused(tmp_path: Path) -> None:
    write_scenes(tmp_path, [])
    detector = write_square_detector(tmp_path / "detector.onnx")
    reader = write_reader(tmp_path / "reader.onnx", "皖A12345")
    options = BenchOptions("bench", tmp_path, tmp_path, peers=("crnn",))
    with pytest.raises(ConfigurationError, match="--weights: wanted a folder of public networks"):
        run(options, detector=str(detector), reader=str(reader))


@pytest.mark.shared_data
def test_the_public_scene_path_runs_beside_ours(shared: Path, tmp_path: Path) -> None:
    detector = write_square_detector(tmp_path / "detector.onnx")
    reader = write_reader(tmp_path / "reader.onnx", "皖A12345")
    options = BenchOptions("bench", tmp_path, shared / "plates" / "scenes-cn", limit=12, peers=("crnn",))
    result = run(options, detector=str(detector), reader=str(reader))
    peer = result.peers["crnn"].metrics
    assert isinstance(peer["exact"], float)
    assert isinstance(peer["recall_iou50"], float)
    # 0.865 and 0.973 on all 132
    assert peer["exact"] >= 0.6
    assert peer["recall_iou50"] >= 0.85
    assert set(result.ratios) == {"scene_speed_vs_crnn"}
