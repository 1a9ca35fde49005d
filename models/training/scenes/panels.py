"""Flat pictures with plates on them, and how they are set into a scene in perspective.

Coordinates are continuous: pixel i covers i to i + 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.plate_alphabet import PlateKind
from vision.types import FloatArray, Image

_LONGEST_SIDE = 900
# A wide-angle camera two metres away, as a multiple of the panel's width.
_NEAREST = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class SetPlate:
    """A plate in a picture.

    Attributes:
        corners: (4, 2) float32 pixels: top-left, top-right, bottom-right, bottom-left; may lie outside the picture.
        kind: what the plate is.
        exact: whether the corners are the plate's own; else they are those of an upright box around it.
    """

    corners: FloatArray
    kind: PlateKind
    exact: bool = True

    def moved(self, transform: NDArray[np.floating]) -> "SetPlate":
        """The plate as a perspective (3, 3) shows it."""
        return SetPlate(mapped(self.corners, transform), self.kind, self.exact)

    @property
    def width(self) -> float:
        """Of the longer of its upper and lower edge, pixels."""
        top, bottom = self.corners[1] - self.corners[0], self.corners[2] - self.corners[3]
        return float(max(np.hypot(*top), np.hypot(*bottom)))


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A flat picture.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        alpha: (H, W) uint8: 0 where the scene shows through.
        plates: on it.
    """

    image: Image
    alpha: NDArray[np.uint8]
    plates: tuple[SetPlate, ...] = ()

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]


def mapped(points: NDArray[np.floating], transform: NDArray[np.floating]) -> FloatArray:
    """Points (..., 2) as a perspective (3, 3) shows them."""
    raised = points @ transform[:, :2].T + transform[:, 2]
    return np.asarray(raised[..., :2] / raised[..., 2:], dtype=np.float32)


def outline(size_wh: tuple[int, int]) -> FloatArray:
    """The corners (4, 2) of a picture, clockwise from the top-left."""
    width, height = size_wh
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)


def seen_from(
    size_wh: tuple[int, int],
    angles_deg: Sequence[float] | NDArray[np.floating],
    centre: NDArray[np.floating],
    width_px: float,
) -> FloatArray:
    """Where a panel's corners (4, 2) lie when it is turned and seen from near.

    Args:
        size_wh: of the panel.
        angles_deg: yaw, pitch, roll.
        centre: where the panel's middle lies, (2,) pixels.
        width_px: how long the panel's width appears where it is not turned away.
    """
    yaw, pitch, roll = np.deg2rad(np.asarray(angles_deg, dtype=float))
    width, height = size_wh
    points = np.column_stack([outline(size_wh) - (width / 2, height / 2), np.zeros(4)]) / width
    turn = _turn(2, roll) @ _turn(0, pitch) @ _turn(1, yaw)
    x, y, z = (turn @ points.T)[:3]
    depth = _NEAREST / (_NEAREST + z)
    return np.asarray(np.column_stack([x * depth, y * depth]) * width_px + centre, dtype=np.float32)


def paste(scene: Image, panel: Panel, quad: FloatArray) -> tuple[Image, tuple[SetPlate, ...]]:
    """The scene with the panel's corners set on `quad` (4, 2), and the panel's plates as they lie in the scene."""
    panel = _reduced(panel, quad)
    transform = cv2.getPerspectiveTransform(outline(panel.size_wh), quad.astype(np.float32))
    height, width = scene.shape[:2]
    left, top = np.clip(np.floor(quad.min(axis=0)).astype(int) - 1, 0, (width - 1, height - 1))
    right, bottom = np.clip(np.ceil(quad.max(axis=0)).astype(int) + 1, (left + 1, top + 1), (width, height))
    # cv2 counts from the centre of pixel 0, half a pixel inside the picture.
    to_window = _shift(-left - 0.5, -top - 0.5) @ transform @ _shift(0.5, 0.5)
    size = (int(right - left), int(bottom - top))
    image = cv2.warpPerspective(panel.image, to_window, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpPerspective(panel.alpha, to_window, size, flags=cv2.INTER_LINEAR).astype(np.float32) / 255
    pasted = scene.copy()
    window = pasted[top:bottom, left:right]
    window[:] = np.round(window + (image.astype(np.float32) - window) * alpha[..., None]).astype(np.uint8)
    return pasted, tuple(plate.moved(transform) for plate in panel.plates)


def opaque(image: Image, plates: tuple[SetPlate, ...] = ()) -> Panel:
    """A panel that covers all behind it."""
    return Panel(image, np.full(image.shape[:2], 255, dtype=np.uint8), plates)


def _reduced(panel: Panel, quad: FloatArray) -> Panel:
    """The panel no larger than it appears in the scene, so that warping does not alias."""
    edges = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    width, height = panel.size_wh
    scale = min(1.0, max(edges[0], edges[2]) / width, _LONGEST_SIDE / max(width, height))
    if scale > 0.95:
        return panel
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    factors = np.diag([size[0] / width, size[1] / height, 1.0])
    return Panel(
        cv2.resize(panel.image, size, interpolation=cv2.INTER_AREA),
        cv2.resize(panel.alpha, size, interpolation=cv2.INTER_AREA),
        tuple(plate.moved(factors) for plate in panel.plates),
    )


def _shift(x: float, y: float) -> NDArray[np.float64]:
    return np.array([(1, 0, x), (0, 1, y), (0, 0, 1)], dtype=np.float64)


def _turn(axis: int, angle: float) -> NDArray[np.float64]:
    """The rotation by `angle` radians around an axis: 0 is x, 1 y, 2 z."""
    first, second = [other for other in range(3) if other != axis]
    turn = np.eye(3)
    turn[first, first] = turn[second, second] = np.cos(angle)
    turn[first, second], turn[second, first] = -np.sin(angle), np.sin(angle)
    return turn
