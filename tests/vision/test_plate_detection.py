import numpy as np
import pytest

from vision.errors import BadArray
from vision.plate_detection import PlateLevel, decode_plates, enclosing_boxes, plate_detections

# A plate of 40 x 16 around a cell's centre: x, y of top-left, top-right, bottom-right, bottom-left.
PLATE = np.array([-20, -8, 20, -8, 20, 8, -20, 8], np.float32)


def empty_level(stride: int = 8, rows: int = 8, columns: int = 10) -> PlateLevel:
    return PlateLevel(stride, np.zeros((2, rows, columns), np.float32), np.zeros((8, rows, columns), np.float32))


def put(
    level: PlateLevel, cell: tuple[int, int], score: float, *, layout: int = 0, corners: np.ndarray = PLATE
) -> None:
    level.scores[layout, *cell] = score
    level.corners[:, *cell] = corners


def test_no_cell_above_the_score_is_no_plate_with_every_array_present() -> None:
    level = empty_level()
    put(level, (3, 4), 0.39)
    plates = decode_plates([level], 0.4, 0.3)
    assert len(plates) == 0
    assert plates.xyxy.shape == (0, 4)
    assert plates.data["landmarks"].shape == (0, 4, 2)
    assert plates.confidence is not None
    assert plates.class_id is not None
    assert plates.data["landmarks"].dtype == np.float32


def test_one_cell_is_one_plate_around_the_cells_centre() -> None:
    level = empty_level()
    put(level, (3, 4), 0.9)
    plates = decode_plates([level], 0.4, 0.3)
    # Column 4 and row 3 of stride 8: centre (4.5 x 8, 3.5 x 8) = (36, 28).
    assert plates.data["landmarks"].tolist() == [[[16, 20], [56, 20], [56, 36], [16, 36]]]
    assert plates.xyxy.tolist() == [[16, 20, 56, 36]]
    assert plates.confidence == pytest.approx([0.9])
    assert plates.class_id is not None
    assert plates.class_id.tolist() == [0]


def test_the_coarser_stride_counts_in_its_own_cells() -> None:
    level = empty_level(32, 2, 3)
    put(level, (1, 2), 0.9, layout=1)
    plates = decode_plates([empty_level(), level], 0.4, 0.3)
    # (2.5 x 32, 1.5 x 32) = (80, 48).
    assert plates.xyxy.tolist() == [[60, 40, 100, 56]]
    assert plates.class_id is not None
    assert plates.class_id.tolist() == [1]


def test_cells_that_agree_are_one_plate_at_their_weighted_mean() -> None:
    level = empty_level()
    put(level, (3, 4), 0.9)
    # The neighbour's centre lies 8 pixels to the right; it says the same plate, 4 pixels further right.
    put(level, (3, 5), 0.6, corners=PLATE - np.array([4, 0] * 4, np.float32))
    plates = decode_plates([level], 0.4, 0.3)
    assert len(plates) == 1
    # (0.9 x 16 + 0.6 x 20) / 1.5 = 17.6.
    assert plates.data["landmarks"][0, 0].tolist() == pytest.approx([17.6, 20])
    assert plates.confidence == pytest.approx([0.9])


def test_two_plates_apart_come_best_first() -> None:
    level = empty_level()
    put(level, (1, 2), 0.5)
    put(level, (6, 7), 0.8, layout=1)
    plates = decode_plates([level], 0.4, 0.3)
    assert plates.confidence == pytest.approx([0.8, 0.5])
    assert plates.class_id is not None
    assert plates.class_id.tolist() == [1, 0]


def test_the_layout_is_what_the_agreeing_cells_say_together() -> None:
    level = empty_level()
    put(level, (3, 4), 0.7)
    level.scores[1, 3, 4] = 0.6
    put(level, (3, 5), 0.65, layout=1, corners=PLATE - np.array([8, 0] * 4, np.float32))
    plates = decode_plates([level], 0.4, 0.3)
    assert len(plates) == 1
    # Weighted: single 0.7 x 0.7, double 0.7 x 0.6 + 0.65 x 0.65.
    assert plates.class_id is not None
    assert plates.class_id.tolist() == [1]


def test_a_plate_at_the_border_may_reach_beyond_it() -> None:
    level = empty_level()
    put(level, (0, 0), 0.9)
    assert decode_plates([level], 0.4, 0.3).xyxy.tolist() == [[-16, -4, 24, 12]]


def test_corners_that_make_no_quadrilateral_are_no_plate() -> None:
    level = empty_level()
    put(level, (3, 4), 0.9, corners=PLATE[[2, 3, 0, 1, 4, 5, 6, 7]])
    put(level, (6, 8), 0.8)
    plates = decode_plates([level], 0.4, 0.3)
    assert plates.confidence == pytest.approx([0.8])


def test_the_box_of_a_turned_plate_holds_all_corners() -> None:
    corners = np.array([[[10, 5], [30, 0], [32, 8], [12, 13]]], np.float32)
    assert enclosing_boxes(corners).tolist() == [[10, 0, 32, 13]]
    assert enclosing_boxes(np.empty((0, 4, 2))).shape == (0, 4)


def test_no_plate_keeps_the_shape_of_the_corners() -> None:
    plates = plate_detections(np.empty((0, 4, 2)), np.empty(0, np.float32), np.empty(0, np.int64))
    assert plates.data["landmarks"].shape == (0, 4, 2)


@pytest.mark.parametrize(("scores", "corners"), [((1, 4, 4), (8, 4, 4)), ((2, 4, 4), (8, 4, 5)), ((2, 4), (8, 4))])
def test_maps_that_do_not_fit_together_are_refused(scores: tuple[int, ...], corners: tuple[int, ...]) -> None:
    with pytest.raises(BadArray, match="wanted"):
        PlateLevel(8, np.zeros(scores, np.float32), np.zeros(corners, np.float32))
