"""Four corners of a plate -> the plate seen from straight ahead.

Coordinates are continuous: pixel i covers i to i + 1. Corners are top-left, top-right, bottom-right, bottom-left, as
the plate is read.
"""

import cv2
import numpy as np

from vision.errors import BadArray
from vision.types import FloatArray, Image, check_image

# So many times as large as the crop is averaged exactly; still larger plates are sampled.
_MOST_REDUCTION = 8


def rectify(image: Image, corners: FloatArray, size_wh: tuple[int, int]) -> Image:
    """The plate inside `corners`, seen from straight ahead: (height, width, 3) uint8 BGR.

    Beyond the picture's border its last pixels are repeated; where the plate is larger than the crop, its pixels are
    averaged.

    Args:
        image: (H, W, 3) uint8 BGR.
        corners: (4, 2) pixels: top-left, top-right, bottom-right, bottom-left.
        size_wh: of the crop in pixels.

    Raises:
        BadArray: not an image, no pixels wanted, or the corners are not a convex quadrilateral in this order.
    """
    check_image(image)
    check_corners(corners)
    if min(size_wh) < 1:
        raise BadArray(f"wanted a crop of at least 1x1, got {size_wh}")
    reduction_wh = _reduction(corners, size_wh)
    width, height = size_wh[0] * reduction_wh[0], size_wh[1] * reduction_wh[1]
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    # cv2 counts from the centre of pixel 0, half a pixel inside the picture.
    transform = cv2.getPerspectiveTransform(corners.astype(np.float32) - np.float32(0.5), target - np.float32(0.5))
    seen: Image = cv2.warpPerspective(
        image, transform, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    if reduction_wh == (1, 1):
        return seen
    crop: Image = cv2.resize(seen, size_wh, interpolation=cv2.INTER_AREA)
    return crop


def widened(corners: FloatArray, width_factor: float, height_factor: float) -> FloatArray:
    """The corners moved outwards along the plate's mean width and height: (4, 2) float32.

    Args:
        corners: (4, 2) pixels of a convex quadrilateral; with factors from 1 on the result is one too.
        width_factor: 1.1: a twentieth of the mean width more on each side.
        height_factor: likewise.

    Raises:
        BadArray: the corners are not a convex quadrilateral in this order.
    """
    return reframed(corners, np.array([(width_factor, 0, 0), (0, height_factor, 0)], np.float32))


def reframed(corners: FloatArray, transform: FloatArray) -> FloatArray:
    """The corners (4, 2) float32 moved as `transform` moves those of the plate's own square from -1 to 1.

    Args:
        corners: (4, 2) pixels of a convex quadrilateral.
        transform: (2, 3) affine; x runs along the plate's mean width, y along its mean height, half of either is 1.

    Raises:
        BadArray: the corners are not a convex quadrilateral in this order.
    """
    check_corners(corners)
    top_left, top_right, bottom_right, bottom_left = corners
    across = (top_right - top_left + bottom_right - bottom_left) / 4
    down = (bottom_left - top_left + bottom_right - top_right) / 4
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32)
    shifts = square @ transform[:, :2].T + transform[:, 2] - square
    moved: FloatArray = (corners + shifts @ np.stack([across, down])).astype(np.float32)
    return moved


def check_corners(corners: FloatArray) -> None:
    """Refuse what is not the corners of a convex quadrilateral, clockwise as seen in the picture.

    Raises:
        BadArray: see above.
    """
    if corners.shape != (4, 2) or not np.isfinite(corners).all():
        raise BadArray(f"wanted (4, 2) finite corners, got {corners.shape}")
    if not is_convex(corners):
        raise BadArray(f"wanted corners of a convex quadrilateral, clockwise, got {corners.tolist()}")


def is_convex(corners: FloatArray) -> bool:
    """Whether (4, 2) corners are those of a convex quadrilateral, clockwise as seen in the picture."""
    sides = np.roll(corners, -1, axis=0).astype(np.float64) - corners
    following = np.roll(sides, -1, axis=0)
    return bool((sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0] > 0).all())


def _reduction(corners: FloatArray, size_wh: tuple[int, int]) -> tuple[int, int]:
    """How many times as wide and as high as the crop the plate is in the picture, as whole numbers from 1 on."""
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    across, down = max(lengths[0], lengths[2]), max(lengths[1], lengths[3])
    times_x, times_y = (int(length / size) for length, size in zip((across, down), size_wh, strict=True))
    return min(max(times_x, 1), _MOST_REDUCTION), min(max(times_y, 1), _MOST_REDUCTION)
