"""Crossings of a line, span after span."""

from datetime import UTC, datetime, timedelta

from pipelines.stages.line_tally import LineTally

BEGIN = datetime(2026, 11, 21, 8, 3, 20, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def test_a_span_ends_at_the_clocks_fifth_minute_and_holds_each_class_and_way() -> None:
    tally = LineTally("north", "stop")
    tally.add([("car", "in"), ("bus", "out")], at(0), sees=True)
    tally.add([("car", "in"), ("car", "out")], at(10), sees=True)
    assert tally.take() == []
    tally.add([("bus", "in")], at(110), sees=True)
    [count] = tally.take()
    assert (count.camera_id, count.line, count.begins_at, count.ends_at) == ("north", "stop", at(0), at(10))
    assert count.passed == {"bus": (0, 1), "car": (2, 1)}
    tally.end()
    assert [one.passed for one in tally.take()] == [{"bus": (1, 0)}]


def test_a_span_without_a_crossing_tells_that_somebody_looked() -> None:
    tally = LineTally("north", "stop")
    for second in range(61):
        tally.add([], at(second), sees=True)
    tally.end()
    [count] = tally.take()
    assert (count.passed, count.seen_s) == ({}, 60.0)


def test_only_what_lies_between_two_trusted_frames_was_seen() -> None:
    tally = LineTally("north", "stop")
    for second, sees in ((0, True), (2, True), (4, False), (6, False), (8, True), (10, True), (70, True)):
        tally.add([], at(second), sees=sees)
    tally.end()
    # 0 to 2 and 8 to 10; the camera was away from 10 to 70.
    assert [one.seen_s for one in tally.take()] == [4.0]


def test_a_time_that_falls_back_begins_a_span() -> None:
    tally = LineTally("north", "stop")
    tally.add([("car", "in")], at(5), sees=True)
    tally.add([("car", "in")], at(1), sees=True)
    tally.end()
    assert [(one.begins_at, one.passed) for one in tally.take()] == [(at(5), {"car": (1, 0)}), (at(1), {"car": (1, 0)})]


def test_what_was_never_begun_has_no_end() -> None:
    tally = LineTally("north", "stop")
    tally.end()
    assert tally.take() == []
