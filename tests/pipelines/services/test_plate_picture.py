"""Which plate of an uploaded picture is the one before the barrier."""

import pytest

from models.plates.lane import PlateLane
from pipelines.services.plate_picture import read_one_plate, read_plates
from tests.fake_plates import FakePlateDetector, FakePlateReader, car_picture, draw_plate, fake_plate_lane
from vision.errors import NoPlate, SeveralPlates

PLATE, BEHIND = "粤B12345", "沪A8K920"


def test_the_nearest_plate_counts_and_cars_further_back_do_not() -> None:
    image = car_picture(PLATE)
    draw_plate(image, BEHIND, (600, 100), scale=0.5)
    found = read_one_plate(fake_plate_lane(), image)
    assert (found.reading.text, found.whole) == (PLATE, True)
    assert found.evidence.shape[0] <= image.shape[0]
    assert found.evidence.shape[1] < image.shape[1]


def test_two_plates_about_as_near_are_one_too_many() -> None:
    image = car_picture(PLATE)
    draw_plate(image, BEHIND, (600, 100), scale=0.8)
    with pytest.raises(SeveralPlates, match="got 2"):
        read_one_plate(fake_plate_lane(), image)


def test_a_nearest_plate_that_nobody_can_read_is_not_replaced_by_one_behind() -> None:
    image = car_picture(PLATE, legible=False)
    draw_plate(image, BEHIND, (600, 100), scale=0.5)
    assert len(read_plates(fake_plate_lane(), image)) == 2
    with pytest.raises(NoPlate, match="nearer"):
        read_one_plate(fake_plate_lane(), image)


def test_a_lamp_on_the_car_that_was_read_is_no_nearer_car() -> None:
    image = car_picture()
    draw_plate(image, PLATE, (300, 300), scale=0.6)
    draw_plate(image, BEHIND, (300, 200), legible=False)
    lane = PlateLane(FakePlateDetector(confidence=0.5), FakePlateReader())
    assert read_one_plate(lane, image).reading.text == PLATE
    with pytest.raises(NoPlate, match="nearer"):
        read_one_plate(fake_plate_lane(), image)


def test_what_is_hardly_a_plate_beside_the_car_still_counts() -> None:
    image = car_picture(size_wh=(1400, 540))
    draw_plate(image, PLATE, (100, 300), scale=0.6)
    draw_plate(image, BEHIND, (1000, 300), legible=False)
    with pytest.raises(NoPlate, match="nearer"):
        read_one_plate(PlateLane(FakePlateDetector(confidence=0.5), FakePlateReader()), image)


def test_a_plate_at_the_border_is_told_as_not_whole() -> None:
    image = car_picture()
    draw_plate(image, PLATE, (-1, 100))
    assert not read_one_plate(fake_plate_lane(), image).whole


def test_no_plate_and_no_legible_plate_are_told_apart() -> None:
    lane = fake_plate_lane()
    with pytest.raises(NoPlate, match="none was seen"):
        read_plates(lane, car_picture())
    with pytest.raises(NoPlate, match="2 plates that are too small"):
        read_plates(lane, car_picture(PLATE, BEHIND, legible=False))
