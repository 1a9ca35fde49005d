"""What clocks show, as moments: on plain days, in the hour left out, and in the hour that comes twice."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from pipelines.wall_time import moment_of

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_plain_time_is_its_moment() -> None:
    assert moment_of(date(2026, 11, 21), time(9), ZoneInfo("Asia/Shanghai")) == datetime(2026, 11, 21, 1, tzinfo=UTC)


def test_a_time_that_is_left_out_is_the_moment_at_which_the_clocks_jump() -> None:
    # 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
    moments = [moment_of(date(2026, 3, 29), time(2, minute), BERLIN) for minute in (0, 1, 59)]
    assert moments == [datetime(2026, 3, 29, 1, tzinfo=UTC)] * 3


def test_a_time_that_comes_twice_is_where_it_comes_first() -> None:
    # 25 October 2026: 02:30 summer time is 00:30 UTC, an hour later it is 02:30 again.
    assert moment_of(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
