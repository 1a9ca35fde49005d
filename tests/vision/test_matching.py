import numpy as np

from vision.matching import matched_labels
from vision.types import FloatArray


def boxes(*rows: tuple[float, ...]) -> FloatArray:
    return np.array(rows, np.float32).reshape(-1, 4)


def confidence(*values: float) -> FloatArray:
    return np.array(values, np.float32)


def test_the_more_confident_of_two_detections_takes_the_label() -> None:
    found = boxes((0, 0, 10, 10), (0, 1, 10, 11))
    assert matched_labels(found, confidence(0.5, 0.9), boxes((0, 0, 10, 10)), 0.5).tolist() == [-1, 0]


def test_a_detection_takes_the_free_label_that_it_covers_best() -> None:
    # The second detection covers both labels; the first has already taken the better one.
    labels = boxes((0, 0, 10, 10), (0, 3, 10, 13))
    found = boxes((0, 0, 10, 10), (0, 1, 10, 11))
    assert matched_labels(found, confidence(0.9, 0.5), labels, 0.5).tolist() == [0, 1]


def test_a_box_that_covers_just_enough_finds() -> None:
    # 10 x 10 against 10 x 5 inside it: 50 / 100.
    found = boxes((0, 0, 10, 5))
    assert matched_labels(found, confidence(0.9), boxes((0, 0, 10, 10)), 0.5).tolist() == [0]
    assert matched_labels(found, confidence(0.9), boxes((0, 0, 10, 10)), 0.51).tolist() == [-1]


def test_without_labels_nothing_is_found_and_without_detections_there_is_nothing_to_say() -> None:
    assert matched_labels(boxes((0, 0, 1, 1)), confidence(0.9), boxes(), 0.5).tolist() == [-1]
    assert matched_labels(boxes(), confidence(), boxes((0, 0, 1, 1)), 0.5).shape == (0,)
