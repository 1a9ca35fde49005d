from datetime import UTC, datetime, timedelta

import pytest

from api.cli.demo_clock import StoryClock
from vision.errors import ConfigurationError

MORNING = datetime(2026, 11, 16, 0, 2, tzinfo=UTC)  # 08:02 in Shanghai


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_before_the_films_the_clock_runs_and_stops_short_of_the_story() -> None:
    seconds = Seconds()
    clock = StoryClock(seconds)
    assert clock() == MORNING - timedelta(minutes=10)
    seconds.now += 60
    assert clock() == MORNING - timedelta(minutes=9)
    seconds.now += 3600
    assert clock() == MORNING


def test_with_the_films_the_clock_jumps_from_scene_to_scene() -> None:
    seconds = Seconds()
    clock = StoryClock(seconds)
    seconds.now += 30
    clock.begin()
    seconds.now += 5
    clock.begin()  # a second time changes nothing
    assert clock() == MORNING + timedelta(seconds=5)
    # The second scene begins at 11.2 s of film, at 08:12.
    seconds.now += 7.2
    assert clock() == MORNING + timedelta(minutes=10, seconds=1)


def test_waiting_ends_at_once_when_the_moment_is_over_and_gives_up_when_nothing_begins() -> None:
    seconds = Seconds()
    clock = StoryClock(seconds)
    with pytest.raises(ConfigurationError, match="did not begin within 0 s"):
        clock.wait_for(1.0, patience_s=0.01)
    clock.begin()
    seconds.now += 2
    clock.wait_for(1.0, patience_s=0.01)
