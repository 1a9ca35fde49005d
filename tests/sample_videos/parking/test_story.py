from collections import Counter
from datetime import datetime, timedelta

from pipelines.parking.fee import fee
from pipelines.parking.rates import parse_rate
from sample_videos.parking.story import (
    CARS,
    CHAPTERS,
    RATE,
    SECONDS,
    VISITS,
    ZONE,
    Visit,
    begins_s,
    chapter_at,
    wall_time,
)
from vision.plate_alphabet import KINDS
from vision.plate_formats import fit


def _stops_at(visit: Visit) -> datetime:
    return wall_time(begins_s(visit.chapter) + visit.stops_s)


def test_the_clock_runs_within_a_chapter_and_jumps_between_two() -> None:
    assert wall_time(0.0) == datetime(2026, 11, 16, 8, 2, tzinfo=ZONE)
    assert wall_time(11.0) == datetime(2026, 11, 16, 8, 2, 11, tzinfo=ZONE)
    assert wall_time(11.2) == datetime(2026, 11, 16, 8, 12, tzinfo=ZONE)
    assert wall_time(SECONDS + 60) == CHAPTERS[-1].begins_at + timedelta(seconds=CHAPTERS[-1].length_s + 60)
    assert [chapter_at(begins_s(number)) for number in range(len(CHAPTERS))] == list(range(len(CHAPTERS)))


def test_the_films_last_little_more_than_a_minute() -> None:
    assert 60 <= SECONDS <= 75


def test_every_kind_of_car_and_answer_is_in_the_story() -> None:
    kinds = {car.kind for car in CARS.values()}
    assert kinds == {"blue", "yellow", "yellow_double", "green", "police", "hk_macau", "latin"}
    assert kinds <= set(KINDS)
    assert Counter(visit.decision for visit in VISITS) == {"accepted": 13, "rejected": 2, "unknown": 2}


def test_all_plates_are_plates_and_no_two_are_alike() -> None:
    texts = [car.text for car in CARS.values()]
    assert len(set(texts)) == len(texts) == 10
    assert all(fit(car.text, car.kind) == 2 for car in CARS.values())


def test_the_fees_reckoned_by_hand_are_those_of_the_tariff() -> None:
    rate = parse_rate(RATE)
    entered = {visit.car: _stops_at(visit) for visit in VISITS if visit.lane == "entry"}
    paying = [visit for visit in VISITS if visit.reason in ("paid", "payment_due", "within_free_time")]
    assert len(paying) == 5
    for visit in paying:
        assert fee(rate, entered[visit.car], _stops_at(visit)).amount == visit.fee
