import numpy as np
import pytest

from vision.crops import halvings
from vision.mtcnn import (
    Windows,
    join,
    landmarks_in,
    level_image,
    proposals,
    pyramid_scales,
    squares,
    suppress,
)
from vision.types import FloatArray


def floats(values: object) -> FloatArray:
    return np.asarray(values, dtype=np.float32)


def windows(*rows: tuple[float, float, float, float, float]) -> Windows:
    table = floats(rows).reshape(-1, 5)
    return Windows(table[:, :4], table[:, 4])


def test_the_pyramid_goes_from_the_smallest_face_to_the_whole_picture() -> None:
    # 12 / 60 = 0.2; halves: 0.1 and 0.05; 240 * 0.05 = 12 is the last that holds a window.
    assert pyramid_scales(240, 60, 0.5) == pytest.approx([0.2, 0.1, 0.05])


def test_a_picture_smaller_than_the_smallest_face_has_no_pyramid() -> None:
    assert pyramid_scales(59, 60, 0.5) == []
    assert pyramid_scales(60, 60, 0.5) == pytest.approx([0.2])


def test_a_level_tells_its_exact_scales() -> None:
    level, scale_xy = level_image(halvings(np.zeros((100, 203, 3), dtype=np.uint8), 12), 0.2)
    # From the quarter, 50 x 25, at 0.8: 40 x 20, so 40 / 50 / 4 = 20 / 25 / 4 = 0.2.
    assert level.shape == (20, 40, 3)
    assert scale_xy == pytest.approx((0.2, 0.2))


def test_a_proposal_is_its_cell_s_window_moved_by_the_offsets() -> None:
    scores = np.zeros((4, 5), dtype=np.float32)
    boxes = np.zeros((4, 4, 5), dtype=np.float32)
    scores[1, 3] = 0.9
    boxes[:, 1, 3] = [0.5, 0, 0, 0.25]
    found = proposals(boxes, scores, (0.5, 0.25), 0.6)
    # Cell (3, 1) sees x 6 to 18, y 2 to 14 of the level: x 12 to 36, y 8 to 56 of the source, 24 x 48;
    # moved by 0.5 * 24 = 12 and 0.25 * 48 = 12.
    assert found.xyxy.tolist() == [[24, 8, 36, 68]]
    assert found.scores == pytest.approx([0.9])


def test_of_neighbouring_cells_only_the_best_is_proposed() -> None:
    scores = floats([[0.7, 0.9, 0.7, 0.1, 0.8]])
    found = proposals(np.zeros((4, 1, 5), dtype=np.float32), scores, (1.0, 1.0), 0.6)
    assert found.xyxy[:, 0].tolist() == [2, 8]


def test_a_map_without_faces_proposes_nothing() -> None:
    found = proposals(np.zeros((4, 3, 3), np.float32), np.zeros((3, 3), np.float32), (1.0, 1.0), 0.6)
    assert found.xyxy.shape == (0, 4)
    assert len(join([found, found])) == len(join([])) == 0


def test_squares_keep_the_centre_and_take_the_longer_side() -> None:
    assert squares(floats([[0, 0, 10, 20], [5, 5, 25, 15]])).tolist() == [[-5, 0, 15, 20], [5, 0, 25, 20]]


def test_suppression_keeps_the_better_of_two_overlapping_windows() -> None:
    # Intersection 10 x 8 = 80, union 100 + 100 - 80 = 120: 0.67.
    found = windows((0, 0, 10, 10, 0.6), (0, 2, 10, 12, 0.9), (50, 50, 60, 60, 0.7))
    assert suppress(found, 0.6, "union").tolist() == [1, 2]
    assert suppress(found, 0.7, "union").tolist() == [1, 2, 0]


def test_a_suppressed_window_suppresses_nothing_itself() -> None:
    found = windows((0, 0, 10, 10, 0.9), (0, 4, 10, 14, 0.8), (0, 8, 10, 18, 0.7))
    # Neighbours share 60 of 140 (0.43), the outer two 20 of 180 (0.11).
    assert suppress(found, 0.4, "union").tolist() == [0, 2]


def test_a_part_of_a_face_is_suppressed_by_the_smaller_area() -> None:
    found = windows((0, 0, 20, 20, 0.9), (5, 5, 10, 10, 0.8))
    assert suppress(found, 0.7, "union").tolist() == [0, 1]  # 25 / 400
    assert suppress(found, 0.7, "smaller").tolist() == [0]  # 25 / 25


def test_suppression_of_nothing_keeps_nothing() -> None:
    assert suppress(windows(), 0.5, "union").tolist() == []


def test_the_best_windows_are_those_of_the_highest_scores() -> None:
    found = windows((0, 0, 1, 1, 0.1), (0, 0, 2, 2, 0.9), (0, 0, 3, 3, 0.5))
    assert found.best(2).xyxy[:, 2].tolist() == [2, 3]
    assert found.best(5) is found


def test_landmarks_are_shares_of_the_window_five_x_before_five_y() -> None:
    shares = floats([[0, 0.25, 0.5, 0.75, 1, 0, 0.1, 0.2, 0.3, 0.4]])
    points = landmarks_in(floats([[100, 200, 140, 300]]), shares)
    assert points.shape == (1, 5, 2)
    assert points[0].tolist() == pytest.approx(floats([[100, 200], [110, 210], [120, 220], [130, 230], [140, 240]]))
