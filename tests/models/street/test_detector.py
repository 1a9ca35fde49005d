import numpy as np
import pytest

from models.street.detector import StreetDetector, best_of, street_detections
from tests.models.faces.networks import FakeSession
from tests.models.street.specs import street_model
from vision.errors import BadArray, ConfigurationError, ModelContractError
from vision.types import FloatArray

INPUT = (1, 3, 64, 64)
BOXES = 84  # 64 + 16 + 4 cells of a 64x64 input


def answer(*columns: tuple[float, ...]) -> FloatArray:
    """What a YOLOv8 of two classes says: centre, size, two probabilities a box, all else empty."""
    table = np.zeros((1, 6, BOXES), np.float32)
    for number, column in enumerate(columns):
        table[0, :, number] = column
    return table


def detector(*columns: tuple[float, ...], **thresholds: float) -> StreetDetector:
    return StreetDetector(FakeSession(INPUT, answer(*columns)), street_model(**thresholds))


def picture(width: int = 64, height: int = 64) -> np.ndarray:
    return np.full((height, width, 3), 50, np.uint8)


def test_boxes_come_back_in_pixels_of_the_picture_with_our_names() -> None:
    # 128x64 is halved to 64x32 and lies 16 pixels down the canvas: canvas (20, 26)..(30, 36) is (40, 20)..(60, 40).
    found = detector((25, 31, 10, 10, 0.1, 0.9)).detect(picture(128, 64))
    assert found.xyxy.tolist() == [[40, 20, 60, 40]]
    assert found.data["class_name"].tolist() == ["car"]
    assert np.asarray(found.class_id).tolist() == [3]
    assert np.asarray(found.confidence).tolist() == pytest.approx([0.9])


def test_boxes_end_at_the_pictures_border() -> None:
    found = detector((2, 60, 10, 20, 0.9, 0.1)).detect(picture())
    assert found.xyxy.tolist() == [[0, 50, 7, 64]]


def test_an_empty_street_has_every_array() -> None:
    found = detector().detect(picture())
    assert found.xyxy.shape == (0, 4)
    assert found.xyxy.dtype == np.float32
    assert found.data["class_name"].shape == (0,)


def test_each_class_may_have_a_threshold_of_its_own() -> None:
    columns = (10, 10, 8, 8, 0.5, 0.0), (40, 40, 8, 8, 0.0, 0.5)
    assert detector(*columns, score=0.4).detect(picture()).data["class_name"].tolist() == ["person", "car"]
    assert detector(*columns, score=0.4, person=0.6).detect(picture()).data["class_name"].tolist() == ["car"]
    assert detector(*columns, score=0.9, person=0.45).detect(picture()).data["class_name"].tolist() == ["person"]


def test_a_score_that_is_asked_for_goes_before_the_thresholds() -> None:
    low = detector((10, 10, 8, 8, 0.05, 0.0), score=0.4)
    assert len(low.detect(picture())) == 0
    assert len(low.detect(picture(), 0.01)) == 1


def test_classes_that_are_not_mapped_are_not_reported() -> None:
    session = FakeSession(INPUT, answer((10, 10, 8, 8, 0.9, 0.0), (40, 40, 8, 8, 0.0, 0.8)))
    found = StreetDetector(session, street_model(classes={"1": "truck"})).detect(picture())
    assert found.data["class_name"].tolist() == ["truck"]


def test_a_vehicle_is_one_vehicle_and_a_person_on_it_is_another_thing() -> None:
    xyxy = np.array([[0, 0, 20, 20], [1, 0, 21, 20], [0, 0, 20, 20]], np.float32)
    found = street_detections(xyxy, np.array([0.6, 0.9, 0.5], np.float32), np.array([3, 5, 0]))
    assert best_of(found, 0.5).data["class_name"].tolist() == ["truck", "person"]


def test_boxes_that_name_the_same_thing_move_the_best_one_where_they_may_vote() -> None:
    # Two boxes of a car that overlap by 18 / 22, the weaker below the threshold, and a person in the same place.
    columns = (30, 30, 20, 20, 0.0, 0.6), (32, 30, 20, 20, 0.0, 0.2), (30, 30, 20, 20, 0.9, 0.0)
    person, car = detector(*columns, score=0.4).detect(picture()).xyxy.tolist()
    assert (person, car) == ([20, 20, 40, 40], [20, 20, 40, 40])
    voted = detector(*columns, score=0.4, vote=0.6).detect(picture())
    assert voted.data["class_name"].tolist() == ["person", "car"]
    assert np.asarray(voted.confidence).tolist() == pytest.approx([0.9, 0.6])
    share = 0.2 * (18 / 22) / (0.6 + 0.2 * (18 / 22))
    assert voted.xyxy.tolist() == [[20, 20, 40, 40], pytest.approx([20 + 2 * share, 20, 40 + 2 * share, 40])]
    alone = detector(*columns, score=0.4, vote=0.9).detect(picture())
    assert alone.xyxy.tolist() == [[20, 20, 40, 40]] * 2
    assert detector(score=0.4, vote=0.6).detect(picture()).xyxy.shape == (0, 4)


def test_a_picture_of_another_kind_is_refused() -> None:
    with pytest.raises(BadArray, match="wanted an"):
        detector().detect(np.zeros((64, 64), np.uint8))


def test_a_threshold_of_no_class_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="got lorry"):
        detector(lorry=0.5)


def test_a_class_beyond_the_network_is_refused() -> None:
    with pytest.raises(ModelContractError, match="wanted a class 2, got a network of 2 classes"):
        StreetDetector(FakeSession(INPUT, answer()), street_model(classes={"2": "car"}))


def test_names_for_more_classes_than_there_are_are_refused() -> None:
    spec = street_model(names=("a", "b", "c"), classes={"a": "car"})
    with pytest.raises(ModelContractError, match="wanted 3 classes"):
        StreetDetector(FakeSession(INPUT, answer()), spec)
