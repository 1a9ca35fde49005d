import numpy as np
import pytest

from vision.crops import crops, halvings, mirrored, moved
from vision.types import FloatArray


def floats(values: object) -> FloatArray:
    return np.asarray(values, dtype=np.float32)


def test_halvings_stop_before_the_shorter_side_is_too_small() -> None:
    pictures = halvings(np.zeros((50, 101, 3), dtype=np.uint8), 12)
    assert [picture.shape[:2] for picture in pictures] == [(50, 101), (25, 50), (12, 25)]


def test_a_halving_averages_four_pixels_and_drops_the_odd_last_row() -> None:
    image = np.zeros((3, 2, 3), dtype=np.uint8)
    image[0, 0], image[2] = 100, 255
    assert halvings(image, 1)[1].tolist() == [[[25, 25, 25]]]  # 100 / 4


def test_boxes_and_offsets_lie_the_other_way_round_in_a_mirror_picture() -> None:
    assert mirrored(floats([[10, 5, 40, 20]]), 100).tolist() == [[60, 5, 90, 20]]
    assert mirrored(floats([[0.1, 0.2, 0.3, 0.4]]), 0).tolist() == floats([[-0.3, 0.2, -0.1, 0.4]]).tolist()


def test_boxes_move_by_shares_of_their_own_sides() -> None:
    assert moved(floats([[0, 0, 10, 20]]), floats([[0.1, -0.1, 0.2, 0.5]])).tolist() == [[1, -2, 12, 30]]


def test_crops_are_rgb_planes_of_the_window_s_pixels() -> None:
    image = np.arange(6 * 6 * 3, dtype=np.uint8).reshape(6, 6, 3)
    crop = crops([image], floats([[1, 2, 5, 6]]), 4)
    assert crop.dtype == np.float32
    assert np.array_equal(crop[0], image[2:6, 1:5, ::-1].transpose(2, 0, 1))


def test_crops_beyond_the_border_are_grey() -> None:
    crop = crops([np.zeros((4, 4, 3), dtype=np.uint8)], floats([[-4, -4, 4, 4]]), 8)
    assert (crop[0, :, :3, :3] == 128).all()
    assert (crop[0, :, 5:, 5:] == 0).all()


def test_a_large_window_is_read_from_a_halving() -> None:
    stripes = np.zeros((64, 64, 3), dtype=np.uint8)
    stripes[:, ::2] = 200
    # Eight pixels to one: any aliasing would show as 0 or 200 instead of the stripes' mean.
    assert (crops(halvings(stripes, 8), floats([[0, 0, 64, 64]]), 8) == 100).all()


def test_each_crop_belongs_to_its_own_window_whatever_its_size() -> None:
    image = np.zeros((64, 64, 3), dtype=np.uint8)
    image[:, 32:] = 80
    boxes = floats([[32, 0, 64, 32], [0, 0, 8, 8], [40, 40, 48, 48], [0, 0, 32, 32]])
    assert crops(halvings(image, 8), boxes, 8).mean(axis=(1, 2, 3)) == pytest.approx([80, 0, 80, 0], abs=3)


def test_a_window_that_is_not_square_is_distorted_and_read_from_the_halving_of_its_mean_side() -> None:
    image = np.zeros((64, 64, 3), dtype=np.uint8)
    image[:, 32:] = 200
    crop = crops(halvings(image, 8), floats([[24, 0, 40, 64]]), 16)
    assert crop.shape == (1, 3, 16, 16)
    assert crop[0, 0, :, 2].max() == 0
    assert crop[0, 0, :, 13].min() == 200


def test_no_window_gives_no_crop() -> None:
    assert crops([np.zeros((4, 4, 3), dtype=np.uint8)], floats([]).reshape(0, 4), 24).shape == (0, 3, 24, 24)
