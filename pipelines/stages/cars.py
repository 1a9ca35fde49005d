"""Cars as the camera of plates knows them: boxes around their plates."""

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from vision.types import FloatArray, Image

SURELY_PLATE = 0.6
"""What cannot be read counts as a plate only from this confidence on: the shipped detector gives lamps up to 0.55, a
muddy plate 0.7."""
# A plate is small and may move by more than its size between two frames; the car around it overlaps itself. Both in
# widths and heights of the plate's box: left, above, right, below.
_CAR = np.array([-1.0, -4.0, 1.0, 1.5], np.float32)
_EVIDENCE = np.array([-1.75, -7.0, 1.75, 2.5], np.float32)
_SAME_PLACE = 0.4
"""Overlap of the boxes of two cars that stand where one stood."""


def car_boxes(plates: NDArray[np.number]) -> FloatArray:
    """(N, 4) boxes of plates -> (N, 4) boxes that reach around their cars, float32."""
    boxes = np.asarray(plates, np.float32).reshape(-1, 4)
    return np.asarray(boxes + np.tile(boxes[:, 2:] - boxes[:, :2], 2) * _CAR, np.float32)


def crop_car(image: Image, corners: FloatArray) -> Image:
    """A copy of the part of the picture that shows the car around the plate; a frame is too large to keep."""
    box = np.concatenate([corners.min(axis=0), corners.max(axis=0)])
    around = box + np.tile(box[2:] - box[:2], 2) * _EVIDENCE
    height, width = image.shape[:2]
    left, top, right, bottom = np.clip(around, 0, (width, height, width, height)).astype(int).tolist()
    return image[top:bottom, left:right].copy()


def on_car(car: FloatArray, other: FloatArray) -> bool:
    """Whether the middle of one car's (4,) box lies on the other's car.

    Boxes of cars are three plates wide; a car is about four and a half plates wide, the next lane six away.
    """
    middle = (other[:2] + other[2:]) / 2
    room = np.array([(car[2] - car[0]) / 4, (car[3] - car[1]) / 4], np.float32)
    return bool((middle >= car[:2] - room).all() and (middle <= car[2:] + room).all())


def same_place(a: FloatArray, b: FloatArray) -> bool:
    """Whether two cars' (4,) boxes are those of one that stands, or of one that stands where the other stood."""
    return float(sv.box_iou_batch(a[None], b[None])[0, 0]) >= _SAME_PLACE
