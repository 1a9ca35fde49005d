"""The plate detector's head outputs to `supervision.Detections` with four corners each."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from vision.errors import BadArray
from vision.types import FloatArray

LAYOUTS = ("single", "double")
"""What a class_id means: the text stands in one line or in two."""
STRIDES = (8, 16, 32)
"""Input pixels per cell of the head's maps, in the order of the outputs."""
CORNER_UNIT = 4.0
"""The network computes offsets in units of so many strides: its numbers stay near one."""
CORNERS = 4
# Neighbouring cells that see the same plate agree this much; their corners are averaged.
AGREEING_OVERLAP = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class PlateLevel:
    """One map of the head.

    Attributes:
        stride: input pixels per cell.
        scores: (layouts, h, w) probability of a plate of that layout with its centre near the cell, 0..1.
        corners: (8, h, w): x, y of top-left, top-right, bottom-right, bottom-left relative to the cell's centre, in
            input pixels.
    """

    stride: int
    scores: FloatArray
    corners: FloatArray

    def __post_init__(self) -> None:
        cells = self.scores.shape[1:]
        if self.scores.shape != (len(LAYOUTS), *cells) or len(cells) != 2:
            raise BadArray(f"scores: wanted ({len(LAYOUTS)}, h, w), got {self.scores.shape}")
        if self.corners.shape != (2 * CORNERS, *cells):
            raise BadArray(f"corners: wanted {(2 * CORNERS, *cells)}, got {self.corners.shape}")


def decode_plates(levels: Sequence[PlateLevel], min_score: float, max_overlap: float) -> sv.Detections:
    """The plates, best first, in pixels of the network's input; the class is the layout.

    The corners of a plate are the mean of what all agreeing cells say, weighted by their scores; what these make no
    convex quadrilateral is no plate.

    Args:
        min_score: cells below are not looked at.
        max_overlap: of two plates whose boxes have a greater intersection over union the weaker is dropped.
    """
    tables = [_candidates(level, min_score) for level in levels]
    scores = np.concatenate([table[0] for table in tables])
    corners = np.concatenate([table[1] for table in tables])
    if not len(scores):
        return plate_detections(corners, np.empty(0, np.float32), np.empty(0, np.int64))
    boxes = enclosing_boxes(corners)
    confidence = scores.max(axis=1)
    sizes = boxes.copy()
    sizes[:, 2:] -= boxes[:, :2]
    picked = cv2.dnn.NMSBoxes(sizes.tolist(), confidence.tolist(), min_score, max_overlap)
    kept = np.asarray(picked, dtype=np.intp).reshape(-1)
    kept = kept[np.argsort(-confidence[kept], kind="stable")]
    agreeing = sv.box_iou_batch(boxes[kept], boxes) >= AGREEING_OVERLAP
    weights = agreeing * confidence
    weights /= weights.sum(axis=1, keepdims=True)
    merged = np.einsum("kn,nij->kij", weights, corners)
    layouts = (weights @ scores).argmax(axis=1)
    whole = _are_convex(merged)
    return plate_detections(merged[whole], confidence[kept][whole], layouts[whole])


def plate_detections(
    corners: NDArray[np.floating], confidence: FloatArray, layouts: NDArray[np.integer]
) -> sv.Detections:
    """Plates as detections: boxes around their corners (N, 4, 2); with no plate every array is there and empty."""
    corners = corners.reshape(-1, CORNERS, 2).astype(np.float32)
    return sv.Detections(
        xyxy=enclosing_boxes(corners),
        confidence=confidence.reshape(-1).astype(np.float32),
        class_id=layouts.reshape(-1).astype(np.int64),
        data={"landmarks": corners},
    )


def enclosing_boxes(corners: NDArray[np.floating]) -> FloatArray:
    """The upright boxes (N, 4) around quadrilaterals (N, 4, 2)."""
    if not len(corners):
        return np.empty((0, 4), dtype=np.float32)
    return np.hstack([corners.min(axis=1), corners.max(axis=1)]).astype(np.float32)


def _candidates(level: PlateLevel, min_score: float) -> tuple[FloatArray, FloatArray]:
    """Scores (N, layouts) and corners (N, 4, 2) of the cells that may hold a plate's centre."""
    rows, columns = np.nonzero(level.scores.max(axis=0) >= min_score)
    centres = (np.stack([columns, rows], axis=1) + 0.5) * level.stride
    corners = level.corners[:, rows, columns].T.reshape(-1, CORNERS, 2) + centres[:, np.newaxis]
    return level.scores[:, rows, columns].T, corners.astype(np.float32)


def _are_convex(corners: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which of (N, 4, 2) corners are those of convex quadrilaterals, clockwise as seen in the picture."""
    sides = corners[:, [1, 2, 3, 0]] - corners
    following = sides[:, [1, 2, 3, 0]]
    return np.asarray((sides[..., 0] * following[..., 1] > sides[..., 1] * following[..., 0]).all(axis=1))
