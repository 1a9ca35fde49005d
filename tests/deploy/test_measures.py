"""The script behind the capacity page's bytes a record."""

import random
from pathlib import Path

from benchmarks.city_records import MIX
from deploy.measure_records import cpu_ms, draw, measure


def test_the_drawn_records_are_of_every_kind_and_each_is_another() -> None:
    chance = random.Random(1)
    drawn = [draw(chance, number) for number in range(400)]
    assert {event.kind for event in drawn} == set(MIX)
    assert len({event.event_id for event in drawn}) == 400


def test_a_record_takes_some_hundred_bytes_with_its_indexes(tmp_path: Path) -> None:
    measured = measure(tmp_path, 500)
    assert measured["records"] == 500
    assert isinstance(measured["bytes_per_record"], int)
    assert 500 < measured["bytes_per_record"] < 800  # 587 of 100,000; pages of 500 are less full


def test_every_kind_takes_some_time_of_the_database(tmp_path: Path) -> None:
    took = cpu_ms(tmp_path, 50)
    assert list(took) == list(MIX)
    assert min(took.values()) > 0
