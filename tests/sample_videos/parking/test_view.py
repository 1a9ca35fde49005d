import numpy as np
import pytest

from sample_videos.parking.drawing import Drawing
from sample_videos.parking.view import HEIGHT, WIDTH, Sheet, View, over

LEVEL = View(height_m=2.0, yaw_deg=0.0, pitch_deg=0.0, focal_px=1000.0)


def test_a_point_on_the_axis_is_in_the_middle_and_others_beside_it() -> None:
    places = LEVEL.pixels(np.array([[0.0, 2.0, 5.0], [1.0, 1.0, 5.0]]))
    # A metre is 1000 / 5 = 200 pixels there.
    assert places == pytest.approx(np.array([[640.0, 360.0], [840.0, 560.0]]))


def test_a_camera_that_nods_sees_the_ground_higher_and_one_that_turns_left_sees_the_left_in_the_middle() -> None:
    down = View(height_m=2.0, yaw_deg=0.0, pitch_deg=45.0, focal_px=1000.0)
    assert down.pixels(np.array([[0.0, 0.0, 2.0]]))[0] == pytest.approx([640.0, 360.0])
    left = View(height_m=0.0, yaw_deg=-45.0, pitch_deg=0.0, focal_px=1000.0)
    assert left.pixels(np.array([[-3.0, 0.0, 3.0]]))[0] == pytest.approx([640.0, 360.0])


def test_a_sheet_fills_the_place_where_it_hangs_and_nothing_else() -> None:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    white = Sheet(np.full((100, 200, 4), 255, np.uint8))
    # 2 m x 1 m at 5 m: 400 x 200 pixels.
    white.hang(picture, LEVEL, np.array([[-1.0, 2.5, 5.0], [1.0, 2.5, 5.0], [1.0, 1.5, 5.0], [-1.0, 1.5, 5.0]]))
    assert picture[262:458, 442:838].min() == 255
    assert int((picture > 0).any(axis=2).sum()) == pytest.approx(400 * 200, rel=0.02)


def test_what_is_behind_the_camera_is_cut_off() -> None:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    white = Sheet(np.full((100, 100, 4), 255, np.uint8))
    ground = np.array([[-1.0, 0.0, 50.0], [1.0, 0.0, 50.0], [1.0, 0.0, -5.0], [-1.0, 0.0, -5.0]])
    white.hang(picture, LEVEL, ground)
    assert picture[-1, 640].tolist() == [255, 255, 255]
    assert picture[:360].max() == 0
    before = picture.copy()
    white.hang(picture, LEVEL, ground - (0.0, 0.0, 60.0))
    assert np.array_equal(picture, before)


def test_a_layer_hides_as_much_as_it_is_opaque() -> None:
    picture = np.full((1, 2, 3), 100, np.uint8)
    over(picture, np.array([[[0, 0, 0, 0], [50, 50, 50, 128]]], np.uint8))
    # 50 of the layer and (255 - 128) / 255 of 100.
    assert picture[0].tolist() == [[100, 100, 100], [100, 100, 100]]
    over(picture, np.full((1, 2, 4), 255, np.uint8))
    assert picture.min() == 255


def test_less_light_darkens_the_colours_and_not_the_shape() -> None:
    drawing = Drawing((1.0, 1.0), 10)
    drawing.box((0, 0), (1.0, 1.0), (200, 100, 50))
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    drawing.sheet().lit(0.5).hang(
        picture, LEVEL, np.array([[-1.0, 3.0, 5.0], [1.0, 3.0, 5.0], [1.0, 1.0, 5.0], [-1.0, 1.0, 5.0]])
    )
    assert picture[360, 640].tolist() == [100, 50, 25]
