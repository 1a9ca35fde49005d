"""Working time over nights, week-ends, holidays and changed clocks; every sum by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from pipelines.street.calendar import Calendar

OFFICE = [{"begins": "09:00", "ends": "12:00"}, {"begins": "13:30", "ends": "18:00"}]
WEEK = ["mon", "tue", "wed", "thu", "fri"]
ALWAYS = [{"begins": "00:00", "ends": "00:00"}]
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def calendar(**changes: object) -> Calendar:
    """Shanghai, Monday to Friday, 09:00 to 12:00 and 13:30 to 18:00: 7.5 hours a day; UTC+8, no summer time."""
    values = {"time_zone": "Asia/Shanghai", "working_days": WEEK, "hours": OFFICE}
    return Calendar.model_validate(values | changes)


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def after(start: datetime, minutes: int, **changes: object) -> datetime:
    return calendar(**changes).after(start, timedelta(minutes=minutes))


def test_work_within_one_turn_takes_its_own_time() -> None:
    # Friday 20 November, 10:00 in Shanghai is 02:00 UTC.
    assert after(utc(20, 2), 30) == utc(20, 2, 30)


def test_the_lunch_break_is_no_working_time() -> None:
    # 11:45 to 12:00 are 15 min, the other 45 min end at 14:15, which is 06:15 UTC.
    assert after(utc(20, 3, 45), 60) == utc(20, 6, 15)


def test_what_just_fits_ends_with_the_day_and_one_minute_more_on_the_next() -> None:
    # From 09:00 on Thursday 450 min are the whole day, to 18:00 (10:00 UTC).
    assert after(utc(19, 1), 450) == utc(19, 10)
    assert after(utc(19, 1), 451) == utc(20, 1, 1)


def test_what_comes_on_the_week_end_begins_on_monday() -> None:
    # Saturday the 21st at 16:00; Monday the 23rd 09:30 is 01:30 UTC.
    assert after(utc(21, 8), 30) == utc(23, 1, 30)
    assert after(utc(20, 9, 45), 30) == utc(23, 1, 15)


def test_a_holiday_is_left_out_and_a_day_that_makes_up_for_it_counts() -> None:
    monday, saturday = date(2026, 11, 23), date(2026, 11, 21)
    assert after(utc(20, 10), 30, holidays=[monday]) == utc(24, 1, 30)
    # On the extra Saturday people work until 18:00, 16:00 is 08:00 UTC.
    assert after(utc(21, 8), 30, holidays=[monday], extra_days=[saturday]) == utc(21, 8, 30)
    assert after(utc(21, 9, 45), 30, holidays=[monday], extra_days=[saturday]) == utc(24, 1, 15)


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    night = [{"begins": "22:00", "ends": "06:00"}]
    # Friday's lasts until Saturday 06:00 (Friday 22:00 UTC); the next begins on Monday 22:00 (14:00 UTC).
    assert after(utc(20, 21), 60, hours=night) == utc(20, 22)
    assert after(utc(20, 21), 61, hours=night) == utc(23, 14, 1)


def test_the_hour_that_clocks_leave_out_is_no_working_time() -> None:
    # Berlin, Sunday 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC, so from 00:30 (23:30 UTC) to 05:00 are 3.5 h.
    berlin = {"time_zone": "Europe/Berlin", "working_days": EVERY_DAY, "hours": [{"begins": "00:30", "ends": "05:00"}]}
    start = utc(28, 23, 30, month=3)
    assert after(start, 210, **berlin) == utc(29, 3, month=3)
    # The next night begins at 00:30 summer time, 22:30 UTC.
    assert after(start, 211, **berlin) == utc(29, 22, 31, month=3)


def test_a_turn_that_begins_in_the_left_out_hour_begins_when_the_clocks_jump() -> None:
    berlin = {"time_zone": "Europe/Berlin", "working_days": EVERY_DAY, "hours": [{"begins": "02:30", "ends": "05:00"}]}
    assert after(utc(28, 12, month=3), 30, **berlin) == utc(29, 1, 30, month=3)


def test_the_hour_that_comes_twice_is_worked_twice() -> None:
    # Berlin, Sunday 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC; 00:00 (22:00 UTC) to 05:00 (04:00 UTC) are 6 h.
    berlin = {"time_zone": "Europe/Berlin", "working_days": EVERY_DAY, "hours": [{"begins": "00:00", "ends": "05:00"}]}
    assert after(utc(24, 22, month=10), 360, **berlin) == utc(25, 4, month=10)


@pytest.mark.parametrize("start", [utc(28, 20, month=3), utc(24, 20, month=10)])
def test_round_the_clock_is_true_time_whatever_the_clocks_do(start: datetime) -> None:
    berlin = {"time_zone": "Europe/Berlin", "working_days": EVERY_DAY, "hours": ALWAYS}
    assert after(start, 1440, **berlin) == start + timedelta(hours=24)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"time_zone": "Mars/Olympus"}, "wanted an IANA time zone"),
        ({"working_days": []}, "at least 1 item"),
        ({"working_days": ["monday"]}, "working_days"),
        ({"hours": []}, "at least 1 item"),
        ({"hours": OFFICE[::-1]}, "in order and without overlap"),
        ({"hours": [*OFFICE, {"begins": "17:00", "ends": "19:00"}]}, "in order and without overlap"),
        ({"hours": [{"begins": "09:00", "ends": "08:00"}, {"begins": "08:30", "ends": "09:00"}]}, "without overlap"),
        ({"hours": [{"begins": "09:00+08:00", "ends": "12:00"}]}, "without a zone"),
        ({"hours": [{"begins": 9, "ends": "12:00"}]}, "wanted a time of day"),
        ({"holidays": [date(2026, 1, 1)], "extra_days": [date(2026, 1, 1)]}, "got both: 2026-01-01"),
    ],
)
def test_an_impossible_calendar_is_refused(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        calendar(**changes)
