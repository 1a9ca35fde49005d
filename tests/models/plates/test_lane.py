"""Detector and reader together."""

import numpy as np
import pytest
import supervision as sv

from models.plates.lane import BORDER_PX, PlateLane, is_whole
from tests.fake_plates import FakePlateReader, car_picture, draw_plate, fake_plate_lane
from vision.plate_detection import plate_detections
from vision.types import FloatArray, Image


def road() -> Image:
    return np.full((300, 400, 3), 110, np.uint8)


class Found:
    """A detector that always finds the same plates."""

    model_id = "found"

    def __init__(self, *corners: FloatArray, confidence: tuple[float, ...] = ()) -> None:
        self._plates = plate_detections(
            np.array(corners, np.float32),
            np.array(confidence or [0.9] * len(corners), np.float32),
            np.zeros(len(corners), np.int64),
        )

    def detect(self, image: Image) -> sv.Detections:
        return self._plates


def box(left: float, top: float, right: float, bottom: float) -> FloatArray:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)


def test_a_picture_without_a_plate_has_none() -> None:
    assert fake_plate_lane().find(road()) == []


def test_every_plate_is_found_and_read() -> None:
    found = fake_plate_lane().find(car_picture("京A12345", "沪B7K321"))
    assert {one.reading.text for one in found if one.reading} == {"京A12345", "沪B7K321"}
    assert all(one.whole for one in found)


def test_the_most_certain_detection_comes_first() -> None:
    image = road()
    draw_plate(image, "京A12345", (20, 20))
    draw_plate(image, "沪B7K321", (20, 200))
    corners = box(20, 20, 284, 80), box(20, 200, 284, 260)
    found = PlateLane(Found(*corners, confidence=(0.6, 0.8)), FakePlateReader()).find(image)
    assert [one.reading and one.reading.text for one in found] == ["沪B7K321", "京A12345"]
    assert [one.confidence for one in found] == pytest.approx([0.8, 0.6])


def test_corners_of_no_plate_are_seen_but_not_legible() -> None:
    reader = FakePlateReader()
    crossed = box(20, 20, 284, 80)[[0, 2, 1, 3]]
    (one,) = PlateLane(Found(crossed), reader).find(road())
    assert (one.reading, reader.calls) == (None, 0)


def test_a_certain_plausible_whole_plate_is_accepted() -> None:
    lane = fake_plate_lane()
    (one,) = lane.find(car_picture("京A12345"))
    assert lane.accepts(one)
    assert lane.gate_threshold == 0.8


@pytest.mark.parametrize(("confidence", "accepted"), [(0.7, False), (0.8, True), (0.9, True)])
def test_the_threshold_itself_is_enough(confidence: float, accepted: bool) -> None:
    image = road()
    draw_plate(image, "京A12345", (20, 20), confidence=confidence)
    lane = fake_plate_lane()
    (one,) = lane.find(image)
    assert lane.accepts(one) is accepted


def test_what_fits_no_format_is_not_accepted() -> None:
    lane = fake_plate_lane()
    (one,) = lane.find(car_picture("A12345"))
    assert one.reading is not None
    assert not lane.accepts(one)


def test_what_is_not_legible_is_not_accepted() -> None:
    lane = fake_plate_lane()
    (one,) = lane.find(car_picture("京A12345", legible=False))
    assert one.reading is None
    assert not lane.accepts(one)


@pytest.mark.parametrize("xy", [(-1, 100), (137, 100), (50, -1), (50, 241)])
def test_a_plate_at_the_border_is_not_accepted(xy: tuple[float, float]) -> None:
    image = road()
    draw_plate(image, "京A12345", xy)  # 264x60 in 400x300
    lane = fake_plate_lane()
    (one,) = lane.find(image)
    assert not one.whole
    assert not lane.accepts(one)


def test_a_plate_is_whole_from_two_pixels_inside_the_border_on() -> None:
    image = road()
    assert is_whole(box(BORDER_PX, BORDER_PX, 400 - BORDER_PX, 300 - BORDER_PX), image)
    assert not is_whole(box(1.9, 2, 300, 200), image)
    assert not is_whole(box(2, 2, 398.1, 200), image)
    assert not is_whole(box(2, 2, 300, 298.1), image)
