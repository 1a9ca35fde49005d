"""Places drawn by people: what is refused, and what they are in pixels."""

import numpy as np
import pytest
import supervision as sv

from vision.errors import BadInput
from vision.zones import RelativePoint, bounds, check_line, check_polygon, polygon_mask, polygon_zone

SQUARE: tuple[RelativePoint, ...] = ((0.25, 0.5), (0.75, 0.5), (0.75, 1.0), (0.25, 1.0))
# Both upper edges lie on one line and do not meet.
U_SHAPE: tuple[RelativePoint, ...] = (
    *((0.0, 0.0), (0.2, 0.0), (0.2, 0.5), (0.8, 0.5)),
    *((0.8, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
)


@pytest.mark.parametrize("points", [SQUARE, U_SHAPE, ((0, 0), (1, 0), (0, 1))])
def test_a_simple_polygon_may_be_concave_and_reach_the_border(points: tuple[RelativePoint, ...]) -> None:
    check_polygon(points)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ((), "at least 3 points, got 0"),
        (((0, 0), (1, 1)), "at least 3 points, got 2"),
        (((0, 0), (1, 0), (1, 1.2)), "from 0 to 1, got 1, 1.2"),
        (((0, 0), (float("nan"), 0), (1, 1)), "from 0 to 1, got nan"),
        (((0, 0), (1, 1), (1, 0), (0, 1)), "does not cross itself, got edges 0 and 2"),
        (((0, 0), (0.5, 0.5), (1, 1)), "of the picture, got 0.000000"),
    ],
)
def test_what_is_no_polygon_is_refused(points: tuple[RelativePoint, ...], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        check_polygon(points)


def test_a_line_has_two_different_points_in_the_picture() -> None:
    check_line(((0, 0.5), (1, 0.5)))
    for points in (((0.0, 0.5),), ((0.0, 0.5), (0.0, 0.5)), ((0.0, 0.5), (1.5, 0.5))):
        with pytest.raises(BadInput, match="wanted"):
            check_line(points)


def test_who_stands_in_the_zone_is_told_by_the_middle_of_the_lower_edge() -> None:
    zone = polygon_zone(SQUARE, (400, 200))
    boxes = [(180, 20, 220, 150), (180, 20, 220, 90), (20, 20, 60, 150), (180, 20, 220, 199)]
    assert zone.trigger(sv.Detections(xyxy=np.array(boxes, np.float32))).tolist() == [True, False, False, True]
    assert zone.trigger(sv.Detections.empty()).tolist() == []


def test_mask_and_bounds_are_pixels() -> None:
    assert bounds(SQUARE, (400, 200)).tolist() == [100, 100, 300, 200]
    mask = polygon_mask(SQUARE, (400, 200))
    assert mask.shape == (200, 400)
    assert (mask[150, 200], mask[50, 200], mask[150, 50]) == (255, 0, 0)
