"""Raw head outputs to `supervision.Detections`, one function per head.

Boxes and landmarks come back in pixels of the network's input; `Placement.to_source` takes them to the picture.
Landmarks are left eye, right eye, nose, left and right corner of the mouth, as seen in the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from vision.errors import BadArray
from vision.types import FloatArray

LANDMARKS = 5


@dataclass(frozen=True, slots=True, eq=False)
class YunetLevel:
    """One stride of YuNet over a map of `columns` x `rows` cells in row order.

    Attributes:
        stride: input pixels per cell.
        columns: cells in a row.
        cls, obj: (cells,) probabilities 0..1: a face if there is an object; an object.
        bbox: (cells, 4): centre relative to the cell's corner, in cells; logarithm of width and height in cells.
        kps: (cells, 10): x, y of five landmarks relative to the cell's corner, in cells.
    """

    stride: int
    columns: int
    cls: FloatArray
    obj: FloatArray
    bbox: FloatArray
    kps: FloatArray

    def __post_init__(self) -> None:
        _check_rows("cls", self.cls, (len(self.cls),))
        _check_rows("obj", self.obj, (len(self.cls),))
        _check_rows("bbox", self.bbox, (len(self.cls), 4))
        _check_rows("kps", self.kps, (len(self.cls), 2 * LANDMARKS))


@dataclass(frozen=True, slots=True, eq=False)
class ScrfdLevel:
    """One stride of SCRFD: `anchors` rows for each cell of a map of `columns` x `rows` cells.

    Attributes:
        stride: input pixels per cell.
        columns: cells in a row.
        anchors: rows per cell, one behind the other.
        score: (rows,) probability of a face, 0..1.
        bbox: (rows, 4): distances from the cell's corner to left, top, right, bottom, in cells.
        kps: (rows, 10): x, y of five landmarks relative to the cell's corner, in cells.
    """

    stride: int
    columns: int
    anchors: int
    score: FloatArray
    bbox: FloatArray
    kps: FloatArray

    def __post_init__(self) -> None:
        _check_rows("score", self.score, (len(self.score),))
        _check_rows("bbox", self.bbox, (len(self.score), 4))
        _check_rows("kps", self.kps, (len(self.score), 2 * LANDMARKS))


def decode_yunet(levels: Sequence[YunetLevel], min_score: float, max_overlap: float) -> sv.Detections:
    """The faces of a YuNet head, best first; the confidence is the geometric mean of `cls` and `obj`.

    Args:
        min_score: faces below are dropped.
        max_overlap: of two faces with a greater intersection over union the weaker is dropped.

    Raises:
        BadArray: a level's arrays do not fit together.
    """
    return _faces([_yunet_level(level, min_score) for level in levels], max_overlap)


def decode_scrfd(levels: Sequence[ScrfdLevel], min_score: float, max_overlap: float) -> sv.Detections:
    """The faces of an SCRFD head with landmarks, best first.

    Args:
        min_score: faces below are dropped.
        max_overlap: of two faces with a greater intersection over union the weaker is dropped.

    Raises:
        BadArray: a level's arrays do not fit together.
    """
    return _faces([_scrfd_level(level, min_score) for level in levels], max_overlap)


def face_detections(xyxy: FloatArray, confidence: FloatArray, landmarks: FloatArray) -> sv.Detections:
    """Faces as detections of class 0; with no face every array is there and empty, landmarks as (0, 5, 2)."""
    return sv.Detections(
        xyxy=xyxy.reshape(-1, 4).astype(np.float32),
        confidence=confidence.reshape(-1).astype(np.float32),
        class_id=np.zeros(len(confidence), dtype=np.int64),
        data={"landmarks": landmarks.reshape(-1, LANDMARKS, 2).astype(np.float32)},
    )


def _yunet_level(level: YunetLevel, min_score: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    scores: FloatArray = np.sqrt(np.clip(level.cls, 0, 1) * np.clip(level.obj, 0, 1))
    found = np.flatnonzero(scores >= min_score)
    corners = _corners(found, level.columns)
    centres = corners + level.bbox[found, :2]
    halves = np.exp(level.bbox[found, 2:]) / 2
    xyxy = np.hstack([centres - halves, centres + halves])
    return _scaled(xyxy, level.stride), scores[found], _scaled(_points(level.kps[found], corners), level.stride)


def _scrfd_level(level: ScrfdLevel, min_score: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    found = np.flatnonzero(level.score >= min_score)
    corners = _corners(found // level.anchors, level.columns)
    distances = level.bbox[found]
    xyxy = np.hstack([corners - distances[:, :2], corners + distances[:, 2:]])
    points = _points(level.kps[found], corners)
    return _scaled(xyxy, level.stride), level.score[found], _scaled(points, level.stride)


def _corners(cells: NDArray[np.intp], columns: int) -> FloatArray:
    """The top-left corners (N, 2) of cells that are counted row by row, in cells."""
    return np.stack([cells % columns, cells // columns], axis=1).astype(np.float32)


def _points(kps: FloatArray, corners: FloatArray) -> NDArray[np.floating]:
    """Landmarks (N, 5, 2) in cells from rows of ten numbers relative to the cells' corners (N, 2)."""
    return kps.reshape(-1, LANDMARKS, 2) + corners[:, np.newaxis]


def _scaled(cells: NDArray[np.floating], stride: int) -> FloatArray:
    return np.asarray(cells * stride, dtype=np.float32)


def _faces(levels: list[tuple[FloatArray, FloatArray, FloatArray]], max_overlap: float) -> sv.Detections:
    xyxy, confidence, landmarks = (np.concatenate(arrays) for arrays in zip(*levels, strict=True))
    order = np.argsort(-confidence, kind="stable")
    faces = face_detections(xyxy[order], confidence[order], landmarks[order])
    return faces.with_nms(max_overlap) if len(faces) else faces


def _check_rows(name: str, array: FloatArray, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise BadArray(f"{name}: wanted {shape}, got {array.shape}")
