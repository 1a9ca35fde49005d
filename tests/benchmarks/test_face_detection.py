from pathlib import Path

import numpy as np
import pytest

from benchmarks.detector_file import list_detector_file
from benchmarks.face_detection import PictureScore, score_picture, summary
from models.catalogue import Catalogue
from vision.decode import face_detections
from vision.errors import ConfigurationError
from vision.types import FloatArray


def boxes(*rows: tuple[float, ...]) -> FloatArray:
    return np.asarray(rows, dtype=np.float32).reshape(-1, 4)


def detections(rows: FloatArray, *confidence: float):
    return face_detections(rows, np.asarray(confidence, dtype=np.float32), np.zeros((len(rows), 5, 2), np.float32))


def test_one_detection_finds_one_face_only() -> None:
    labels = boxes((0, 0, 10, 20), (0, 2, 10, 22))
    score = score_picture(detections(boxes((0, 0, 10, 20)), 0.9), labels)
    assert score.found.tolist() == [True, False]
    assert score.false == 0


def test_a_box_between_the_two_limits_neither_finds_nor_is_false() -> None:
    # 10 x 20 against 10 x 8 inside it: 80 / 200 = 0.4.
    score = score_picture(detections(boxes((0, 0, 10, 8)), 0.9), boxes((0, 0, 10, 20)))
    assert score.found.tolist() == [False]
    assert score.false == 0


def test_every_detection_in_a_picture_without_faces_is_false() -> None:
    assert score_picture(detections(boxes((0, 0, 9, 9), (20, 0, 29, 9)), 0.9, 0.5), boxes()).false == 2


def test_without_detections_nothing_is_found_and_nothing_false() -> None:
    score = score_picture(detections(boxes()), boxes((0, 0, 10, 20)))
    assert score.found.tolist() == [False]
    assert score.false == 0


def test_recall_counts_faces_of_at_least_each_height() -> None:
    heights = np.array([10, 20, 50, 90], dtype=np.float32)
    scores = [
        PictureScore(heights, np.array([True, False, True, True]), 1, 0.010),
        PictureScore(np.zeros(0, np.float32), np.zeros(0, bool), 0, 0.030),
    ]
    metrics = summary(scores)
    # From 20 pixels 2 of 3, from 40 both, from 80 the one, from 160 there is none; the 10 pixels do not count.
    assert metrics["recall_by_height"] == {"20": 0.6667, "40": 1.0, "80": 1.0, "160": None}
    assert metrics["false_per_image"] == 0.5
    assert metrics["ms_p50"] == pytest.approx(20.0)


@pytest.mark.shared_data
def test_a_detector_may_be_a_file_of_a_known_family(shared: Path, tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    weights = shared / "public-weights"
    assert list_detector_file(catalogue, weights / "face_scrfd_500m_kps.onnx") == "face-scrfd-500m-kps"
    assert catalogue.manifest.get("face-scrfd-500m-kps").family == "scrfd"
    with pytest.raises(ConfigurationError, match="wanted one of yunet, scrfd"):
        list_detector_file(catalogue, weights / "face_mobilefacenet_128.onnx")
