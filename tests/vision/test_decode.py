import numpy as np
import pytest

from vision.decode import ScrfdLevel, YunetLevel, decode_scrfd, decode_yunet, face_detections
from vision.errors import BadArray
from vision.types import FloatArray


def zeros(*shape: int) -> FloatArray:
    return np.zeros(shape, dtype=np.float32)


def yunet_level(stride: int = 8, cells: int = 4) -> YunetLevel:
    return YunetLevel(stride, 2, zeros(cells), zeros(cells), zeros(cells, 4), zeros(cells, 10))


def scrfd_level(stride: int = 8, rows: int = 8) -> ScrfdLevel:
    return ScrfdLevel(stride, 2, 2, zeros(rows), zeros(rows, 4), zeros(rows, 10))


def test_no_face_is_empty_and_has_landmarks_of_no_face() -> None:
    for faces in (decode_yunet([yunet_level()], 0.5, 0.4), decode_scrfd([scrfd_level()], 0.5, 0.4)):
        assert len(faces) == 0
        assert faces.xyxy.shape == (0, 4)
        assert faces.data["landmarks"].shape == (0, 5, 2)


def test_yunet_box_is_centre_and_log_size_in_cells() -> None:
    level = yunet_level(stride=16)
    level.cls[3], level.obj[3] = 0.81, 1.0
    level.bbox[3] = [0.5, 0.25, np.log(2), np.log(4)]
    level.kps[3] = [0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1]
    faces = decode_yunet([yunet_level(), level], 0.5, 0.4)
    # Cell 3 of two columns is column 1, row 1: centre (1.5, 1.25) cells, 2 x 4 cells, times 16.
    assert faces.xyxy.tolist() == pytest.approx(np.array([[8.0, -12.0, 40.0, 52.0]]))
    assert faces.confidence == pytest.approx([0.9])  # sqrt(0.81 * 1)
    expected = [[16, 16], [32, 16], [24, 24], [16, 32], [32, 32]]
    assert faces.data["landmarks"][0].tolist() == expected
    assert faces.data["landmarks"].dtype == faces.xyxy.dtype == np.float32
    assert faces.class_id.tolist() == [0]


def test_scrfd_box_is_four_distances_from_the_cell_of_its_anchor() -> None:
    level = scrfd_level(stride=32)
    level.score[5] = 0.7
    level.bbox[5] = [1, 0.5, 2, 3]
    level.kps[5] = [0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1]
    faces = decode_scrfd([scrfd_level(), level], 0.5, 0.4)
    # Row 5 is the second anchor of cell 2: column 0, row 1: (0 - 1, 1 - 0.5, 0 + 2, 1 + 3) cells, times 32.
    assert faces.xyxy.tolist() == [[-32.0, 16.0, 64.0, 128.0]]
    assert faces.confidence == pytest.approx([0.7])
    assert faces.data["landmarks"][0].tolist() == [[0, 32], [32, 32], [16, 48], [0, 64], [32, 64]]


def test_of_two_anchors_on_one_face_the_better_remains() -> None:
    level = scrfd_level()
    level.score[:2] = [0.6, 0.9]
    level.bbox[:2] = [[0, 0, 2, 2], [0, 0, 2, 2.2]]
    faces = decode_scrfd([level], 0.5, 0.4)
    assert faces.confidence == pytest.approx([0.9])
    assert faces.xyxy.tolist() == pytest.approx(np.array([[0, 0, 16, 17.6]]))


def test_faces_come_best_first_over_all_levels() -> None:
    first, second = scrfd_level(8), scrfd_level(16)
    first.score[0], second.score[6] = 0.6, 0.8
    first.bbox[0] = second.bbox[6] = [0, 0, 1, 1]
    faces = decode_scrfd([first, second], 0.5, 0.4)
    assert faces.confidence == pytest.approx([0.8, 0.6])
    assert faces.xyxy.tolist() == [[16, 16, 32, 32], [0, 0, 8, 8]]


def test_probabilities_a_little_beyond_one_do_not_become_confidences_beyond_one() -> None:
    level = yunet_level()
    level.cls[0], level.obj[0] = 1.001, 1.001
    assert decode_yunet([level], 0.5, 0.4).confidence.tolist() == [1.0]


def test_arrays_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(BadArray, match=r"bbox: wanted \(4, 4\), got \(3, 4\)"):
        YunetLevel(8, 2, zeros(4), zeros(4), zeros(3, 4), zeros(4, 10))
    with pytest.raises(BadArray, match=r"kps: wanted \(8, 10\), got \(8, 8\)"):
        ScrfdLevel(8, 2, 2, zeros(8), zeros(8, 4), zeros(8, 8))


def test_detections_of_nothing_keep_every_array() -> None:
    faces = face_detections(zeros(0), zeros(0), zeros(0))
    assert (faces.xyxy.shape, faces.confidence.shape, faces.data["landmarks"].shape) == ((0, 4), (0,), (0, 5, 2))
