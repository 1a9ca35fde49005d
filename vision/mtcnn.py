"""The arithmetic of MTCNN between its three networks: pyramid, proposals, windows, crops, suppression, landmarks.

Coordinates are continuous source pixels: pixel i covers i to i + 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import FloatArray, Image

CELL_STRIDE = 2
WINDOW_SIDE = 12
"""pnet sees a window of 12 x 12 pixels at every second pixel."""

# The mean that the networks were trained around: a black border makes faces that reach it score lower.
_GREY = (128, 128, 128)

# cv2.remap addresses its rows with 16 bits.
_MAX_REMAP_ROWS = 32_000


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


def halvings(image: Image, smallest_side: int) -> list[Image]:
    """The picture, its half, its quarter, ..., as long as the shorter side has `smallest_side` pixels.

    An odd last row or column is dropped before each halving, so that picture k is reduced by exactly 2**k.
    """
    pictures = [image]
    while min(height := pictures[-1].shape[0] // 2, width := pictures[-1].shape[1] // 2) >= smallest_side:
        even = pictures[-1][: 2 * height, : 2 * width]
        pictures.append(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA))
    return pictures


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


def moved(xyxy: FloatArray, offsets: FloatArray) -> FloatArray:
    """Boxes (N, 4) whose corners move by `offsets` (N, 4), given in widths and heights of the box."""
    sides = np.tile(xyxy[:, 2:] - xyxy[:, :2], 2)
    return xyxy + offsets * sides


def squares(xyxy: FloatArray) -> FloatArray:
    """The squares (N, 4) around the boxes' centres with their longer sides."""
    centres = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    halves = (xyxy[:, 2:] - xyxy[:, :2]).max(axis=1, keepdims=True) / 2
    return np.hstack([centres - halves, centres + halves])


def resized(xyxy: FloatArray, factor: float) -> FloatArray:
    """Windows (N, 4) around the same centres, with sides `factor` times as long."""
    centres = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    halves = (xyxy[:, 2:] - xyxy[:, :2]) / 2 * np.float32(factor)
    return np.hstack([centres - halves, centres + halves])


def crops(halved: Sequence[Image], xyxy: FloatArray, side: int) -> FloatArray:
    """What lies in square windows, as (N, 3, side, side) float32 RGB 0..255; beyond the picture is grey.

    Each window is read from the halving at which it is one to two times as large as `side`, so that linear
    interpolation does not alias.
    """
    sizes = np.maximum(xyxy[:, 2] - xyxy[:, 0], 1.0)
    depths = np.clip(np.floor(np.log2(sizes / side)), 0, len(halved) - 1).astype(np.intp)
    pixels = np.empty((len(xyxy), side, side, 3), dtype=np.uint8)
    for depth in np.unique(depths):
        rows = np.flatnonzero(depths == depth)
        for part in np.array_split(rows, 1 + len(rows) * side // _MAX_REMAP_ROWS):
            pixels[part] = _sample(halved[depth], xyxy[part] / 2**depth, side)
    return np.ascontiguousarray(pixels[..., ::-1].transpose(0, 3, 1, 2), dtype=np.float32)


def _sample(image: Image, xyxy: FloatArray, side: int) -> NDArray[np.uint8]:
    """Windows (N, 4) of one picture as (N, side, side, 3), all in one call of cv2."""
    # Pixel centres lie at i + 0.5, and cv2.remap counts from the centre of pixel 0.
    steps = (np.arange(side, dtype=np.float32) + 0.5) / side
    starts, extents = xyxy[:, :2, np.newaxis], (xyxy[:, 2:] - xyxy[:, :2])[:, :, np.newaxis]
    points = (starts + extents * steps - 0.5).astype(np.float32)
    shape = (len(xyxy), side, side)
    map_x = np.broadcast_to(points[:, 0, np.newaxis, :], shape).reshape(-1, side)
    map_y = np.broadcast_to(points[:, 1, :, np.newaxis], shape).reshape(-1, side)
    sampled: Image = cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=_GREY)
    return sampled.reshape(*shape, 3)


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
