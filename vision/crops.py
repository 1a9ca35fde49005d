"""Parts of a picture at one size, as networks that look at them want them.

Coordinates are continuous source pixels: pixel i covers i to i + 1.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import FloatArray, Image

# About the mean that networks were trained around: a black border makes what reaches it score lower.
_GREY = (128, 128, 128)

# cv2.remap addresses its rows with 16 bits.
_MAX_REMAP_ROWS = 32_000


def halvings(image: Image, smallest_side: int) -> list[Image]:
    """The picture, its half, its quarter, ..., as long as the shorter side has `smallest_side` pixels.

    An odd last row or column is dropped before each halving, so that picture k is reduced by exactly 2**k.
    """
    pictures = [image]
    while min(height := pictures[-1].shape[0] // 2, width := pictures[-1].shape[1] // 2) >= smallest_side:
        even = pictures[-1][: 2 * height, : 2 * width]
        pictures.append(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA))
    return pictures


def moved(xyxy: FloatArray, offsets: NDArray[np.floating]) -> FloatArray:
    """Boxes (N, 4) whose corners move by `offsets` (N, 4), given in widths and heights of the box."""
    sides = np.tile(xyxy[:, 2:] - xyxy[:, :2], 2)
    return np.asarray(xyxy + offsets * sides, np.float32)


def mirrored(xyxy: FloatArray, width: float) -> FloatArray:
    """Boxes (N, 4) as they lie in the mirror picture of one that is so wide; offsets, where `width` is 0."""
    return xyxy[:, [2, 1, 0, 3]] * np.array((-1, 1, -1, 1), np.float32) + np.array((width, 0, width, 0), np.float32)


def resized(xyxy: FloatArray, factor: float) -> FloatArray:
    """Windows (N, 4) around the same centres, with sides `factor` times as long."""
    centres = (xyxy[:, :2] + xyxy[:, 2:]) / 2
    halves = (xyxy[:, 2:] - xyxy[:, :2]) / 2 * np.float32(factor)
    return np.hstack([centres - halves, centres + halves])


def crops(halved: Sequence[Image], xyxy: FloatArray, side: int) -> FloatArray:
    """What lies in windows, as (N, 3, side, side) float32 RGB 0..255; beyond the picture is grey.

    What is not square is distorted. Each window is read from the halving at which its mean side is one to two times as
    large as `side`, so that linear interpolation does not alias.
    """
    sizes = np.sqrt(np.maximum(xyxy[:, 2:] - xyxy[:, :2], 1.0).prod(axis=1))
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
