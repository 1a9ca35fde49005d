"""The parking films: what lies in the repository, and what the shipped networks and the service make of it."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from models.catalogue import Catalogue
from models.plates.open import open_plate_lane
from sample_videos.parking.camera import LaneCamera
from sample_videos.parking.files import LANE_NAMES, clip
from sample_videos.parking.story import CARS, FPS, SECONDS
from sample_videos.parking.truth import truth
from tests.sample_videos import parking_day
from tests.sample_videos.parking_day import ParkingDay, Told

VISITS = parking_day.TRUTH["visits"]
_STEP = 2
"""Five frames a second are a gate's usual rate, and half the time of the test."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, converted_home: Path) -> Iterator[ParkingDay]:
    plates = open_plate_lane(Catalogue(converted_home), detector_id="plate-detector", reader_id="plate-reader-int8")
    played = ParkingDay(tmp_path_factory.mktemp("home"), plates, _STEP)
    played.play()
    yield played
    played.close()


def _told(day: ParkingDay, lane: str) -> list[Told]:
    return sorted((one for one in day.told if one.lane == lane), key=lambda one: one.film_s)


def _wanted(lane: str) -> list[dict[str, object]]:
    return sorted((one for one in VISITS if one["lane"] == lane), key=lambda one: one["stops_s"])


@pytest.mark.parametrize("lane", LANE_NAMES)
def test_a_film_is_73_seconds_of_1280x720_in_less_than_3_megabytes(lane: str) -> None:
    path = clip(lane)  # type: ignore[arg-type]
    assert path.stat().st_size < 3_000_000
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (1280, 720, FPS)
        assert stream.frames == round(SECONDS * FPS) == 730


def test_the_truth_beside_the_films_is_that_of_the_story() -> None:
    plates = {name: np.zeros((14, 44, 3), np.uint8) for name in CARS}
    assert truth({lane: LaneCamera(lane, plates) for lane in LANE_NAMES}) == parking_day.TRUTH


@pytest.mark.parametrize("lane", LANE_NAMES)
def test_every_visit_is_told_once_and_at_its_time(day: ParkingDay, lane: str) -> None:
    told, wanted = _told(day, lane), _wanted(lane)
    assert len(told) == len(wanted) == {"entry": 9, "exit": 8}[lane]
    for one, visit in zip(told, wanted, strict=True):
        assert visit["from_s"] <= one.film_s <= visit["to_s"]  # type: ignore[operator]


@pytest.mark.parametrize("lane", LANE_NAMES)
def test_every_plate_is_read_exactly_with_its_kind_and_direction(day: ParkingDay, lane: str) -> None:
    told, wanted = _told(day, lane), _wanted(lane)
    legible = [(one, visit) for one, visit in zip(told, wanted, strict=True) if visit["plate"]]
    assert len(legible) == {"entry": 8, "exit": 8}[lane]
    for one, visit in legible:
        assert one.visit.reading is not None
        assert (one.visit.reading.text, one.visit.reading.kind) == (visit["plate"], visit["kind"])
        # Hidden behind the car before it until it stands, it is not seen to move.
        assert one.visit.direction in (visit["direction"], None)
        assert one.visit.agreeing >= 2


@pytest.mark.parametrize("lane", LANE_NAMES)
def test_every_car_gets_the_right_answer(day: ParkingDay, lane: str) -> None:
    told, wanted = _told(day, lane), _wanted(lane)
    answers = [(one.answer.decision, one.answer.reason) for one in told]
    assert answers == [(visit["decision"], visit["reason"]) for visit in wanted]


def test_the_muddy_plate_is_nobodys_and_nothing_opens_for_it(day: ParkingDay) -> None:
    (visit,) = [one for one in VISITS if one["plate"] is None]
    (muddy,) = [one for one in _told(day, "entry") if visit["from_s"] <= one.film_s <= visit["to_s"]]
    assert muddy.answer.decision == "unknown"
    assert muddy.answer.session_id is None
    assert muddy.answer.id in [one.id for one in day.observations() if one.decision == "unknown"]


def test_every_car_that_left_paid_the_right_fee_and_nobody_else_is_inside(day: ParkingDay) -> None:
    wanted = {one["plate"]: one["fee"] for one in VISITS if one["fee"] is not None}
    sessions = day.sessions()
    assert len(sessions) == len(wanted) == 7
    assert {one.plate: str(one.fee.amount) for one in sessions if one.fee} == wanted
    assert {one.state for one in sessions} == {"closed"}
    assert day.parking.occupancy(parking_day.LOT).inside == 0


def test_who_pays_before_the_barrier_is_let_out(day: ParkingDay) -> None:
    (visit,) = [one for one in VISITS if one["due"]]
    (record,) = [one for one in day.observations() if one.plate == visit["plate"] and one.direction == "exit"]
    assert (record.decision, record.reason) == ("accepted", "paid")
