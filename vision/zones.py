"""Places in a picture, drawn by people in relative coordinates: checked, and brought to pixels."""

from collections.abc import Sequence
from itertools import combinations

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from vision.errors import BadInput
from vision.types import FloatArray

RelativePoint = tuple[float, float]
"""Share of the picture's width and height from its upper left corner, 0..1."""
_LEAST_AREA = 1e-4


def check_polygon(points: Sequence[RelativePoint]) -> None:
    """Refuse what is no simple polygon inside the picture.

    Raises:
        BadInput: fewer than three points, one beyond 0..1, no area, or edges that cross each other.
    """
    if len(points) < 3:
        raise BadInput(f"wanted a polygon of at least 3 points, got {len(points)}")
    _check_inside(points)
    crossing = _first_crossing(points)
    if crossing:
        raise BadInput(
            f"wanted a polygon that does not cross itself, got edges {crossing[0]} and {crossing[1]} crossing"
        )
    area = abs(float(cv2.contourArea(np.array(points, np.float32))))
    if area < _LEAST_AREA:
        raise BadInput(f"wanted a polygon of at least {_LEAST_AREA} of the picture, got {area:.6f}")


def check_line(points: Sequence[RelativePoint]) -> None:
    """Refuse what is no line inside the picture.

    Raises:
        BadInput: not two different points, or one beyond 0..1.
    """
    if len(points) != 2 or points[0] == points[1]:
        raise BadInput(f"wanted a line of 2 different points, got {list(points)}")
    _check_inside(points)


def pixel_points(points: Sequence[RelativePoint], size_wh: tuple[int, int]) -> FloatArray:
    """(N, 2) float32 pixels of a picture of this size."""
    return np.array(points, np.float32) * np.array(size_wh, np.float32)


def polygon_zone(points: Sequence[RelativePoint], size_wh: tuple[int, int]) -> sv.PolygonZone:
    """The zone for boxes that stand on it: the middle of their lower edge counts."""
    return sv.PolygonZone(
        polygon=np.rint(pixel_points(points, size_wh)).astype(np.int64),
        triggering_anchors=(sv.Position.BOTTOM_CENTER,),
    )


def polygon_mask(points: Sequence[RelativePoint], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W) uint8: 255 inside, 0 elsewhere."""
    mask = np.zeros((size_wh[1], size_wh[0]), np.uint8)
    cv2.fillPoly(mask, [np.rint(pixel_points(points, size_wh)).astype(np.int32)], 255)
    return mask


def bounds(points: Sequence[RelativePoint], size_wh: tuple[int, int]) -> FloatArray:
    """(4,) float32: the box around the points, pixels."""
    pixels = pixel_points(points, size_wh)
    return np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])


def _check_inside(points: Sequence[RelativePoint]) -> None:
    for x, y in points:
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            raise BadInput(f"wanted relative coordinates from 0 to 1, got {x}, {y}")


def _first_crossing(points: Sequence[RelativePoint]) -> tuple[int, int] | None:
    """The numbers of two edges that are not neighbours and meet; None: there are none."""
    count = len(points)
    edges = [(points[i], points[(i + 1) % count]) for i in range(count)]
    for first, second in combinations(range(count), 2):
        neighbours = second - first == 1 or (first == 0 and second == count - 1)
        if not neighbours and _meet(*edges[first], *edges[second]):
            return first, second
    return None


def _meet(a: RelativePoint, b: RelativePoint, c: RelativePoint, d: RelativePoint) -> bool:
    # Edges on one line have no sides: they meet where their extents do.
    near = all(max(min(a[i], b[i]), min(c[i], d[i])) <= min(max(a[i], b[i]), max(c[i], d[i])) for i in (0, 1))
    return near and _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0


def _side(a: RelativePoint, b: RelativePoint, c: RelativePoint) -> float:
    """Above 0 where c lies on one side of a line through a and b, below 0 on the other."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
