"""Corners to the plate from straight ahead, to the exact pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.errors import BadArray
from vision.rectify import check_corners, is_convex, rectify, reframed, widened
from vision.types import FloatArray, Image


def corners(*points: tuple[float, float]) -> FloatArray:
    return np.array(points, np.float32)


def noise(height: int, width: int) -> Image:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


WHOLE = corners((0, 0), (6, 0), (6, 4), (0, 4))


def test_the_whole_picture_at_its_own_size_is_the_picture() -> None:
    image = noise(4, 6)
    assert np.array_equal(rectify(image, WHOLE, (6, 4)), image)


def test_a_part_on_whole_pixels_is_cut_out_exactly() -> None:
    image = noise(20, 30)
    part = rectify(image, corners((5, 3), (17, 3), (17, 9), (5, 9)), (12, 6))
    assert np.array_equal(part, image[3:9, 5:17])


def test_a_plate_twice_as_large_is_averaged_and_not_sampled() -> None:
    image = noise(8, 12)
    means = image.reshape(4, 2, 6, 2, 3).astype(float).mean(axis=(1, 3))
    crop = rectify(image, corners((0, 0), (12, 0), (12, 8), (0, 8)), (6, 4))
    assert np.abs(crop - means).max() <= 1  # rounding


def test_a_plate_turned_by_a_quarter_is_turned_back() -> None:
    image = noise(6, 4)
    # The plate's top runs down the picture's right edge.
    crop = rectify(image, corners((4, 0), (4, 6), (0, 6), (0, 0)), (6, 4))
    assert np.array_equal(crop, np.rot90(image))


def test_perspective_is_undone() -> None:
    # A square of 4 fields seen as a trapezium: its middle lines must lie in the crop's middle again.
    image = np.zeros((100, 100, 3), np.uint8)
    seen = corners((30, 20), (70, 20), (90, 80), (10, 80))
    # Where the diagonals cross is the centre: with tops 40 and 80 wide it is a third of the way down, y = 20 + 60 / 3.
    image[:40] = 200
    crop = rectify(image, seen, (64, 64))
    assert crop[:31].min() >= 199
    assert crop[33:].max() <= 1


def test_beyond_the_border_the_last_pixels_are_repeated() -> None:
    image = noise(4, 6)
    crop = rectify(image, corners((-2, 0), (6, 0), (6, 4), (-2, 4)), (8, 4))
    assert np.array_equal(crop[:, 2:], image)
    assert np.array_equal(crop[:, 0], image[:, 0])


def test_the_picture_stays_as_it_is() -> None:
    image = noise(8, 12)
    before = image.copy()
    rectify(image, corners((1, 1), (9, 2), (10, 7), (0, 6)), (144, 48))
    assert np.array_equal(image, before)


@pytest.mark.parametrize(
    "wrong",
    [
        corners((0, 0), (6, 0), (0, 4), (6, 4)),  # crossed
        corners((0, 0), (0, 4), (6, 4), (6, 0)),  # the other way round: a mirror
        corners((0, 0), (6, 0), (3, 0), (0, 4)),  # three on a line
        corners((0, 0), (6, 0), (1, 1), (0, 4)),  # dented
        corners((2, 2), (2, 2), (2, 2), (2, 2)),
        corners((0, 0), (6, 0), (6, float("nan")), (0, 4)),
        corners((0, 0), (6, 0), (6, 4)),
    ],
)
def test_what_is_no_convex_quadrilateral_is_refused(wrong: FloatArray) -> None:
    with pytest.raises(BadArray):
        rectify(noise(4, 6), wrong, (6, 4))


def test_no_picture_and_no_pixels_are_refused() -> None:
    with pytest.raises(BadArray, match="uint8 image"):
        rectify(np.zeros((4, 6), np.uint8), WHOLE, (6, 4))
    with pytest.raises(BadArray, match="at least 1x1"):
        rectify(noise(4, 6), WHOLE, (0, 4))


def test_widening_moves_the_corners_outwards_by_the_margins() -> None:
    # 100x20: 8 % more width is 4 to each side, 16 % more height is 1.6.
    wide = widened(corners((10, 10), (110, 10), (110, 30), (10, 30)), 1.08, 1.16)
    expected = corners((6, 8.4), (114, 8.4), (114, 31.6), (6, 31.6))
    assert wide == pytest.approx(expected, abs=1e-4)


def test_widening_by_one_changes_nothing() -> None:
    seen = corners((30, 20), (70, 22), (90, 80), (10, 75))
    assert widened(seen, 1.0, 1.0) == pytest.approx(seen)


@settings(deadline=None)
@given(st.lists(st.floats(-20, 20, width=32), min_size=8, max_size=8), st.floats(1, 2), st.floats(1, 2))
def test_a_convex_plate_stays_convex_however_it_is_widened(shifts: list[float], wider: float, higher: float) -> None:
    seen = corners((0, 0), (100, 0), (100, 50), (0, 50)) + np.array(shifts, np.float32).reshape(4, 2)
    if is_convex(seen):
        check_corners(widened(seen, wider, higher))


def test_reframing_moves_the_corners_in_halves_of_the_plates_own_width_and_height() -> None:
    seen = corners((10, 10), (110, 10), (110, 30), (10, 30))
    # Half of the width is 50, of the height 10: 0.1 to the right is 5, and a slant of 0.2 moves the lower edge by 10.
    slanted = reframed(seen, np.array([(1, 0.2, 0.1), (0, 0.5, 0)], np.float32))
    assert slanted == pytest.approx(corners((5, 15), (105, 15), (125, 25), (25, 25)), abs=1e-4)


def test_reframing_by_nothing_changes_nothing() -> None:
    seen = corners((30, 20), (70, 22), (90, 80), (10, 75))
    assert reframed(seen, np.eye(2, 3, dtype=np.float32)) == pytest.approx(seen)
