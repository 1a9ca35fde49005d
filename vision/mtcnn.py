"""The arithmetic of MTCNN between its three networks: pyramid, proposals, windows, suppression, landmarks.

Coordinates are continuous source pixels: pixel i covers i to i + 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.crops import moved
from vision.types import FloatArray, Image

CELL_STRIDE = 2
WINDOW_SIDE = 12
"""pnet sees a window of 12 x 12 pixels at every second pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Places that may hold a face.

    Attributes:
        xyxy: (N, 4) float32 source pixels.
        scores: (N,) float32 probabilities, 0..1.
    """

    xyxy: FloatArray
    scores: FloatArray

    def __len__(self) -> int:
        return len(self.scores)

    def take(self, rows: NDArray[np.intp]) -> "Windows":
        """The windows of these row numbers, in that order."""
        return Windows(self.xyxy[rows], self.scores[rows])

    def best(self, count: int) -> "Windows":
        """The `count` windows of the highest scores, or all."""
        return self.take(np.argsort(-self.scores, kind="stable")[:count]) if len(self) > count else self


def join(parts: Sequence[Windows]) -> Windows:
    """All windows of all parts; of no part, no window."""
    nothing = Windows(np.zeros((0, 4), dtype=np.float32), np.zeros(0, dtype=np.float32))
    everything = [nothing, *parts]
    return Windows(
        np.concatenate([part.xyxy for part in everything]), np.concatenate([part.scores for part in everything])
    )


def pyramid_scales(shorter_side: int, min_face_px: float, factor: float) -> list[float]:
    """The reductions at which faces from `min_face_px` to the whole picture fill pnet's window, largest first.

    Args:
        shorter_side: of the picture, in pixels.
        min_face_px: side of the smallest face looked for.
        factor: from one level to the next, between 0 and 1.
    """
    scales = [WINDOW_SIDE / min_face_px]
    while scales[-1] * factor * shorter_side >= WINDOW_SIDE:
        scales.append(scales[-1] * factor)
    return [scale for scale in scales if scale * shorter_side >= WINDOW_SIDE]


def level_image(halved: Sequence[Image], scale: float) -> tuple[Image, tuple[float, float]]:
    """The picture at `scale`, made from the next larger halving; and the exact scales of x and y."""
    depth = min(max(0, int(np.floor(-np.log2(scale)))), len(halved) - 1)
    height, width = halved[depth].shape[:2]
    wanted = max(WINDOW_SIDE, round(width * scale * 2**depth)), max(WINDOW_SIDE, round(height * scale * 2**depth))
    image = cv2.resize(halved[depth], wanted, interpolation=cv2.INTER_LINEAR)
    return image, (wanted[0] / width / 2**depth, wanted[1] / height / 2**depth)


def proposals(boxes: FloatArray, scores: FloatArray, scale_xy: tuple[float, float], min_score: float) -> Windows:
    """The windows of one pyramid level that pnet takes for faces, moved as it says.

    Of neighbouring cells only the best is kept: windows one cell apart overlap by more than half.

    Args:
        boxes: (4, h, w) offsets of x1, y1, x2, y2 in sides of the window.
        scores: (h, w) probabilities of a face.
        scale_xy: level pixels per source pixel.
        min_score: cells at or below are dropped.
    """
    peaks = scores >= cv2.dilate(scores, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero(peaks & (scores > min_score))
    corners = CELL_STRIDE * np.stack([columns, rows], axis=1)
    windows = np.hstack([corners, corners + WINDOW_SIDE]) / np.tile(np.array(scale_xy), 2)
    return Windows(moved(windows.astype(np.float32), boxes[:, rows, columns].T), scores[rows, columns])


def squares(xyxy: FloatArray) -> FloatArray:
    """The squares (N, 4) around the boxes' centres with their longer sides."""
    centres = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    halves = (xyxy[:, 2:] - xyxy[:, :2]).max(axis=1, keepdims=True) / 2
    return np.hstack([centres - halves, centres + halves])


def suppress(windows: Windows, max_overlap: float, metric: Literal["union", "smaller"]) -> NDArray[np.intp]:
    """Row numbers of the windows to keep, best first: none overlaps a better kept one by more than `max_overlap`.

    Args:
        metric: the intersection is divided by the union, or by the smaller of both areas.
    """
    order = np.argsort(-windows.scores, kind="stable")
    boxes = windows.xyxy[order]
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    areas = sides[:, 0] * sides[:, 1]
    shared = np.minimum(boxes[:, np.newaxis, 2:], boxes[:, 2:]) - np.maximum(boxes[:, np.newaxis, :2], boxes[:, :2])
    shared = np.maximum(shared, 0)
    intersections = shared[..., 0] * shared[..., 1]
    if metric == "union":
        limits = areas[:, np.newaxis] + areas - intersections
    else:
        limits = np.minimum(areas[:, np.newaxis], areas)
    clashes = intersections > max_overlap * limits
    alive = np.ones(len(order), dtype=np.bool_)
    for row in range(len(order)):
        if alive[row]:
            alive[row + 1 :] &= ~clashes[row, row + 1 :]
    return order[alive]


def unmirrored(fractions: FloatArray) -> FloatArray:
    """onet's landmarks (N, 10) of mirrored crops as those of the crops: x turned round, left and right exchanged."""
    x, y = 1 - fractions[:, :5], fractions[:, 5:]
    exchanged = [1, 0, 2, 4, 3]
    return np.hstack([x[:, exchanged], y[:, exchanged]])


def landmarks_in(xyxy: FloatArray, fractions: FloatArray) -> FloatArray:
    """Points (N, 5, 2) in source pixels from onet's (N, 10), five x then five y, each a fraction of its window."""
    points = fractions.reshape(-1, 2, 5).transpose(0, 2, 1)
    corners, sides = xyxy[:, np.newaxis, :2], (xyxy[:, 2:] - xyxy[:, :2])[:, np.newaxis]
    return corners + points * sides
