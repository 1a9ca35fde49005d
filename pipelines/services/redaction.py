"""Faces and plates in pictures made illegible before the pictures are kept."""

from dataclasses import dataclass
from typing import NewType, Self

import cv2
import numpy as np

from models.faces.detector import FaceDetector
from models.plates.lane import Detector as PlateDetector
from pipelines.networks import Networks
from pipelines.settings import Settings
from vision.types import FloatArray, Image

RedactedJpeg = NewType("RedactedJpeg", bytes)
"""A JPEG file that may be kept: it came out of a `Redactor`."""

LONGEST_PX = 1920
"""Evidence is no larger: enough for a street, and it bounds the time that looking for small faces takes."""
SMALLEST_FACE_PX = 20
"""Height. Smaller faces are not recognised by people nor by networks; `min_face_px` of gates is far above."""
_FACE_CELLS_WH = (5, 5)
_PLATE_CELLS_WH = (4, 2)
_MARGIN = 0.15
"""Of a box's width and height, added on each side: detectors' boxes end at the chin and at the frame."""
_JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True, eq=False)
class Redactor:
    """Finds faces and plates with the networks of this process; what these miss stays legible.

    A face detector whose input has one size sees no smaller faces in a picture that was enlarged for it.

    Attributes:
        faces, plates: None: these may stay legible.
        enlarge: how much larger a picture has to be for `faces` to find those of `SMALLEST_FACE_PX`, 1 or more.
    """

    faces: FaceDetector | None
    plates: PlateDetector | None
    enlarge: float = 1.0

    @classmethod
    def of(cls, networks: Networks, settings: Settings) -> Self | None:
        """The redactor that the settings ask for; None where a network for it is missing, so no picture may be kept."""
        if "plates" in settings.evidence_blur and networks.plates is None:
            return None
        return cls(
            networks.lane.detector if "faces" in settings.evidence_blur else None,
            networks.plates.detector if networks.plates and "plates" in settings.evidence_blur else None,
            max(1.0, settings.min_face_px / SMALLEST_FACE_PX),
        )

    def jpeg(self, image: Image) -> RedactedJpeg:
        """The picture as a file: at most `LONGEST_PX` wide and high, faces and plates illegible, without metadata.

        Args:
            image: (H, W, 3) uint8 BGR.

        Raises:
            BadArray: not such a picture.
        """
        scale = min(1.0, LONGEST_PX / max(image.shape[:2]))
        shown = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image.copy()
        # All are found before the first is covered, so that no cover hides a face from the detector.
        boxes = [(box, _FACE_CELLS_WH) for box in self._face_boxes(shown)]
        boxes += [(box, _PLATE_CELLS_WH) for box in self._plate_boxes(shown)]
        for box, cells_wh in boxes:
            _cover(shown, box, cells_wh)
        encoded = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
        return RedactedJpeg(encoded.tobytes())

    def _face_boxes(self, image: Image) -> FloatArray:
        if self.faces is None:
            return np.empty((0, 4), np.float32)
        larger = cv2.resize(image, None, fx=self.enlarge, fy=self.enlarge, interpolation=cv2.INTER_LINEAR)
        return (self.faces.detect(larger).xyxy / self.enlarge).astype(np.float32)

    def _plate_boxes(self, image: Image) -> FloatArray:
        if self.plates is None:
            return np.empty((0, 4), np.float32)
        return self.plates.detect(image).xyxy.astype(np.float32)


def _cover(image: Image, xyxy: FloatArray, cells_wh: tuple[int, int]) -> None:
    """Replace the box, with its margin, by a few cells of its mean colours."""
    margin = (xyxy[2:] - xyxy[:2]) * _MARGIN
    height, width = image.shape[:2]
    left, top = np.clip(np.floor(xyxy[:2] - margin), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(xyxy[2:] + margin), 0, (width, height)).astype(int)
    if left >= right or top >= bottom:
        return
    # Averages cannot be undone; a blur can, in part.
    cells = cv2.resize(image[top:bottom, left:right], cells_wh, interpolation=cv2.INTER_AREA)
    image[top:bottom, left:right] = cv2.resize(cells, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
