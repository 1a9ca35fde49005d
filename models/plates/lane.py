"""Everything that looks at plates, as one value: a detector and a reader."""

from typing import Protocol

import numpy as np
import supervision as sv

from vision.rectify import is_convex
from vision.types import FloatArray, Image, PlateObservation, PlateReading

BORDER_PX = 2.0
"""A plate whose corner is nearer to the picture's border may be cut off there."""


class Detector(Protocol):
    """Finds plates with four corners; `models.plates.detector.PlateDetector` is one."""

    @property
    def model_id(self) -> str:
        """The network."""
        ...

    def detect(self, image: Image) -> sv.Detections:
        """The plates of an (H, W, 3) uint8 BGR picture, best first.

        `data["landmarks"]` (N, 4, 2) float32 holds top-left, top-right, bottom-right, bottom-left corner in pixels of
        the picture; no plate is N = 0, with every array present.
        """
        ...


class Reader(Protocol):
    """Reads plates; `models.plates.reader.PlateReader` is one."""

    @property
    def model_id(self) -> str:
        """The network."""
        ...

    @property
    def gate_threshold(self) -> float:
        """The confidence from which on a gate may act on a reading, 0..1."""
        ...

    def read(self, image: Image, corners: FloatArray) -> PlateReading | None:
        """What the plate inside (4, 2) corners says; None where no whole plate is seen."""
        ...


class PlateLane:
    """The plate networks of this process.

    Args:
        detector: finds the plates and their corners.
        reader: reads them.
    """

    def __init__(self, detector: Detector, reader: Reader) -> None:
        self.detector = detector
        self.reader = reader

    @property
    def gate_threshold(self) -> float:
        """The confidence from which on a gate may act on a reading, 0..1."""
        return self.reader.gate_threshold

    def find(self, image: Image) -> list[PlateObservation]:
        """The plates of an (H, W, 3) uint8 BGR picture, each read, the most certain detection first.

        Raises:
            BadArray: not such a picture.
        """
        plates = self.detector.detect(image)
        confidence = np.ones(len(plates)) if plates.confidence is None else plates.confidence
        return [
            self._observe(image, plates.xyxy[i], plates.data["landmarks"][i], float(confidence[i]))
            for i in np.argsort(-confidence, kind="stable")
        ]

    def read(self, image: Image, corners: FloatArray) -> PlateReading | None:
        """What the plate says; None where it is not legible, or between such corners no plate can be seen.

        Args:
            image: (H, W, 3) uint8 BGR.
            corners: (4, 2) float32 pixels, as the detector gave them.

        Raises:
            BadArray: not such a picture.
        """
        return self.reader.read(image, corners) if is_convex(corners) else None

    def accepts(self, observation: PlateObservation) -> bool:
        """Whether a gate may act on it: whole, legible, plausible and certain enough."""
        reading = observation.reading
        return (
            observation.whole
            and reading is not None
            and reading.plausible
            and reading.confidence >= self.gate_threshold
        )

    def _observe(self, image: Image, xyxy: FloatArray, corners: FloatArray, confidence: float) -> PlateObservation:
        return PlateObservation(xyxy, corners, confidence, self.read(image, corners), is_whole(corners, image))


def is_whole(corners: FloatArray, image: Image) -> bool:
    """Whether all (4, 2) corners lie well inside the picture."""
    height, width = image.shape[:2]
    return bool((corners >= BORDER_PX).all() and (corners <= (width - BORDER_PX, height - BORDER_PX)).all())
