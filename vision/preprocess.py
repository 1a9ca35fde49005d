"""Pictures to network inputs, and the way back for what the network found."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.errors import BadArray
from vision.types import FloatArray, Image, check_image

Channels = Literal["rgb", "bgr"]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture lies on the canvas that a network saw.

    Coordinates are continuous: pixel i covers i to i + 1, so edges map to edges and the inverse is exact.

    Attributes:
        scale_xy: canvas pixels per source pixel; both differ a little, because sizes are whole pixels.
        offset_xy: canvas position of the source's top-left corner.
    """

    scale_xy: tuple[float, float]
    offset_xy: tuple[int, int]

    def to_canvas(self, points: NDArray[np.floating]) -> FloatArray:
        """Source points (..., 2) as canvas points."""
        return np.asarray(points * np.array(self.scale_xy) + np.array(self.offset_xy), dtype=np.float32)

    def to_source(self, points: NDArray[np.floating]) -> FloatArray:
        """Canvas points (..., 2) as source points; a box (N, 4) is passed as (N, 2, 2)."""
        return np.asarray((points - np.array(self.offset_xy)) / np.array(self.scale_xy), dtype=np.float32)


def letterbox(
    image: Image, size_wh: tuple[int, int], *, fill: int = 114, centred: bool = True, quick: bool = False
) -> tuple[Image, Placement]:
    """The picture scaled to fit inside `size_wh` with its proportions kept, the rest filled; and where it lies.

    Args:
        image: (H, W, 3) uint8; the channels' order is kept.
        size_wh: width and height of the canvas in pixels, each at least 1.
        fill: grey value of the borders, 0..255.
        centred: borders on both sides; otherwise the picture lies in the top-left corner.
        quick: scaled by `resize_quickly` instead of `resize`.

    Raises:
        BadArray: not an image, or a canvas without pixels.
    """
    check_image(image)
    if min(size_wh) < 1:
        raise BadArray(f"wanted a canvas of at least 1x1, got {size_wh}")
    height, width = image.shape[:2]
    scale = min(size_wh[0] / width, size_wh[1] / height)
    inner_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    resized = resize_quickly(image, inner_wh) if quick else resize(image, inner_wh)
    left, top = ((size_wh[0] - inner_wh[0]) // 2, (size_wh[1] - inner_wh[1]) // 2) if centred else (0, 0)
    canvas = np.full((size_wh[1], size_wh[0], 3), fill, dtype=np.uint8)
    canvas[top : top + inner_wh[1], left : left + inner_wh[0]] = resized
    return canvas, Placement((inner_wh[0] / width, inner_wh[1] / height), (left, top))


def resize(image: Image, size_wh: tuple[int, int]) -> Image:
    """The picture at another size: averaged when it shrinks, so that nothing aliases, interpolated when it grows."""
    height, width = image.shape[:2]
    if (width, height) == size_wh:
        return image
    shrinks = size_wh[0] * size_wh[1] < width * height
    resized: Image = cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return resized


def resize_quickly(image: Image, size_wh: tuple[int, int]) -> Image:
    """As `resize`, five times as fast: averaged by a whole factor where there is one, then interpolated.

    What shrinks to more than a half of its size is not averaged and may alias a little.
    """
    height, width = image.shape[:2]
    factor = min(width // size_wh[0], height // size_wh[1])
    if factor > 1 and (width % factor or height % factor):
        return resize(image, size_wh)
    if factor > 1:
        image = cv2.resize(image, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    resized: Image = cv2.resize(image, size_wh, interpolation=cv2.INTER_LINEAR)
    return resized


def shrink(image: Image, width_px: int) -> Image:
    """The picture at this width, its shape kept, averaged: halved as long as it can be, which is four times as fast.

    A picture that is narrower grows.
    """
    height, width = image.shape[:2]
    size_wh = (width_px, max(1, round(height * width_px / width)))
    while width >= 2 * width_px and height % 2 == 0 and width % 2 == 0:
        width, height = width // 2, height // 2
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return resize(image, size_wh)


def to_tensor(
    image: Image,
    *,
    channels: Channels = "rgb",
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0),
    std: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> FloatArray:
    """(pixel - mean) / std of a BGR picture as (1, 3, H, W) float32.

    Args:
        image: (H, W, 3) uint8 BGR.
        channels: the order the network wants; `mean` and `std` are in that order.

    Raises:
        BadArray: not an image, or a std that is not positive.
    """
    check_image(image)
    if min(std) <= 0:
        raise BadArray(f"wanted a positive std, got {std}")
    # Plane by plane it takes half as long as blobFromImage.
    planes = cv2.split(image)
    tensor = np.empty((1, 3, *image.shape[:2]), np.float32)
    for target, plane in zip(tensor[0], planes if channels == "bgr" else planes[::-1], strict=True):
        target[:] = plane
    if any(mean):
        tensor -= np.array(mean, dtype=np.float32).reshape(1, 3, 1, 1)
    if std[0] == std[1] == std[2]:
        tensor *= np.float32(1.0) / np.float32(std[0])
    else:
        tensor *= (1.0 / np.array(std, dtype=np.float32)).reshape(1, 3, 1, 1)
    return tensor
