"""Raw outputs of public street detectors, and of ours, to `supervision.Detections`: one function per head.

Boxes come back in pixels of the network's input, unsuppressed and in no order; the class_id is the network's own.
Each box has the one class that its cell is most sure of.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from vision.errors import BadArray
from vision.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class DistributionLevel:
    """One stride of a head that states each edge's distance as a distribution over 0, 1, ... bins - 1 cells.

    Attributes:
        stride: input pixels per cell.
        columns: cells in a row.
        scores: (cells, classes) probabilities 0..1, cells row by row.
        distances: (cells, 4 x bins) logits: left, top, right, bottom.
    """

    stride: int
    columns: int
    scores: FloatArray
    distances: FloatArray

    def __post_init__(self) -> None:
        cells = len(self.scores)
        if self.scores.ndim != 2 or self.distances.ndim != 2 or len(self.distances) != cells:
            raise BadArray(f"wanted two tables of as many rows, got {self.scores.shape} and {self.distances.shape}")
        if self.distances.shape[1] % 4 or cells % self.columns:
            raise BadArray(f"wanted rows of {self.columns} cells with four edges, got {self.distances.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class CellLevel:
    """One stride of Citygate's own head.

    Attributes:
        stride: input pixels per cell.
        scores: (classes, h, w) probabilities 0..1.
        distances: (4, h, w): from the cell's centre to left, top, right, bottom, in input pixels.
    """

    stride: int
    scores: FloatArray
    distances: FloatArray

    def __post_init__(self) -> None:
        if self.scores.ndim != 3 or self.distances.shape != (4, *self.scores.shape[1:]):
            raise BadArray(f"wanted (classes, h, w) and (4, h, w), got {self.scores.shape} and {self.distances.shape}")


def decode_yolox(rows: FloatArray, size_wh: tuple[int, int], strides: Sequence[int], min_score: float) -> sv.Detections:
    """The boxes of a YOLOX head; the confidence is objectness times class probability.

    Args:
        rows: (cells of all strides, 5 + classes): centre relative to the cell's corner, in cells; logarithm of width
            and height in cells; objectness and classes as probabilities.
        size_wh: of the network's input, pixels; with `strides` it says which cell a row is.
        min_score: boxes below are dropped.

    Raises:
        BadArray: not as many rows as cells.
    """
    corners, scale = _grid(size_wh, strides)
    if rows.ndim != 2 or len(rows) != len(corners):
        raise BadArray(f"wanted {len(corners)} rows for {size_wh} at strides {tuple(strides)}, got {rows.shape}")
    scores = rows[:, 5:] * rows[:, 4:5]
    found, classes, confidence = _best_classes(scores, min_score)
    centres = (rows[found, :2] + corners[found]) * scale[found]
    halves = np.exp(rows[found, 2:4]) * scale[found] / 2
    return _detections(np.hstack([centres - halves, centres + halves]), confidence, classes)


def decode_yolov8(columns: FloatArray, min_score: float) -> sv.Detections:
    """The boxes of a YOLOv8 or YOLO11 head.

    Args:
        columns: (4 + classes, boxes): centre and size in input pixels; class probabilities.
        min_score: boxes below are dropped.

    Raises:
        BadArray: not such a table.
    """
    if columns.ndim != 2 or len(columns) < 5:
        raise BadArray(f"wanted (4 + classes, boxes), got {columns.shape}")
    found, classes, confidence = _best_classes(columns[4:].T, min_score)
    centres, halves = columns[:2, found].T, columns[2:4, found].T / 2
    return _detections(np.hstack([centres - halves, centres + halves]), confidence, classes)


def decode_nanodet(levels: Sequence[DistributionLevel], min_score: float) -> sv.Detections:
    """The boxes of a NanoDet head, whose cells have their centre half a pixel before the middle.

    Args:
        levels: one for each stride.
        min_score: boxes below are dropped.
    """
    return _joined([_distribution_boxes(level, (level.stride - 1) / 2, min_score) for level in levels])


def decode_picodet(levels: Sequence[DistributionLevel], min_score: float) -> sv.Detections:
    """The boxes of a PicoDet head, whose cells have their centre in the middle.

    Args:
        levels: one for each stride.
        min_score: boxes below are dropped.
    """
    return _joined([_distribution_boxes(level, level.stride / 2, min_score) for level in levels])


def decode_cells(levels: Sequence[CellLevel], min_score: float) -> sv.Detections:
    """The boxes of Citygate's own head.

    Args:
        levels: one for each stride.
        min_score: boxes below are dropped.
    """
    return _joined([_cell_boxes(level, min_score) for level in levels])


def kept_boxes(found: sv.Detections, groups: NDArray[np.integer], max_overlap: float) -> NDArray[np.intp]:
    """The places in `found`, best first, of the boxes that no better one of the same group covers.

    Args:
        found: boxes and their confidence.
        groups: (N,) what each box competes in; classes that exclude each other share a number.
        max_overlap: intersection over union above which the weaker of two goes.
    """
    if not len(found):
        return np.empty(0, dtype=np.intp)
    confidence = np.asarray(found.confidence)
    sizes = np.array(found.xyxy, dtype=np.float64)
    sizes[:, 2:] -= sizes[:, :2]
    picked = cv2.dnn.NMSBoxesBatched(sizes.tolist(), confidence.tolist(), groups.tolist(), 0.0, max_overlap)
    kept = np.asarray(picked, dtype=np.intp).reshape(-1)
    return kept[np.argsort(-confidence[kept], kind="stable")]


def voted_boxes(best: sv.Detections, found: sv.Detections, same: NDArray[np.bool_], min_overlap: float) -> FloatArray:
    """(K, 4): the best boxes, each where all that name the same thing say it is, weighted by how sure they are.

    Args:
        best: K boxes that were kept.
        found: N boxes and their confidence, the best among them.
        same: (K, N) whether two boxes compete, so that the one may vote on the other.
        min_overlap: intersection over union from which on a box votes.

    Source: Gidaris and Komodakis, "Object detection via a multi-region & semantic segmentation-aware CNN model", 2015.
    """
    if not len(best):
        return np.empty((0, 4), np.float32)
    boxes = np.asarray(found.xyxy, np.float32)
    overlaps = sv.box_iou_batch(np.asarray(best.xyxy), boxes)
    votes = np.where(same & (overlaps >= min_overlap), np.asarray(found.confidence)[None] * overlaps, 0.0)
    count = votes.sum(axis=1, keepdims=True)
    # What has no extent overlaps nothing, not even itself.
    voted: FloatArray = np.where(count > 0, votes @ boxes / np.maximum(count, 1e-9), best.xyxy).astype(np.float32)
    return voted


def _distribution_boxes(level: DistributionLevel, centre_px: float, min_score: float) -> sv.Detections:
    found, classes, confidence = _best_classes(level.scores, min_score)
    logits = level.distances[found].reshape(-1, 4, level.distances.shape[1] // 4)
    shares = np.exp(logits - logits.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    edges = (shares @ np.arange(logits.shape[2], dtype=np.float32)) * level.stride
    cells = np.stack([found % level.columns, found // level.columns], axis=1)
    centres = cells * level.stride + centre_px
    return _detections(np.hstack([centres - edges[:, :2], centres + edges[:, 2:]]), confidence, classes)


def _cell_boxes(level: CellLevel, min_score: float) -> sv.Detections:
    best = level.scores.max(axis=0)
    rows, columns = np.nonzero(best >= min_score)
    centres = (np.stack([columns, rows], axis=1) + 0.5) * level.stride
    edges = level.distances[:, rows, columns].T
    classes = level.scores[:, rows, columns].argmax(axis=0)
    return _detections(np.hstack([centres - edges[:, :2], centres + edges[:, 2:]]), best[rows, columns], classes)


def _best_classes(
    scores: FloatArray, min_score: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.floating]]:
    """Of rows (N, classes): which reach the score, and the class and score of these."""
    best = scores.max(axis=1)
    found = np.flatnonzero(best >= min_score)
    return found, scores[found].argmax(axis=1), best[found]


def _grid(size_wh: tuple[int, int], strides: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """The corners (N, 2) in cells and the strides (N, 1) of all cells, stride by stride, row by row."""
    corners, scale = [], []
    for stride in strides:
        columns, rows = size_wh[0] // stride, size_wh[1] // stride
        ys, xs = np.mgrid[0:rows, 0:columns]
        corners.append(np.stack([xs, ys], axis=-1).reshape(-1, 2).astype(np.float32))
        scale.append(np.full((rows * columns, 1), stride, dtype=np.float32))
    return np.concatenate(corners), np.concatenate(scale)


def _joined(levels: Sequence[sv.Detections]) -> sv.Detections:
    return _detections(
        np.concatenate([level.xyxy for level in levels]),
        np.concatenate([np.asarray(level.confidence) for level in levels]),
        np.concatenate([np.asarray(level.class_id) for level in levels]),
    )


def _detections(
    xyxy: NDArray[np.floating], confidence: NDArray[np.floating], classes: NDArray[np.integer]
) -> sv.Detections:
    """With no box every array is there and empty."""
    return sv.Detections(
        xyxy=xyxy.reshape(-1, 4).astype(np.float32),
        confidence=confidence.reshape(-1).astype(np.float32),
        class_id=classes.reshape(-1).astype(np.int64),
    )
