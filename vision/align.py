"""Five landmarks of a face -> the upright chip that an embedding network was trained on.

Coordinates are continuous: pixel i covers i to i + 1. Landmarks are left eye, right eye, nose, left and right corner
of the mouth, as seen in the picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.errors import BadArray
from vision.types import FloatArray, Image, check_image

# A face so much larger than its chip is in no picture; such landmarks are not those of a face.
_MIN_SCALE = 1e-3

Transform = NDArray[np.float64]
"""(2, 3): multiplied with (x, y, 1) it gives the point's place on the chip."""


@dataclass(frozen=True, slots=True)
class Template:
    """Where the five landmarks lie on a square chip.

    Attributes:
        size: side of the chip in pixels.
        landmarks: five (x, y) in pixels of the chip.
    """

    size: int
    landmarks: tuple[tuple[float, float], ...]

    def closer(self, factor: float) -> "Template":
        """The same chip with the face larger by `factor` around the chip's centre."""
        middle = self.size / 2
        enlarged = (np.array(self.landmarks) - middle) * factor + middle
        return Template(self.size, tuple((float(x), float(y)) for x, y in enlarged))


DLIB_150 = Template(150, ((47.9, 45.1), (102.1, 45.1), (75.0, 77.0), (50.7, 104.8), (99.3, 104.8)))
"""The chip of dlib's face network, `get_face_chip(size=150, padding=0.25)`.

Source: the mean place of MTCNN's landmarks on the chips that dlib itself cuts with its CC0 five-point predictor, over
the 1,583 pictures of LFW folds 0 and 1, made symmetric.
"""

ARCFACE_112 = Template(
    112, ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
)
"""The chip of ArcFace and the networks after it.

Source: `arcface_dst` in InsightFace, python-package/insightface/utils/face_align.py (MIT).
"""


def align_face(image: Image, landmarks: FloatArray, template: Template) -> Image:
    """The face, turned, scaled and moved so that its landmarks lie on the template's: (size, size, 3) uint8 BGR.

    Beyond the picture's border the chip is black, as in dlib's and InsightFace's training.

    Args:
        image: (H, W, 3) uint8 BGR.
        landmarks: (5, 2) pixels of the image.
        template: the chip that the network wants.

    Raises:
        BadArray: not an image, or landmarks that are not five finite points or lie as no face's do.
    """
    check_image(image)
    if landmarks.shape != (5, 2) or not np.isfinite(landmarks).all():
        raise BadArray(f"wanted (5, 2) finite landmarks, got {landmarks.shape}")
    transform = similarity(landmarks, np.array(template.landmarks))
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    if scale < _MIN_SCALE:
        raise BadArray(f"wanted the landmarks of a face, got {landmarks.tolist()}")
    return _warp(image, transform, template.size, reduction=int(1 / scale))


def similarity(source: NDArray[np.floating], target: NDArray[np.floating]) -> Transform:
    """The turn, scale and shift that bring `source` (N, 2) closest to `target` (N, 2) in least squares.

    Raises:
        BadArray: the source's points are all one point.

    Source: Umeyama, "Least-squares estimation of transformation parameters between two point patterns", 1991, for
    the plane and without mirroring.
    """
    # As complex numbers a turn with scale is one factor, and least squares gives it in one division.
    points, wanted = source @ (1, 1j), target @ (1, 1j)
    points_mean, wanted_mean = points.mean(), wanted.mean()
    points = points - points_mean
    spread = np.vdot(points, points).real
    if spread == 0.0:
        raise BadArray("wanted landmarks apart from each other, got one point")
    turn = np.vdot(points, wanted) / spread
    shift = wanted_mean - turn * points_mean
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def _warp(image: Image, transform: Transform, size: int, reduction: int) -> Image:
    """The chip that `transform` cuts out of the picture averaged down by `reduction`, so that it does not alias."""
    if reduction > 1:
        image, transform = _reduced(image, transform, size, reduction)
    # cv2 counts from the centre of pixel 0, half a pixel inside the picture.
    by_centres = transform.copy()
    by_centres[:, 2] += transform[:, :2] @ (0.5, 0.5) - 0.5
    chip: Image = cv2.warpAffine(image, by_centres, (size, size), flags=cv2.INTER_LINEAR)
    return chip


def _reduced(image: Image, transform: Transform, size: int, reduction: int) -> tuple[Image, Transform]:
    """The part of the picture that the chip shows, `reduction` times smaller, and the transform from there."""
    turn, shift = transform[:, :2], transform[:, 2]
    corners = (np.array([(0, 0), (size, 0), (0, size), (size, size)]) - shift) @ np.linalg.inv(turn).T
    height, width = image.shape[:2]
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int) - reduction, 0, (width - 1, height - 1))
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int) + reduction, (left + 1, top + 1), (width, height))
    wanted = -(-(right - left) // reduction), -(-(bottom - top) // reduction)
    part: Image = cv2.resize(image[top:bottom, left:right], wanted, interpolation=cv2.INTER_AREA)
    scale = np.array([(right - left) / wanted[0], (bottom - top) / wanted[1]])
    return part, np.column_stack([turn * scale, turn @ (left, top) + shift])
