import numpy as np
import pytest

from benchmarks.peers.yolov5face import cut, decode, side_by_side
from vision.types import FloatArray

CORNERS = (10, 10, 30, 10, 30, 20, 10, 20)


def row(centre_x: float, objectness: float, single: float, double: float) -> tuple[float, ...]:
    return (centre_x, 15, 20, 10, objectness, *CORNERS, single, double)


def rows(*values: tuple[float, ...]) -> FloatArray:
    return np.array(values, np.float32).reshape(-1, 15)


def test_of_overlapping_plates_the_best_remains_with_its_class() -> None:
    found = decode(rows(row(20, 0.8, 1.0, 0.1), row(21, 0.9, 0.1, 1.0), row(200, 0.5, 0.9, 0.0)))
    assert found[:, :4].tolist() == [[11, 10, 31, 20], [190, 10, 210, 20]]
    assert found[0, 4:12].tolist() == list(CORNERS)
    # 0.9 x 1.0 of two lines; 0.5 x 0.9 of one line
    assert found[:, 12].tolist() == pytest.approx([0.9, 0.45])
    assert found[:, 13].tolist() == [1, 0]


def test_weak_plates_are_dropped() -> None:
    assert decode(rows(row(20, 0.2, 1.0, 0.0), row(90, 0.5, 0.5, 0.5))).shape == (0, 14)
    assert decode(rows()).shape == (0, 14)


def test_a_plate_is_cut_out_at_its_own_size() -> None:
    image = np.zeros((40, 60, 3), np.uint8)
    image[10:20, 10:30] = 200
    plate = cut(image, np.array(CORNERS, np.float32).reshape(4, 2))
    assert plate.shape == (10, 20, 3)
    assert plate[:9, :19].min() == 200


def test_a_plate_of_no_size_is_one_pixel() -> None:
    assert cut(np.zeros((4, 4, 3), np.uint8), np.ones((4, 2), np.float32)).shape == (1, 1, 3)


def test_the_upper_line_is_set_left_of_the_lower_one() -> None:
    crop = np.zeros((24, 10, 3), np.uint8)
    crop[:8] = 100
    crop[10:] = 200
    line = side_by_side(crop)
    # lower: from row 8 on, 16 rows; upper: 10 rows stretched to 16
    assert line.shape == (16, 20, 3)
    assert (line[0, 0, 0], line[-1, -1, 0], line[0, 10, 0]) == (100, 200, 0)
