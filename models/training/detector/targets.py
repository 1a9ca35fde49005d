"""What the network's maps should say about a sample."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.detector.samples import Sample
from models.training.scenes.panels import mapped
from vision.plate_detection import LAYOUTS, STRIDES
from vision.types import FloatArray

# The longer side of plates, in pixels, that each stride looks for; neighbours share some.
RANGES_PX = ((0.0, 130.0), (95.0, 270.0), (200.0, 2000.0))
# Plates a little out of a stride's range may be found there or not.
_TOLERANCE = 1.35
# Below, a plate's text is a smear; above, too little of it is cut off to matter.
SMALLEST_PX = 24.0
LEAST_VISIBLE = 0.9
# Half the core's width and height as shares of the plate: cells there say "plate".
_CORE = (0.2, 0.28)
# So many cells count as one plate; a small plate's few cells then count for more.
_CELLS_PER_PLATE = 6.0
_BOX_CORNER_WEIGHT = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """One stride of one sample, or stacked along a first axis those of a batch.

    Attributes:
        scores: (layouts, h, w) 0 or 1.
        score_weights: (h, w): 0 where nothing is known.
        corners: (8, h, w) pixels relative to the cell's centre.
        corner_weights: (h, w): 0 where no plate is.
        sizes: (h, w) pixels: the square root of the plate's area.
    """

    scores: Tensor
    score_weights: Tensor
    corners: Tensor
    corner_weights: Tensor
    sizes: Tensor


def targets_of(samples: Sequence[Sample]) -> list[Target]:
    """The targets of each stride, stacked."""
    return [_stacked([_target(sample, level) for sample in samples]) for level in range(len(STRIDES))]


def _stacked(levels: list[dict[str, FloatArray]]) -> Target:
    return Target(**{name: torch.from_numpy(np.stack([level[name] for level in levels])) for name in levels[0]})


def _target(sample: Sample, level: int) -> dict[str, FloatArray]:
    stride = STRIDES[level]
    rows, columns = (side // stride for side in sample.picture.shape[:2])
    maps = {
        "scores": np.zeros((len(LAYOUTS), rows, columns), np.float32),
        "score_weights": np.ones((rows, columns), np.float32),
        "corners": np.zeros((8, rows, columns), np.float32),
        "corner_weights": np.zeros((rows, columns), np.float32),
        "sizes": np.ones((rows, columns), np.float32),
    }
    ys, xs = np.mgrid[0:rows, 0:columns]
    centres = ((np.stack([xs, ys], axis=-1) + 0.5) * stride).astype(np.float32)
    for box in sample.unknown:
        maps["score_weights"][_inside(centres, box)] = 0
    # The positives last: what is certain overrules what is not.
    order = np.argsort([is_clear(sample, corners) for corners in sample.corners])
    for index in order:
        _add_plate(maps, centres, sample, int(index), level)
    return maps


def _add_plate(maps: dict[str, FloatArray], centres: FloatArray, sample: Sample, index: int, level: int) -> None:
    corners = sample.corners[index]
    if not is_clear(sample, corners):
        maps["score_weights"][_inside(centres, np.concatenate([corners.min(axis=0), corners.max(axis=0)]))] = 0
        return
    on_plate = _plate_coordinates(centres, corners)
    within = (np.abs(on_plate) <= 0.5).all(axis=-1)
    length = longer_side(corners)
    low, high = RANGES_PX[level]
    if not low <= length <= high:
        near = low / _TOLERANCE <= length <= high * _TOLERANCE
        maps["score_weights"][within] = 0 if near else 1
        return
    core = np.asarray((np.abs(on_plate) <= _CORE).all(axis=-1))
    nearest = np.unravel_index(np.argmin(np.linalg.norm(centres - corners.mean(axis=0), axis=-1)), core.shape)
    core[nearest] = True
    maps["score_weights"][within] = 0
    weight = float(np.clip(_CELLS_PER_PLATE / core.sum(), 0.4, 3.0))
    maps["score_weights"][core] = weight
    maps["scores"][:, core] = 0
    maps["scores"][sample.layouts[index], core] = 1
    maps["corners"][:, core] = (corners - centres[core][:, None]).reshape(-1, 8).T
    maps["corner_weights"][core] = weight * (1.0 if sample.exact[index] else _BOX_CORNER_WEIGHT)
    maps["sizes"][core] = np.sqrt(cv2.contourArea(corners))


def longer_side(corners: FloatArray) -> float:
    """A plate's mean width in pixels, or what its height lets expect of a long one."""
    edges = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    return float(max((edges[0] + edges[2]) / 2, edges[1] + edges[3]))


def visible_share(corners: FloatArray, size_wh: tuple[int, int]) -> float:
    """How much of a plate lies inside a picture, 0..1."""
    width, height = size_wh
    frame = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    inside, _ = cv2.intersectConvexConvex(corners.astype(np.float32), frame)
    area = cv2.contourArea(corners)
    return float(inside / area) if area > 0 else 0.0


def is_clear(sample: Sample, corners: FloatArray) -> bool:
    """Whether the plate is large and whole enough to be asked for."""
    height, width = sample.picture.shape[:2]
    return longer_side(corners) >= SMALLEST_PX and visible_share(corners, (width, height)) >= LEAST_VISIBLE


def _plate_coordinates(points: FloatArray, corners: FloatArray) -> FloatArray:
    """Points (..., 2) as shares of the plate's width and height from its middle: -0.5..0.5 on the plate."""
    unit = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)], np.float32)
    return mapped(points, cv2.getPerspectiveTransform(corners.astype(np.float32), unit))


def _inside(centres: FloatArray, box: FloatArray) -> NDArray[np.bool_]:
    return np.asarray(((centres >= box[:2]) & (centres <= box[2:])).all(axis=-1))
