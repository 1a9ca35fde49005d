"""Captured times from media time, and thinning by them."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.ingest.timeline import Thinning, Timeline
from tests.fakes import NOW, FakeClock


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_file_is_anchored_at_its_first_frame_and_may_run_ahead_of_the_clock() -> None:
    timeline = Timeline(FakeClock(), live=False)
    # The first frame's media time, 10 s, is now; the last one's is a minute later although no time has passed.
    assert [timeline.at(media_s) for media_s in (10.0, 10.04, 70.0)] == [NOW, after(0.04), after(60)]


def test_a_live_stream_keeps_its_own_time_within_the_skew() -> None:
    clock = FakeClock()
    timeline = Timeline(clock, live=True)
    timeline.at(0.0)
    clock.advance(3.0)  # a frame that took 3 s over the network was captured 0.04 s after the first one
    assert timeline.at(0.04) == after(0.04)


def test_a_live_stream_that_jumps_is_anchored_anew() -> None:
    clock = FakeClock()
    timeline = Timeline(clock, live=True)
    timeline.at(0.0)
    clock.advance(1.0)
    assert timeline.at(95_000.0) == after(1.0)
    clock.advance(1.0)
    assert timeline.at(95_001.0) == after(2.0)


def test_a_live_stream_that_falls_back_is_anchored_anew() -> None:
    clock = FakeClock()
    timeline = Timeline(clock, live=True)
    timeline.at(10.0)
    clock.advance(1.0)
    timeline.at(11.0)
    clock.advance(0.5)
    assert timeline.at(0.0) == after(1.5)


@pytest.mark.parametrize("live", [True, False])
def test_times_never_stand_still(live: bool) -> None:
    timeline = Timeline(FakeClock(), live=live)
    times = [timeline.at(media_s) for media_s in (0.0, 0.0, 0.0)]
    assert times == [after(0), after(0.001), after(0.002)]


def test_a_clock_that_is_set_takes_live_times_with_it_and_they_go_on_from_there() -> None:
    clock = FakeClock()
    timeline = Timeline(clock, live=True)
    times = [timeline.at(0.0)]
    for step_s in (3600.0, -7200.0, 0.2):
        clock.advance(step_s)
        times.append(timeline.at(0.2 * len(times)))
    # An hour on, two back, then 0.2 s by the stream's own time.
    assert times == [NOW, after(3600), after(-3600), after(-3599.8)]


def test_without_media_time_the_arrival_counts() -> None:
    clock = FakeClock()
    timeline = Timeline(clock, live=True)
    timeline.at(None)
    clock.advance(0.3)
    assert timeline.at(None) == after(0.3)


def test_a_cameras_own_clock_is_believed_when_it_is_near() -> None:
    timeline = Timeline(FakeClock(), live=True)
    # Media time 0 was 1.2 s ago, says the camera; the frame at 1.0 s is 0.2 s old.
    assert timeline.at(1.0, zero=after(-1.2)) == after(-0.2)


def test_a_cameras_wrong_clock_is_not_believed() -> None:
    timeline = Timeline(FakeClock(), live=True)
    assert timeline.at(1.0, zero=datetime(1970, 1, 1, tzinfo=UTC)) == NOW


def test_a_restart_anchors_the_next_frame_to_the_clock() -> None:
    clock = FakeClock()
    timeline = Timeline(clock, live=True)
    timeline.at(4.0)
    clock.advance(2.0)
    timeline.restart()
    assert timeline.at(0.0) == after(2.0)


def kept(fps: float | None, times: list[float]) -> list[float]:
    thinning = Thinning(fps)
    return [time for time in times if thinning.keeps(after(time))]


def test_without_a_rate_every_frame_remains() -> None:
    assert kept(None, [0.0, 0.001, 0.002]) == [0.0, 0.001, 0.002]


def test_ten_of_twenty_five_frames_a_second_remain_ten() -> None:
    # Due every 0.1 s; the first frame at or after each: 0, .12, .20, .32, .40, .52, .60, .72, .80, .92
    assert len(kept(10, [0.04 * number for number in range(25)])) == 10


def test_a_gap_is_not_made_up_for() -> None:
    assert kept(1, [0.0, 10.0, 10.5, 11.0]) == [0.0, 10.0, 11.0]
