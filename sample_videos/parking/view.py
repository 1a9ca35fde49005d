"""A camera above a lane, and flat pictures hung into the space before it."""

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]
"""(N, 3) metres: to the right, up, and away from the camera, whose foot is the origin."""

WIDTH, HEIGHT = 1280, 720
_NEAREST_M = 0.9
"""Nothing nearer to the lens is drawn."""
_SHARPEST = 0.6
"""A sheet that is shown smaller than this is halved first: fewer pixels would be picked than it has."""


@dataclass(frozen=True, slots=True)
class View:
    """A pinhole camera.

    Attributes:
        height_m: above the ground.
        yaw_deg: turned to the right.
        pitch_deg: turned down.
        focal_px: a metre at a metre's distance.
    """

    height_m: float = 1.7
    yaw_deg: float = -11.0
    pitch_deg: float = 9.0
    focal_px: float = 2000.0

    def seen(self, points: Points) -> Points:
        """(N, 3): to the right, down, and along the axis, metres."""
        yaw, pitch = radians(self.yaw_deg), radians(self.pitch_deg)
        turned = np.array([[cos(yaw), 0, -sin(yaw)], [0, -1, 0], [sin(yaw), 0, cos(yaw)]])
        nodded = np.array([[1, 0, 0], [0, cos(pitch), -sin(pitch)], [0, sin(pitch), cos(pitch)]])
        lifted: Points = (points - np.array([0.0, self.height_m, 0.0])) @ (nodded @ turned).T
        return lifted

    def pixels(self, points: Points) -> Points:
        """(N, 2) x, y of points before the camera."""
        seen = self.seen(points)
        places: Points = seen[:, :2] / seen[:, 2:] * self.focal_px + (WIDTH / 2, HEIGHT / 2)
        return places

    def scale(self, point: Points) -> float:
        """Pixels for a metre at (3,) that place."""
        return self.focal_px / max(float(self.seen(point[None])[0, 2]), _NEAREST_M)


class Sheet:
    """A flat picture of some size in metres; its origin is its lower left corner.

    Args:
        layer: (H, W, 4) uint8: BGR, already multiplied by the opacity, and the opacity.
    """

    def __init__(self, layer: Pixels) -> None:
        self._levels = [layer]
        while min(self._levels[-1].shape[:2]) > 16:
            self._levels.append(cv2.pyrDown(self._levels[-1]))

    def lit(self, light: float | tuple[float, float, float] | Points) -> "Sheet":
        """The same sheet under other light: one factor, or one for blue, green and red."""
        factors = np.append(np.broadcast_to(light, 3), 1.0)
        layer = np.clip(self._levels[0] * factors, 0, 255)
        return Sheet(np.minimum(layer, self._levels[0][..., 3:]).astype(np.uint8))

    def hang(self, picture: Pixels, view: View, corners: Points) -> None:
        """Draw it into the picture; what would be behind the camera is cut off.

        Args:
            picture: (720, 1280, 3), drawn on.
            view: of the camera.
            corners: (4, 3) of the sheet: upper left, upper right, lower right, lower left.
        """
        depths = view.seen(corners)[:, 2]
        if depths.max() <= _NEAREST_M:
            return
        layer = self._level(view.pixels(corners) if depths.min() > _NEAREST_M else None)
        source, cut = _before_lens(layer, corners, depths)
        target = view.pixels(cut).astype(np.float32)
        low = np.clip(np.floor(target.min(axis=0)) - 1, 0, (WIDTH, HEIGHT)).astype(int)
        high = np.clip(np.ceil(target.max(axis=0)) + 2, 0, (WIDTH, HEIGHT)).astype(int)
        if (high <= low).any():
            return
        way = cv2.getPerspectiveTransform(source, target - low.astype(np.float32))
        patch = cv2.warpPerspective(layer, way, tuple(int(side) for side in high - low), flags=cv2.INTER_LINEAR)
        over(picture[low[1] : high[1], low[0] : high[0]], patch)

    def _level(self, places: Points | None) -> Pixels:
        """The sheet at about the size at which it is shown."""
        if places is None:
            return self._levels[0]
        across = max(np.hypot(*(places[1] - places[0])), np.hypot(*(places[2] - places[3])))
        down = max(np.hypot(*(places[3] - places[0])), np.hypot(*(places[2] - places[1])))
        for level in self._levels:
            # The shorter side counts: a sheet seen from its edge must not lose the detail along it.
            if max(across / level.shape[1], down / level.shape[0]) >= _SHARPEST:
                return level
        return self._levels[-1]


def over(picture: Pixels, layer: Pixels) -> None:
    """Draw `layer` (H, W, 4), premultiplied, before `picture` (H, W, 3)."""
    through = cv2.merge([255 - layer[..., 3]] * 3)
    picture[:] = cv2.add(cv2.multiply(picture, through, scale=1 / 255), np.ascontiguousarray(layer[..., :3]))


def _before_lens(layer: Pixels, corners: Points, depths: Points) -> tuple[NDArray[np.float32], Points]:
    """The part of the sheet before the camera: its corners in pixels of the layer, and (4, 3) in space."""
    height, width = layer.shape[:2]
    ends = np.array([[0.0, 1.0], [0.0, 1.0]])  # left and right, top and bottom, as shares
    for axis, (near, far) in enumerate(((0, 1), (0, 3))):
        begin, end = depths[near], depths[far]
        if min(begin, end) < _NEAREST_M < max(begin, end):
            share = (_NEAREST_M - begin) / (end - begin)
            ends[axis, 0 if begin < end else 1] = share
    (left, right), (top, bottom) = ends
    shares = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    slant = corners[2] - corners[3] - across
    cut = corners[0] + shares[:, :1] * across + shares[:, 1:] * down + shares[:, :1] * shares[:, 1:] * slant
    return (shares * (width, height)).astype(np.float32), cut
