"""What is known about a box in a training photo."""

import functools
from collections.abc import Mapping

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from models.training.street.listing import Photo
from models.training.street.score import FOUND_IOU
from models.training.street.sets import excluded_classes
from models.training.verifier.remarks import Remarks, read_remarks
from vision.street_classes import STREET_CLASSES, VEHICLES
from vision.types import FloatArray

_VEHICLES = np.isin(STREET_CLASSES, VEHICLES)
# Between this overlap with a label and `FOUND_IOU` a box is more and more taken for the object.
_LOOSE_IOU = 0.4


def lessons_of(
    photo: Photo, boxes: FloatArray
) -> tuple[FloatArray, NDArray[np.float32], FloatArray, NDArray[np.float32]]:
    """What boxes in a photo are: `scores`, `known`, `offsets` and `placed` of `Views`."""
    classes = len(STREET_CLASSES)
    scores = np.zeros((len(boxes), classes), np.float32)
    known = np.repeat(photo.known[None].astype(np.float32), len(boxes), axis=0)
    offsets = np.zeros((len(boxes), 4), np.float32)
    placed = np.zeros(len(boxes), np.float32)
    for looked_at, vehicle in remarked(photo, boxes):
        known[looked_at, _VEHICLES] = 1
        if vehicle is not None:
            scores[looked_at, vehicle] = 1
    if not len(photo.boxes):
        return scores, known, offsets, placed
    overlaps = np.asarray(sv.box_iou_batch(boxes, photo.boxes), np.float32)
    sure = np.clip((overlaps - _LOOSE_IOU) / (FOUND_IOU - _LOOSE_IOU), 0, 1)
    for place in np.unique(photo.classes):
        scores[:, place] = sure[:, photo.classes == place].max(axis=1)
    best = overlaps.argmax(axis=1)
    found = overlaps.max(axis=1) >= _LOOSE_IOU
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    offsets[found] = ((photo.boxes[best] - boxes) / np.maximum(sides, 1.0))[found]
    placed[found] = 1
    for row in np.flatnonzero(found):
        known[row, excluded_classes(int(photo.classes[best[row]]))] = 1
    return scores, known, offsets, placed


def remarked(photo: Photo, boxes: FloatArray) -> list[tuple[int, int | None]]:
    """The rows of the boxes that somebody remarked on, and which vehicle each is, if any."""
    remarks = _remarks().get(photo.path.name)
    if remarks is None or not len(boxes):
        return []
    overlaps = np.asarray(sv.box_iou_batch(boxes, remarks.boxes))
    rows = np.flatnonzero(overlaps.max(axis=1) >= FOUND_IOU)
    return [(int(row), remarks.places[int(overlaps[row].argmax())]) for row in rows]


@functools.cache
def _remarks() -> Mapping[str, Remarks]:
    return read_remarks()
