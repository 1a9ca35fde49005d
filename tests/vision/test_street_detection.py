import numpy as np
import pytest
import supervision as sv

from vision.errors import BadArray
from vision.street_classes import STREET_CLASSES, VEHICLES
from vision.street_detection import (
    CellLevel,
    DistributionLevel,
    decode_cells,
    decode_nanodet,
    decode_picodet,
    decode_yolov8,
    decode_yolox,
    kept_boxes,
    voted_boxes,
)
from vision.types import FloatArray


def table(*rows: tuple[float, ...]) -> FloatArray:
    return np.array(rows, np.float32)


def detections(*boxes: tuple[float, ...]) -> sv.Detections:
    rows = table(*boxes)
    return sv.Detections(rows[:, :4], confidence=rows[:, 4], class_id=np.zeros(len(rows), np.int64))


def test_vehicles_are_five_of_the_names() -> None:
    assert VEHICLES == ("bicycle", "motorcycle", "car", "bus", "truck")
    assert len(STREET_CLASSES) == 12


def test_yolox_counts_cells_stride_by_stride_and_row_by_row() -> None:
    # 16x8 pixels: two cells of stride 8.
    rows = table((0.5, 0.5, 0.0, 0.0, 0.9, 0.1, 0.2), (0.25, 0.5, np.log(2.0), 0.0, 0.8, 0.1, 1.0))
    found = decode_yolox(rows, (16, 8), (8,), min_score=0.3)
    # The second cell begins at (8, 0): its centre is (8 + 2, 4), its size 16 x 8; its score 0.8 x 1.0.
    assert found.xyxy.tolist() == [[2, 0, 18, 8]]
    assert np.asarray(found.confidence).tolist() == pytest.approx([0.8])
    assert np.asarray(found.class_id).tolist() == [1]


def test_yolox_scales_the_rows_of_each_stride_by_it() -> None:
    # 16x16: four cells of stride 8, then one of stride 16.
    rows = np.zeros((5, 6), np.float32)
    rows[4] = (0.5, 0.5, 0.0, 0.0, 1.0, 1.0)
    assert decode_yolox(rows, (16, 16), (8, 16), min_score=0.5).xyxy.tolist() == [[0, 0, 16, 16]]


def test_yolox_rows_of_another_input_are_refused() -> None:
    with pytest.raises(BadArray, match="wanted 4 rows"):
        decode_yolox(np.zeros((5, 6), np.float32), (16, 16), (8,), min_score=0.5)


def test_yolov8_states_centres_and_sizes_in_pixels() -> None:
    columns = table((10, 50), (20, 60), (4, 10), (8, 20), (0.1, 0.2), (0.05, 0.7))
    found = decode_yolov8(columns, min_score=0.5)
    assert found.xyxy.tolist() == [[45, 50, 55, 70]]
    assert np.asarray(found.confidence).tolist() == pytest.approx([0.7])
    assert np.asarray(found.class_id).tolist() == [1]


def test_a_table_without_classes_is_not_yolov8s() -> None:
    with pytest.raises(BadArray, match="4 \\+ classes"):
        decode_yolov8(np.zeros((4, 3), np.float32), min_score=0.5)


def distributions() -> DistributionLevel:
    """Two rows of two cells of stride 8; the last one is sure of class 1, its edges 1, 0, 2 and 0.5 cells away."""
    far = 40.0
    left, top, right, bottom = (0, far, 0), (far, 0, 0), (0, 0, far), (far, far, 0)
    edges = np.zeros((4, 12), np.float32)
    edges[3] = (*left, *top, *right, *bottom)
    return DistributionLevel(8, 2, table((0.1, 0.1), (0.1, 0.1), (0.1, 0.1), (0.2, 0.6)), edges)


def test_picodet_measures_from_the_middle_of_a_cell() -> None:
    found = decode_picodet([distributions()], min_score=0.5)
    # The middle of cell (1, 1) is (12, 12); edges 8, 0, 16 and 4 pixels away.
    assert found.xyxy == pytest.approx(table((4, 12, 28, 16)), abs=1e-3)
    assert np.asarray(found.class_id).tolist() == [1]
    assert np.asarray(found.confidence).tolist() == pytest.approx([0.6])


def test_nanodet_measures_from_half_a_pixel_before_it() -> None:
    found = decode_nanodet([distributions()], min_score=0.5)
    assert found.xyxy == pytest.approx(table((3.5, 11.5, 27.5, 15.5)), abs=1e-3)


@pytest.mark.parametrize(("cells", "columns", "width"), [(3, 2, 12), (4, 2, 13)])
def test_levels_whose_tables_do_not_fit_are_refused(cells: int, columns: int, width: int) -> None:
    with pytest.raises(BadArray, match="wanted rows of 2 cells"):
        DistributionLevel(8, columns, np.zeros((cells, 2), np.float32), np.zeros((cells, width), np.float32))


def test_our_head_measures_from_the_middle_of_a_cell_in_pixels() -> None:
    scores = np.zeros((2, 1, 2), np.float32)
    scores[1, 0, 1] = 0.9
    distances = np.zeros((4, 1, 2), np.float32)
    distances[:, 0, 1] = (5, 3, 6, 4)
    found = decode_cells([CellLevel(16, scores, distances)], min_score=0.5)
    # The middle of cell (1, 0) of stride 16 is (24, 8).
    assert found.xyxy.tolist() == [[19, 5, 30, 12]]
    assert np.asarray(found.class_id).tolist() == [1]


def test_our_heads_maps_must_agree() -> None:
    with pytest.raises(BadArray, match="wanted \\(classes, h, w\\)"):
        CellLevel(8, np.zeros((2, 1, 2), np.float32), np.zeros((4, 2, 2), np.float32))


def test_an_empty_street_is_no_boxes_of_every_kind_of_array() -> None:
    level = DistributionLevel(8, 1, np.zeros((1, 2), np.float32), np.zeros((1, 8), np.float32))
    found = [
        decode_yolox(np.zeros((1, 6), np.float32), (8, 8), (8,), 0.5),
        decode_yolov8(np.zeros((6, 1), np.float32), 0.5),
        decode_nanodet([level], 0.5),
        decode_cells([CellLevel(8, np.zeros((2, 1, 1), np.float32), np.zeros((4, 1, 1), np.float32))], 0.5),
    ]
    for nothing in found:
        assert nothing.xyxy.shape == (0, 4)
        assert np.asarray(nothing.confidence).shape == np.asarray(nothing.class_id).shape == (0,)


def test_of_overlapping_boxes_of_a_group_the_best_stays() -> None:
    # The first two share 80 of 120 pixels: 0.67. The third lies on the first, in a group of its own.
    found = detections((0, 0, 10, 10, 0.5), (0, 2, 10, 12, 0.9), (0, 0, 10, 10, 0.7))
    assert kept_boxes(found, np.array([1, 1, 2]), max_overlap=0.5).tolist() == [1, 2]
    assert kept_boxes(found, np.array([1, 1, 2]), max_overlap=0.7).tolist() == [1, 2, 0]


def test_a_box_without_extent_stays_where_it_is_whoever_votes() -> None:
    found = detections((5, 5, 5, 5, 0.9), (0, 0, 10, 10, 0.6))
    assert voted_boxes(found, found, np.ones((2, 2), bool), 0.5).tolist() == [[5, 5, 5, 5], [0, 0, 10, 10]]


def test_nothing_is_kept_where_nothing_is() -> None:
    nothing = decode_yolov8(np.zeros((6, 1), np.float32), 0.5)
    assert len(kept_boxes(nothing, np.empty(0, np.int64), 0.5)) == 0
