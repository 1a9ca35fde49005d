from pathlib import Path

import numpy as np
import pytest
import supervision as sv

pytest.importorskip("torch")

from models.training.detector.samples import SceneFolder
from models.training.detector.score import score
from models.training.scenes.folder import save_scene
from models.training.scenes.panels import SetPlate
from models.training.scenes.scene import Scene
from vision.plate_detection import plate_detections
from vision.types import Image

PLATE = np.array([[40, 30], [80, 30], [80, 46], [40, 46]], np.float32)
TINY = np.array([[10, 10], [22, 10], [22, 15], [10, 15]], np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> SceneFolder:
    plates = (SetPlate(PLATE, "blue"), SetPlate(TINY, "blue"))
    unknown = np.array([[100, 60, 140, 100]], np.float32)
    save_scene(tmp_path, "one", Scene(np.zeros((120, 160, 3), np.uint8), plates, unknown))
    return SceneFolder(tmp_path)


def answering(*found: tuple[np.ndarray, float], layout: int = 0) -> object:
    def detect(_: Image) -> sv.Detections:
        corners = np.array([one for one, _ in found], np.float32).reshape(-1, 4, 2)
        confidence = np.array([confidence for _, confidence in found], np.float32)
        return plate_detections(corners, confidence, np.full(len(found), layout))

    return detect


def test_a_plate_found_two_pixels_off_counts_with_its_error(folder: SceneFolder) -> None:
    findings = score(answering((PLATE + np.array([2, 0], np.float32), 0.8)), folder)  # type: ignore[arg-type]
    assert findings.plates == 1
    assert findings.recall(0.8) == 1
    assert findings.recall(0.9) == 0
    # 2 of 40 pixels.
    assert findings.errors == pytest.approx([0.05])
    assert findings.layouts.tolist() == [True]


def test_what_is_elsewhere_is_false_and_sets_the_threshold(folder: SceneFolder) -> None:
    elsewhere = PLATE + np.array([0, 60], np.float32)
    findings = score(answering((PLATE, 0.9), (elsewhere, 0.6)), folder)  # type: ignore[arg-type]
    assert findings.false_per_scene(0.5) == 1
    assert findings.false_per_scene(0.7) == 0
    assert findings.threshold(0.0) == pytest.approx(0.61)


def test_what_lies_on_a_tiny_plate_or_where_nothing_is_known_is_not_counted(folder: SceneFolder) -> None:
    unknown = PLATE + np.array([60, 42], np.float32)
    findings = score(answering((TINY, 0.9), (unknown, 0.8)), folder)  # type: ignore[arg-type]
    assert len(findings.false) == 0
    assert findings.recall(0.5) == 0


def test_a_plate_found_twice_is_found_once_and_false_once(folder: SceneFolder) -> None:
    findings = score(answering((PLATE, 0.9), (PLATE + 1, 0.8)), folder)  # type: ignore[arg-type]
    assert findings.found == pytest.approx([0.9])
    assert findings.false == pytest.approx([0.8])


def test_nothing_found_is_no_recall(folder: SceneFolder) -> None:
    findings = score(answering(), folder)  # type: ignore[arg-type]
    assert findings.recall(0.1) == 0
    assert findings.threshold(0.02) == pytest.approx(0.05)
