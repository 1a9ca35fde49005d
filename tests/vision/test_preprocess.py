import numpy as np
import pytest

from vision.errors import BadArray
from vision.preprocess import Placement, letterbox, resize, resize_quickly, shrink, to_tensor


def test_letterbox_puts_a_wide_picture_between_two_bars() -> None:
    image = np.full((100, 200, 3), 7, dtype=np.uint8)
    canvas, placement = letterbox(image, (100, 100), fill=114)
    # 200x100 fits 100x100 at a half: 100x50, with (100 - 50) / 2 = 25 rows above and below.
    assert placement == Placement(scale_xy=(0.5, 0.5), offset_xy=(0, 25))
    assert canvas.shape == (100, 100, 3)
    assert (canvas[:25] == 114).all()
    assert (canvas[75:] == 114).all()
    assert (canvas[25:75] == 7).all()


def test_letterbox_in_the_corner_leaves_no_bar_in_front() -> None:
    image = np.full((10, 20, 3), 9, dtype=np.uint8)
    canvas, placement = letterbox(image, (40, 40), fill=0, centred=False)
    assert placement == Placement(scale_xy=(2.0, 2.0), offset_xy=(0, 0))
    assert (canvas[:20] == 9).all()
    assert (canvas[20:] == 0).all()


@pytest.mark.parametrize("size_wh", [(64, 64), (37, 91), (320, 33)])
def test_the_way_back_from_a_letterbox_is_exact(size_wh: tuple[int, int]) -> None:
    _, placement = letterbox(np.zeros((57, 131, 3), dtype=np.uint8), size_wh)
    corners = np.array([[0, 0], [131, 57], [12.5, 40.25]], dtype=np.float32)
    assert np.allclose(placement.to_source(placement.to_canvas(corners)), corners, atol=1e-4)


def test_the_edges_of_the_picture_lie_on_the_edges_of_what_is_not_filled() -> None:
    canvas, placement = letterbox(np.full((57, 131, 3), 255, dtype=np.uint8), (64, 64), fill=0)
    rows = np.flatnonzero(canvas[:, 32, 0])
    top, bottom = placement.to_canvas(np.array([[0, 0], [131, 57]]))[:, 1]
    assert (top, bottom) == (rows[0], rows[-1] + 1)


def test_letterbox_of_one_pixel_fills_the_canvas() -> None:
    canvas, placement = letterbox(np.full((1, 1, 3), 3, dtype=np.uint8), (8, 8))
    assert (canvas == 3).all()
    assert placement.scale_xy == (8.0, 8.0)


def test_letterbox_keeps_at_least_one_row_of_a_very_wide_picture() -> None:
    canvas, placement = letterbox(np.full((1, 1000, 3), 3, dtype=np.uint8), (10, 10), fill=0)
    assert (canvas[..., 0] == 3).any()
    assert placement.scale_xy == (0.01, 1.0)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4, 3), dtype=np.float32),
        np.zeros((4, 4), dtype=np.uint8),
        np.zeros((4, 4, 4), dtype=np.uint8),
        np.zeros((0, 4, 3), dtype=np.uint8),
    ],
)
def test_what_is_no_image_is_refused(image: np.ndarray) -> None:
    with pytest.raises(BadArray, match="wanted an"):
        letterbox(image, (8, 8))
    with pytest.raises(BadArray, match="wanted an"):
        to_tensor(image)


def test_a_canvas_without_pixels_is_refused() -> None:
    with pytest.raises(BadArray, match="canvas"):
        letterbox(np.zeros((4, 4, 3), dtype=np.uint8), (0, 8))


def test_resize_averages_when_it_shrinks() -> None:
    image = np.zeros((2, 2, 3), dtype=np.uint8)
    image[0, 0] = 200
    assert resize(image, (1, 1)).tolist() == [[[50, 50, 50]]]  # 200 / 4


def test_a_quick_resize_averages_by_a_whole_factor() -> None:
    stripes = np.zeros((48, 60, 3), np.uint8)
    stripes[::2] = 200
    # 48x60 to 16x20 is a third: rows 200, 0, 200 give 133, rows 0, 200, 0 give 67.
    assert np.unique(resize_quickly(stripes, (20, 16))).tolist() == [67, 133]
    # 48x60 to 20x25: halved first, to 100 everywhere.
    assert (resize_quickly(stripes, (25, 20)) == 100).all()


def test_a_quick_resize_without_a_whole_factor_is_the_exact_one() -> None:
    image = np.random.default_rng(0).integers(0, 256, (49, 61, 3), np.uint8)
    assert (resize_quickly(image, (20, 16)) == resize(image, (20, 16))).all()


def test_a_quick_resize_to_more_than_a_half_interpolates_and_keeps_flat_pictures_flat() -> None:
    assert (resize_quickly(np.full((30, 40, 3), 90, np.uint8), (31, 17)) == 90).all()


def test_a_shrunk_picture_is_halved_as_long_as_it_can_be_and_keeps_its_shape() -> None:
    squares = np.zeros((72, 128, 3), np.uint8)
    squares[::4, ::4] = 160
    # 128 to 64 to 32: one pixel of 160 among sixteen.
    small = shrink(squares, 32)
    assert small.shape == (18, 32, 3)
    assert (small == 10).all()
    # 75 lines cannot be halved: 128x75 is averaged to 32x19 at once, and what is narrower grows.
    assert shrink(np.full((75, 128, 3), 90, np.uint8), 32).shape == (19, 32, 3)
    assert shrink(np.full((9, 16, 3), 90, np.uint8), 32).shape == (18, 32, 3)


def test_a_tensor_is_rgb_in_planes_with_mean_and_std_in_that_order() -> None:
    image = np.array([[[10, 20, 30]]], dtype=np.uint8)  # blue, green, red
    tensor = to_tensor(image, channels="rgb", mean=(5.0, 10.0, 0.0), std=(5.0, 2.0, 10.0))
    # red (30 - 5) / 5 = 5; green (20 - 10) / 2 = 5; blue 10 / 10 = 1
    assert tensor.shape == (1, 3, 1, 1)
    assert tensor.dtype == np.float32
    assert tensor.ravel().tolist() == [5.0, 5.0, 1.0]


def test_a_bgr_tensor_keeps_the_order() -> None:
    image = np.array([[[10, 20, 30]]], dtype=np.uint8)
    assert to_tensor(image, channels="bgr", mean=(1.0, 2.0, 3.0)).ravel().tolist() == [9.0, 18.0, 27.0]


def test_a_std_of_nothing_is_refused() -> None:
    with pytest.raises(BadArray, match="positive std"):
        to_tensor(np.zeros((1, 1, 3), dtype=np.uint8), std=(1.0, 0.0, 1.0))
