"""Drawn people, and a face lane that knows them: everything about gates can be tested without a network.

A drawn portrait carries a strip of grey blocks along its top that says who it shows. The fakes read the strip, so it
survives JPEG and resizing; quality is measured on the drawn face for real, and good portraits keep all limits.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import supervision as sv

from models.faces.lane import FaceLane
from vision.align import ARCFACE_112
from vision.errors import Uncalibrated
from vision.types import Embedding, FaceObservation, FloatArray, Image

WIDTH, HEIGHT = 320, 360
_STRIP = 24
_BLOCK = WIDTH // 4
_STEP = 20
_FACE_ORIGIN, _FACE_SCALE = np.array([48.0, 100.0]), 2.0
DIMENSION = 16
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class FakeClock:
    """A time that moves when it is told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def portrait(person: int, *, yaw: float = 0.0, take: int = 0, faces: int = 1) -> Image:
    """(360, 320, 3): a drawn face on grey.

    Args:
        person: 0..11, who it is.
        yaw: -0.6..0.5 in steps of 0.1; positive is the person's left.
        take: 0..11, another picture of the same person: the embedding differs a little.
        faces: how many the detector shall find, 0..3; it is drawn once.
    """
    image = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    for block, value in enumerate((person, round(yaw * 10) + 6, take, faces)):
        image[:_STRIP, block * _BLOCK : (block + 1) * _BLOCK] = value * _STEP
    left_eye, right_eye, nose, left_mouth, right_mouth = _landmarks(yaw).round().astype(int).tolist()
    cv2.ellipse(image, (160, 225), (85, 120), 0, 0, 360, (120, 150, 190), -1)
    for x, y in (left_eye, right_eye):
        cv2.ellipse(image, (x, y), (16, 9), 0, 0, 360, (235, 235, 235), -1)
        cv2.circle(image, (x, y), 7, (40, 40, 40), -1)
        cv2.line(image, (x - 18, y - 20), (x + 18, y - 22), (50, 60, 70), 5)
    cv2.line(image, (nose[0], nose[1] - 30), (nose[0], nose[1]), (100, 125, 165), 5)
    cv2.ellipse(image, (nose[0], nose[1]), (14, 6), 0, 0, 180, (70, 90, 120), 3)
    cv2.line(image, left_mouth, right_mouth, (70, 60, 140), 9)
    cv2.line(image, left_mouth, right_mouth, (40, 40, 70), 3)
    return image


def _landmarks(yaw: float) -> FloatArray:
    points = np.array(ARCFACE_112.landmarks, np.float32) * _FACE_SCALE + _FACE_ORIGIN
    points[2, 0] += yaw * np.linalg.norm(points[1] - points[0])
    return points.astype(np.float32)


def _read_strip(image: Image) -> tuple[int, float, int, int]:
    """Person, yaw, take and number of faces."""
    scale = image.shape[1] / WIDTH
    y = int(_STRIP / 2 * scale)
    person, yaw, take, faces = (
        round(float(image[y, int((block + 0.5) * _BLOCK * scale)].mean()) / _STEP) for block in range(4)
    )
    return person, (yaw - 6) / 10, take, faces


class FakeDetector:
    """Finds the drawn face where `portrait` put it, at any size of the picture."""

    def detect(self, image: Image) -> sv.Detections:
        _, yaw, _, faces = _read_strip(image)
        faces = faces if faces <= 3 else 0
        scale = image.shape[1] / WIDTH
        landmarks = np.repeat(_landmarks(yaw)[np.newaxis] * scale, faces, axis=0)
        box = np.array([75, 105, 245, 345], np.float32) * scale
        return sv.Detections(
            xyxy=np.repeat(box[np.newaxis], faces, axis=0).reshape(-1, 4).astype(np.float32),
            confidence=np.full(faces, 0.99, np.float32),
            class_id=np.zeros(faces, int),
            data={"landmarks": landmarks.reshape(-1, 5, 2).astype(np.float32)},
        )


class FakeEmbedder:
    """Person p points along axis p, take t leans a little towards axis 15: takes differ by a cosine of 0.99 at most.

    Args:
        model_id: as a real one's.
        looks: other vectors of some persons, for look-alikes; brought to unit length.
    """

    def __init__(self, model_id: str = "fake-v1", looks: Mapping[int, Sequence[float]] | None = None) -> None:
        self.model_id = model_id
        self._looks = dict(looks or {})

    def embed(self, image: Image, landmarks: FloatArray) -> list[Embedding]:
        person, _, take, _ = _read_strip(image)
        return [self.embedding(person, take) for _ in landmarks]

    def embedding(self, person: int, take: int = 0) -> Embedding:
        """The embedding of that person's pictures."""
        vector = np.zeros(DIMENSION, np.float32)
        look = self._looks.get(person)
        if look is None:
            vector[person] = 1.0
        else:
            vector[: len(look)] = look
        vector[-1] += 0.01 * take
        return Embedding((vector / np.linalg.norm(vector)).astype(np.float32), self.model_id)


class FakeLiveness:
    """A liveness network with one opinion.

    Args:
        answer: the score of every face.
    """

    def __init__(self, answer: float = 0.9) -> None:
        self.answer = answer
        self.threshold = 0.5

    def score(self, image: Image, xyxy: FloatArray) -> float:
        return self.answer


class FakeThresholds:
    """One threshold for every rate down to `least_fmr`.

    Args:
        by_model: the threshold of each calibrated model.
        least_fmr: rates below it are uncalibrated.
    """

    def __init__(self, by_model: Mapping[str, float] | None = None, least_fmr: float = 1e-4) -> None:
        self.by_model = dict(by_model or {"fake-v1": 0.8, "fake-v2": 0.6})
        self.least_fmr = least_fmr

    def threshold(self, model_id: str, target_fmr: float) -> float:
        if model_id not in self.by_model or target_fmr < self.least_fmr:
            raise Uncalibrated(f"{model_id}: wanted at least {self.least_fmr}, got {target_fmr}")
        return self.by_model[model_id]

    def margin(self, model_id: str, decades: float) -> float:
        """0.2 a decade, for every model."""
        self.threshold(model_id, 1.0)
        return 0.2 * decades


def fake_lane(liveness: FakeLiveness | None = None, *embedders: FakeEmbedder) -> FaceLane:
    """A lane that knows drawn people; by default with the one embedder fake-v1."""
    return FaceLane(FakeDetector(), embedders or (FakeEmbedder(),), liveness)


def observed(person: int, *, yaw: float = 0.0, take: int = 0) -> FaceObservation:
    """One observation of a drawn person."""
    return fake_lane().observe(portrait(person, yaw=yaw, take=take))[0]


def blurred(face: FaceObservation, sigma: float = 12.0) -> FaceObservation:
    """The same face out of focus; the strip that says who it is stays sharp."""
    return changed(face, lambda image: cv2.GaussianBlur(image, (0, 0), sigma))


def changed(face: FaceObservation, change: Callable[[Image], Image]) -> FaceObservation:
    """The same face, its picture changed below the strip."""
    image = change(face.image.copy())
    image[:_STRIP] = face.image[:_STRIP]
    return FaceObservation(image, face.xyxy, face.landmarks, face.confidence)
