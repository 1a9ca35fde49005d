import numpy as np
import pytest

pytest.importorskip("torch")

from models.training.detector.samples import Sample
from models.training.detector.targets import longer_side, targets_of, visible_share


def sample(*plates: np.ndarray, unknown: list[list[float]] | None = None, layout: int = 0) -> Sample:
    return Sample(
        np.zeros((320, 320, 3), np.uint8),
        np.array(plates, np.float32).reshape(-1, 4, 2),
        np.full(len(plates), layout, np.int64),
        np.ones(len(plates), np.bool_),
        np.array(unknown or [], np.float32).reshape(-1, 4),
    )


def plate(x: float, y: float, width: float, height: float) -> np.ndarray:
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float32)


def test_without_plates_every_cell_says_no() -> None:
    levels = targets_of([sample()])
    assert [tuple(level.scores.shape) for level in levels] == [(1, 2, 40, 40), (1, 2, 20, 20), (1, 2, 10, 10)]
    for level in levels:
        assert float(level.scores.sum()) == 0
        assert float(level.score_weights.min()) == 1
        assert float(level.corner_weights.max()) == 0


def test_a_small_plate_is_the_finest_strides_and_its_corners_are_relative_to_the_cell() -> None:
    # 64 x 20 around (132, 100).
    levels = targets_of([sample(plate(100, 90, 64, 20), layout=1)])
    assert [float(level.scores.sum()) > 0 for level in levels] == [True, False, False]
    # The cell of column 16, row 12 has its centre at (132, 100).
    assert levels[0].scores[0, :, 12, 16].tolist() == [0, 1]
    assert levels[0].corners[0, :, 12, 16].tolist() == [-32, -10, 32, -10, 32, 10, -32, 10]
    assert float(levels[0].sizes[0, 12, 16]) == pytest.approx(np.sqrt(64 * 20))


def test_cells_on_a_plate_outside_its_core_may_say_anything() -> None:
    (level, *_) = targets_of([sample(plate(100, 90, 64, 20))])
    # (108, 100) lies on the plate, 0.375 of its width from the middle.
    assert float(level.score_weights[0, 12, 13]) == 0
    assert float(level.score_weights[0, 12, 10]) == 1


def test_a_plate_as_wide_as_two_strides_share_is_both() -> None:
    levels = targets_of([sample(plate(100, 90, 110, 34))])
    assert [float(level.scores.sum()) > 0 for level in levels] == [True, True, False]


def test_a_tiny_and_a_cut_plate_are_neither_plate_nor_background() -> None:
    levels = targets_of([sample(plate(40, 40, 16, 6), plate(290, 200, 60, 20))])
    for level in levels:
        assert float(level.scores.sum()) == 0
    assert float(levels[0].score_weights[0, 5, 5]) == 0
    assert float(levels[0].score_weights[0, 26, 38]) == 0


def test_a_plate_in_an_unknown_box_is_still_a_plate() -> None:
    (level, *_) = targets_of([sample(plate(100, 90, 64, 20), unknown=[[50, 50, 250, 250]])])
    assert float(level.scores[0, 0, 12, 16]) == 1
    assert float(level.score_weights[0, 12, 16]) > 0
    assert float(level.score_weights[0, 20, 20]) == 0


def test_a_double_lines_height_counts_twice_for_its_size() -> None:
    assert longer_side(plate(0, 0, 44, 14)) == 44
    assert longer_side(plate(0, 0, 40, 30)) == 60


def test_the_visible_share_of_a_plate_half_outside_is_half() -> None:
    assert visible_share(plate(-20, 10, 40, 10), (100, 100)) == pytest.approx(0.5)
    assert visible_share(plate(10, 10, 40, 10), (100, 100)) == pytest.approx(1)
    assert visible_share(plate(200, 10, 40, 10), (100, 100)) == 0
