"""Where a plate goes."""

from datetime import timedelta

import numpy as np
import pytest

from pipelines.stages.motion import PlateMotion, plate_size
from tests.fakes import NOW
from vision.types import FloatArray


def plate(x: float, y: float, scale: float = 1.0) -> FloatArray:
    """A plate of 100x25, 50 pixels in size, around its centre."""
    signs = np.array([(-50, -12.5), (50, -12.5), (50, 12.5), (-50, 12.5)], np.float32)
    return (signs * scale + (x, y)).astype(np.float32)


def motion_of(*sights: FloatArray) -> PlateMotion:
    motion = PlateMotion()
    for second, corners in enumerate(sights):
        motion.add(corners, NOW + timedelta(seconds=second))
    return motion


def test_the_size_is_the_root_of_the_area() -> None:
    assert plate_size(plate(100, 100)) == pytest.approx(50)  # root of 2,500
    assert plate_size(np.zeros((4, 2), np.float32)) == 1.0


def test_without_a_sight_and_with_one_nothing_is_known() -> None:
    for motion in (motion_of(), motion_of(plate(100, 100))):
        assert (motion.direction, motion.moved) == (None, False)


@pytest.mark.parametrize(
    ("end", "direction", "moved"),
    [
        (plate(100, 100, 1.16), "approaching", True),
        (plate(100, 100, 1 / 1.16), "leaving", True),
        (plate(100, 131), "approaching", True),  # 31 of 50: more than 0.6 of its size down
        (plate(100, 69), "leaving", True),
        (plate(131, 100), None, True),  # across
        (plate(120, 120, 1.1), None, False),
        (plate(100, 69, 1.3), "approaching", True),  # what grows comes nearer, wherever it is seen
    ],
)
def test_a_plate_that_grows_or_sinks_comes_and_one_that_shrinks_or_rises_goes(
    end: FloatArray, direction: str | None, moved: bool
) -> None:
    motion = motion_of(plate(100, 100), end)
    assert (motion.direction, motion.moved) == (direction, moved)


def test_a_single_jump_of_the_corners_is_no_movement() -> None:
    still = [plate(100, 100)] * 3
    motion = motion_of(*still, plate(100, 100), plate(200, 200, 2.0), plate(100, 100))
    assert (motion.direction, motion.moved) == (None, False)


def test_it_stands_since_it_came_to_its_place() -> None:
    motion = motion_of(plate(100, 100), plate(100, 200), plate(100, 300), plate(104, 302), plate(101, 299))
    assert motion.stood_s(NOW + timedelta(seconds=10)) == 8.0  # since second 2


def test_what_was_never_seen_does_not_stand() -> None:
    assert motion_of().stood_s(NOW) == 0.0
