"""How many real faces the limits let pass, and how many of degraded copies; every twelfth picture of folds 0 and 1."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.catalogue import Catalogue
from models.faces.open import open_detector
from vision.quality import QualityLimits, measure_quality, quality_reasons
from vision.types import FaceObservation, Image

pytestmark = pytest.mark.shared_data

STEP = 12
DEFAULT, ENROLMENT = QualityLimits(), QualityLimits.for_enrolment()


@pytest.fixture(scope="module")
def faces(converted_home: Path) -> list[FaceObservation]:
    """Pictures with landmarks of the default detector; the person in the middle."""
    root = Path(__file__).parents[3] / "shared" / "data" / "faces" / "lfw"
    detector = open_detector(Catalogue(converted_home), "mtcnn", 60)
    found = []
    for name in _names(root):
        image = cv2.imread(str(root / name))
        detections = detector.detect(image)
        middle = np.abs(detections.xyxy.reshape(-1, 2, 2).mean(axis=1) - 125).sum(axis=1).argmin()
        landmarks = detections.data["landmarks"][middle]
        found.append(FaceObservation(image, detections.xyxy[middle], landmarks, 1.0))
    return found


def _names(root: Path) -> Iterator[str]:
    with (root / "pairs.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["fold"] in "01"]
    yield from sorted({row[side] for row in rows for side in ("image_a", "image_b")})[::STEP]


def passing(faces: list[FaceObservation], limits: QualityLimits, change: Callable[[Image], Image]) -> float:
    """The share of faces without a fault after `change`."""
    copies = [FaceObservation(change(face.image), face.xyxy, face.landmarks, 1.0) for face in faces]
    assert len(copies) == 132  # 1,583 pictures / 12
    return sum(not quality_reasons(measure_quality(copy), limits) for copy in copies) / len(copies)


def test_nearly_all_press_photographs_may_be_decided_on(faces: list[FaceObservation]) -> None:
    assert passing(faces, DEFAULT, lambda image: image) >= 0.97


def test_nine_of_ten_press_photographs_may_be_enrolled(faces: list[FaceObservation]) -> None:
    assert 0.88 <= passing(faces, ENROLMENT, lambda image: image) <= 0.97


@pytest.mark.parametrize(
    ("name", "change", "most"),
    [
        ("blurred by 3 px", lambda image: cv2.GaussianBlur(image, (0, 0), 3), 0.10),
        ("a quarter of the light", lambda image: (image * 0.25).astype(np.uint8), 0.10),
        ("overexposed", lambda image: np.clip(image * 2.2, 0, 255).astype(np.uint8), 0.12),
        ("a fifth of the contrast", lambda image: (image * 0.2 + 100).astype(np.uint8), 0.20),
    ],
)
def test_most_of_what_is_degraded_is_refused(
    faces: list[FaceObservation], name: str, change: Callable[[Image], Image], most: float
) -> None:
    assert passing(faces, DEFAULT, change) <= most, name


def test_a_little_blur_and_half_the_light_are_borne(faces: list[FaceObservation]) -> None:
    assert passing(faces, DEFAULT, lambda image: cv2.GaussianBlur(image, (0, 0), 1)) >= 0.85
    assert passing(faces, DEFAULT, lambda image: (image * 0.5).astype(np.uint8)) >= 0.88


@pytest.mark.parametrize("colour", [(235, 235, 235), (25, 25, 25), (190, 160, 110), (130, 155, 190)])
def test_a_plain_patch_over_the_mouth_is_nearly_always_seen(
    faces: list[FaceObservation], colour: tuple[int, int, int]
) -> None:
    masked = [_patched(face, colour) for face in faces]
    assert passing(masked, DEFAULT, lambda image: image) <= 0.03


def _patched(face: FaceObservation, colour: tuple[int, int, int]) -> FaceObservation:
    """From below the eyes to below the chin, as broad as the face."""
    left_eye, right_eye, nose, left_mouth, right_mouth = face.landmarks
    down = (left_mouth + right_mouth - left_eye - right_eye) / 2
    across = right_eye - left_eye
    corners = [nose - across, nose + across, nose + across + down * 1.2, nose - across + down * 1.2]
    image = face.image.copy()
    cv2.fillConvexPoly(image, np.round(corners).astype(np.int32), colour)
    return FaceObservation(image, face.xyxy, face.landmarks, 1.0)
