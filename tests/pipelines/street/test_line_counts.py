"""Spans of minutes to hours."""

from datetime import UTC, datetime

from pipelines.street.line_counts import LineCount, by_hour, span_begin


def count(line: str, hour: int, minute: int, **passed: tuple[int, int]) -> LineCount:
    begin = datetime(2026, 11, 21, hour, minute, 7, tzinfo=UTC)
    return LineCount("north", line, begin, begin, 250.0, passed)


def test_spans_lie_in_one_hour() -> None:
    assert span_begin(datetime(2026, 11, 21, 8, 59, 59, 9, tzinfo=UTC)) == datetime(2026, 11, 21, 8, 55, tzinfo=UTC)
    assert span_begin(datetime(2026, 11, 21, 9, tzinfo=UTC)) == datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_hours_add_up_by_line_and_class() -> None:
    spans = [count("b", 8, 5, car=(1, 0)), count("a", 9, 0), count("b", 8, 55, car=(2, 1), bus=(0, 1))]
    hours = by_hour(spans)
    assert [(hour.line, hour.begins_at.hour, hour.seen_s) for hour in hours] == [("a", 9, 250.0), ("b", 8, 500.0)]
    assert (dict(hours[1].went_in), dict(hours[1].went_out)) == ({"car": 3, "bus": 0}, {"car": 1, "bus": 1})
    assert hours[0].begins_at == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert not hours[0].went_in
    assert by_hour([]) == []
