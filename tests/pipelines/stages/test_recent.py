"""Which cars were told already."""

from datetime import datetime, timedelta

import numpy as np

from pipelines.stages.passage import PlateRules
from pipelines.stages.recent import RecentVisits
from tests.fakes import NOW

HERE, NEAR_HERE, THERE = (np.array([x, 100, x + 100, 200], np.float32) for x in (100, 120, 400))


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def told(text: str | None = "京A12345") -> RecentVisits:
    """One car, last seen now and here."""
    recent = RecentVisits(PlateRules(same_visit_s=60, standing_s=600, resumed_s=10))
    recent.remember("one", text, NOW, HERE)
    return recent


def test_nobody_is_known_at_first() -> None:
    recent = RecentVisits(PlateRules())
    assert recent.known("京A12345", NOW, HERE, moved=False) is None
    assert not recent.goes_on(NOW, HERE)
    assert not recent.beside("one", NOW, HERE)


def test_the_same_text_within_a_minute_is_the_same_visit_wherever_it_is_seen() -> None:
    assert told().known("京A12345", at(60), THERE, moved=True) == "京A12345"
    assert told().known("京A12345", at(61), THERE, moved=True) is None


def test_a_look_alike_is_known_under_the_text_that_was_told() -> None:
    assert told().known("京A1234S", at(5), HERE, moved=True) == "京A12345"
    assert told().known("京A12346", at(5), HERE, moved=True) is None


def test_who_stands_where_he_stood_is_known_for_ten_minutes() -> None:
    # The boxes share 80 of 120: an overlap of 2/3.
    assert told().known("京A12345", at(600), NEAR_HERE, moved=False) == "京A12345"
    assert told().known("京A12345", at(601), NEAR_HERE, moved=False) is None
    assert told().known("京A12345", at(600), THERE, moved=False) is None
    assert told().known("京A12345", at(600), NEAR_HERE, moved=True) is None


def test_an_unreadable_plate_goes_on_where_a_told_car_was_lost_a_moment_ago() -> None:
    for recent in (told(), told(None)):
        assert recent.goes_on(at(10), NEAR_HERE)
        assert not recent.goes_on(at(11), NEAR_HERE)
        assert not recent.goes_on(at(1), THERE)


def test_beside_is_another_plate_of_the_same_frame_and_place() -> None:
    assert told().beside("two", NOW, NEAR_HERE)
    assert not told().beside("one", NOW, NEAR_HERE)
    assert not told().beside("two", at(0.1), NEAR_HERE)
    assert not told().beside("two", NOW, THERE)


def test_who_left_long_ago_is_forgotten() -> None:
    recent = told()
    recent.forget(at(601))
    assert recent.known("京A12345", NOW, HERE, moved=False) is None
