"""Frames with drawn persons in them, and a detector that knows where they are."""

from dataclasses import dataclass
from datetime import timedelta

import cv2
import numpy as np
import supervision as sv

from models.faces.lane import FaceLane
from tests.fakes import NOW, FakeDetector, FakeEmbedder, portrait
from vision.types import Frame, Image

WIDTH, HEIGHT = 1000, 480
FPS = 10


@dataclass(frozen=True)
class Stands:
    """A drawn person; the portrait's corner is at `x`, `y`.

    Attributes:
        scale: of the 320x360 portrait; its face is 240 high.
        blur: sigma, 0 for a sharp one.
    """

    x: int
    y: int = 60
    person: int = 0
    yaw: float = 0.0
    blur: float = 0.0
    scale: float = 1.0


class CornerDetector:
    """Tells where the persons of a frame are; the frame's number is in its first pixel.

    Args:
        everybody: for each frame, who stands in it.
    """

    def __init__(self, everybody: list[list[Stands]]) -> None:
        self._everybody = everybody

    def detect(self, image: Image) -> sv.Detections:
        number = int(image[0, 0, 0]) + 256 * int(image[0, 0, 1])
        found = [self._face(stands) for stands in self._everybody[number]]
        return sv.Detections(
            xyxy=np.array([box for box, _ in found], np.float32).reshape(-1, 4),
            confidence=np.full(len(found), 0.9, np.float32),
            class_id=np.zeros(len(found), int),
            data={"landmarks": np.array([points for _, points in found], np.float32).reshape(-1, 5, 2)},
        )

    @staticmethod
    def _face(stands: Stands) -> tuple[list[float], list[list[float]]]:
        face = FakeDetector().detect(portrait(stands.person, yaw=stands.yaw))
        corner = np.array([stands.x, stands.y])
        box = face.xyxy[0].reshape(2, 2) * stands.scale + corner
        points = face.data["landmarks"][0] * stands.scale + corner
        return box.reshape(-1).tolist(), points.tolist()


class Corner:
    """A camera at a street corner.

    Args:
        everybody: for each frame, who stands in it.
        fps: frames a second.
    """

    def __init__(self, everybody: list[list[Stands]], fps: float = FPS) -> None:
        self._everybody = everybody
        self._fps = fps
        self.lane = FaceLane(CornerDetector(everybody), [FakeEmbedder()])

    def __len__(self) -> int:
        return len(self._everybody)

    def frame(self, number: int) -> Frame:
        """Frame number `number`."""
        image = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
        for stands in self._everybody[number]:
            drawn = portrait(stands.person, yaw=stands.yaw)
            drawn = cv2.resize(drawn, None, fx=stands.scale, fy=stands.scale, interpolation=cv2.INTER_AREA)
            if stands.blur:
                drawn = cv2.GaussianBlur(drawn, (0, 0), stands.blur)
            height, width = drawn.shape[:2]
            image[stands.y : stands.y + height, stands.x : stands.x + width] = drawn[:, : WIDTH - stands.x]
        image[0, 0] = (number % 256, number // 256, 0)
        return Frame("north", number, NOW + timedelta(seconds=number / self._fps), image)
