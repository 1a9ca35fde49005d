"""Pictures through a fake detector and a fake recogniser: who is chosen, what failed, what is timed."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import supervision as sv

from benchmarks.labels import FacePair
from benchmarks.lane_run import embed_pictures, labelled_face, pair_scores
from benchmarks.options import silently
from vision.types import FloatArray, Image

PICTURE = np.zeros((100, 100, 3), np.uint8)


def faces(*boxes: tuple[int, int, int, int]) -> sv.Detections:
    xyxy = np.array(boxes, np.float32).reshape(-1, 4)
    landmarks = np.repeat(xyxy[:, np.newaxis, :2], 5, axis=1)
    return sv.Detections(xyxy=xyxy, confidence=np.ones(len(xyxy), np.float32), data={"landmarks": landmarks})


class FakeDetector:
    """Finds one face where the picture is not black."""

    def detect(self, image: Image) -> sv.Detections:
        return faces((10, 20, 90, 90)) if image.any() else faces()


class FakeRecogniser:
    """The mean colour as a vector; counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def prepared(self, image: Image, landmarks: FloatArray) -> Callable[[], FloatArray]:
        assert landmarks.shape == (5, 2)
        return lambda: self._embed(image)

    def similarity(self, a: FloatArray, b: FloatArray) -> FloatArray:
        return np.einsum("nd,nd->n", a, b)

    def _embed(self, image: Image) -> FloatArray:
        self.calls += 1
        colour = image.mean(axis=(0, 1), dtype=np.float32)
        return colour / np.linalg.norm(colour)


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, Path]:
    colours = {"blue": (200, 0, 0), "dark_blue": (100, 0, 0), "green": (0, 200, 0), "black": (0, 0, 0)}
    paths = {name: tmp_path / f"{name}.png" for name in colours}
    for name, colour in colours.items():
        cv2.imwrite(str(paths[name]), np.full((100, 100, 3), colour, np.uint8))
    return paths


def test_nobody_in_the_picture_is_nobody() -> None:
    assert labelled_face(faces(), PICTURE) is None


def test_the_face_in_the_middle_wins_over_a_larger_one_beside_it() -> None:
    assert labelled_face(faces((0, 0, 45, 100), (40, 40, 60, 60)), PICTURE) == 1


def test_of_two_faces_in_the_middle_the_larger_wins() -> None:
    assert labelled_face(faces((45, 45, 55, 55), (20, 20, 80, 80)), PICTURE) == 1


def test_with_nobody_in_the_middle_the_nearest_wins() -> None:
    assert labelled_face(faces((0, 0, 20, 20), (60, 60, 99, 99)), PICTURE) == 1


def test_every_picture_is_embedded_by_every_recogniser(pictures: dict[str, Path]) -> None:
    ours, peer = FakeRecogniser(), FakeRecogniser()
    run = embed_pictures(FakeDetector(), {"ours": ours, "peer": peer}, list(pictures.values()), silently)
    assert run.failed == [pictures["black"]]
    assert {name: len(vectors) for name, vectors in run.vectors.items()} == {"ours": 3, "peer": 3}
    assert len(run.detect_s) == 4
    assert [len(run.embed_s[name]) for name in ("ours", "peer")] == [3, 3]
    # three pictures, and three warm-ups before them that are not measured
    assert (ours.calls, peer.calls) == (6, 6)


def test_a_pair_without_a_face_never_matches(pictures: dict[str, Path]) -> None:
    recogniser = FakeRecogniser()
    run = embed_pictures(FakeDetector(), {"ours": recogniser}, list(pictures.values()), silently)
    pairs = [
        FacePair(0, pictures["blue"], pictures["dark_blue"], same=True),
        FacePair(1, pictures["blue"], pictures["green"], same=False),
        FacePair(1, pictures["blue"], pictures["black"], same=False),
    ]
    scores = pair_scores(pairs, run.vectors["ours"], recogniser, 0.5)
    assert scores.score.tolist() == pytest.approx([1.0, 0.0, -1.0])
    assert scores.same.tolist() == [True, False, False]
    assert scores.fold.tolist() == [0, 1, 1]
    assert scores.threshold == 0.5
