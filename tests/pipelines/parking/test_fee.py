"""Fees by hand: each sum stands beside its test."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipelines.parking.charges import Charge, stay_fee
from pipelines.parking.fee import fee
from pipelines.parking.rates import Rate
from pipelines.parking.rights import Right
from tests.pipelines.garage import PLATE, cny, rate

NIGHT = {"begins": "21:00", "ends": "07:00", "step": {"minutes": 60, "price": "1.00"}}
HOURLY = [{"minutes": 60, "price": "3.00"}]
BERLIN = ZoneInfo("Europe/Berlin")


def local(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> datetime:
    """The moment at which the zone's clocks show this; `fold` 1: the second time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def owed(tariff: Rate, entered: str, left: str) -> str:
    return str(fee(tariff, local(entered, tariff.time_zone), local(left, tariff.time_zone)).amount)


@pytest.mark.parametrize(
    ("left", "amount"),
    [
        ("2026-11-21T10:15:00", "0.00"),  # 15 min: free
        ("2026-11-21T10:15:00.000001", "5.00"),  # no longer: charged from the entry
        ("2026-11-21T11:00:00", "5.00"),  # 60 min: the first hour
        ("2026-11-21T11:00:01", "7.00"),  # 5 + 1 x 2
        ("2026-11-21T11:30:00", "7.00"),
        ("2026-11-21T13:01:00", "15.00"),  # 181 min: 5 + 5 x 2 (121 min in 30s, the fifth begun)
    ],
)
def test_a_step_that_has_begun_is_charged_in_whole(left: str, amount: str) -> None:
    assert owed(rate(), "2026-11-21T10:00", left) == amount


def test_free_minutes_can_be_taken_off_a_longer_stay() -> None:
    tariff = rate(free_time="deducted")
    assert owed(tariff, "2026-11-21T10:00", "2026-11-21T11:15") == "5.00"  # 75 - 15 = 60 min
    assert owed(tariff, "2026-11-21T10:00", "2026-11-21T11:16") == "7.00"  # 61 min: 5 + 2


def test_a_cap_of_24_hours_counts_from_the_entry_and_charging_begins_anew() -> None:
    tariff = rate(daily_cap={"price": "40.00", "per": "24h"})
    # 24 h: 5 + 46 x 2 = 97, capped at 40
    assert owed(tariff, "2026-11-21T10:00", "2026-11-22T10:00") == "40.00"
    # 40 + the first hour of the second day
    assert owed(tariff, "2026-11-21T10:00", "2026-11-22T10:01") == "45.00"
    # 2 x 40 + 5 + 2
    assert owed(tariff, "2026-11-21T10:00", "2026-11-23T11:30") == "87.00"


def test_a_cap_of_a_calendar_day_begins_anew_at_local_midnight() -> None:
    tariff = rate(daily_cap={"price": "40.00", "per": "calendar_day"})
    # 23:00 to 24:00: 5; 0:00 to 1:30: 5 + 2
    assert owed(tariff, "2026-11-21T23:00", "2026-11-22T01:30") == "12.00"
    # midnight in Shanghai is 16:00 UTC; 5 + 40 + 5
    assert owed(tariff, "2026-11-21T23:00", "2026-11-23T00:01") == "50.00"


def test_day_and_night_are_added_up_apart() -> None:
    tariff = rate(night=NIGHT)
    # 19:30 to 21:00: 90 min by day: 5 + 2; 21:00 to 22:10: 2 hours begun by night: 2
    assert owed(tariff, "2026-11-21T19:30", "2026-11-21T22:10") == "9.00"
    # 20:00 to 21:00: 5; ten hours of night: 10; 7:00 to 7:30 is the 61st to 90th minute by day: 2
    assert owed(tariff, "2026-11-21T20:00", "2026-11-22T07:30") == "17.00"
    # 2:00 to 6:00 lies within the night that began the evening before: 4
    assert owed(tariff, "2026-11-22T02:00", "2026-11-22T06:00") == "4.00"


def test_a_night_may_lie_within_one_day() -> None:
    tariff = rate(night=NIGHT | {"begins": "00:00", "ends": "06:00"})
    # 23:00 to 0:00: 5; six hours: 6; 6:00 to 6:30: 2
    assert owed(tariff, "2026-11-21T23:00", "2026-11-22T06:30") == "13.00"


def test_a_night_has_a_cap_of_its_own_and_counts_within_the_daily_cap() -> None:
    tariff = rate(night=NIGHT | {"cap": "4.00"}, daily_cap={"price": "10.00", "per": "24h"})
    # 20:00 to 21:00: 5; the night: 10 hours, capped at 4
    assert owed(tariff, "2026-11-21T20:00", "2026-11-22T07:00") == "9.00"
    # + 7:00 to 8:00: 2 x 2 = 13, capped at 10
    assert owed(tariff, "2026-11-21T20:00", "2026-11-22T08:00") == "10.00"


def test_a_night_over_midnight_is_charged_once_in_the_day_in_which_it_began() -> None:
    flat = NIGHT | {"step": {"minutes": 1440, "price": "8.00"}}
    tariff = rate(night=flat, daily_cap={"price": "40.00", "per": "calendar_day"})
    # 20:00 to 21:00: 5; one night: 8; 7:00 to 8:00 of the next day: 5
    assert owed(tariff, "2026-11-21T20:00", "2026-11-22T08:00") == "18.00"


def test_the_hour_that_comes_twice_is_charged_by_the_time_that_passed() -> None:
    tariff = rate(time_zone="Europe/Berlin", currency="EUR", steps=HOURLY, free_minutes=0)
    # On 2026-10-25 clocks go back from 3:00 to 2:00. 1:30 to 2:30 again: 1 h by the clock, 2 h pass: 2 x 3
    entered, left = local("2026-10-25T01:30", "Europe/Berlin"), local("2026-10-25T02:30", "Europe/Berlin", fold=1)
    assert (
        left.astimezone(BERLIN).replace(tzinfo=None) - entered.astimezone(BERLIN).replace(tzinfo=None)
    ) == timedelta(hours=1)
    assert str(fee(tariff, entered, left)) == "6.00 EUR"
    # 2:50 to 2:10 again: the clock went back 40 min, 20 min passed: one hour begun
    entered, left = local("2026-10-25T02:50", "Europe/Berlin"), local("2026-10-25T02:10", "Europe/Berlin", fold=1)
    assert str(fee(tariff, entered, left)) == "3.00 EUR"


def test_the_night_on_which_clocks_go_back_is_an_hour_longer_and_charged_once() -> None:
    tariff = rate(time_zone="Europe/Berlin", currency="EUR", steps=HOURLY, free_minutes=0, night=NIGHT)
    # 21:00 to 7:00 is 10 h by the clock and 11 h long: 11 x 1; 20:00 to 21:00: 3; 7:00 to 8:00: 3
    assert owed(tariff, "2026-10-24T20:00", "2026-10-25T08:00") == "17.00"
    # An ordinary night: 3 + 10 + 3
    assert owed(tariff, "2026-10-23T20:00", "2026-10-24T08:00") == "16.00"
    # The night on which they go forward is 9 h long: 3 + 9 + 3
    assert owed(tariff, "2026-03-28T20:00", "2026-03-29T08:00") == "15.00"


def test_a_night_that_ends_in_the_hour_that_comes_twice_ends_the_first_time() -> None:
    night = NIGHT | {"ends": "02:30"}
    tariff = rate(time_zone="Europe/Berlin", currency="EUR", steps=HOURLY, free_minutes=0, night=night)
    # 0:30 to 2:30: 2 x 1; from 2:30 on by day, through the second 2:30, to 3:00: 1.5 h: 2 x 3
    assert owed(tariff, "2026-10-25T00:30", "2026-10-25T03:00") == "8.00"


def test_a_night_that_ends_in_the_hour_that_is_left_out_ends_when_the_clocks_jump() -> None:
    night = NIGHT | {"ends": "02:30"}
    tariff = rate(time_zone="Europe/Berlin", currency="EUR", steps=HOURLY, free_minutes=0, night=night)
    # Clocks jump from 2:00 to 3:00. 0:30 to 2:00: 2 hours begun: 2 x 1; 3:00 to 4:00: 3
    assert owed(tariff, "2026-03-29T00:30", "2026-03-29T04:00") == "5.00"


def test_a_calendar_day_of_25_hours_is_one_day() -> None:
    cap = {"price": "20.00", "per": "calendar_day"}
    tariff = rate(time_zone="Europe/Berlin", currency="EUR", steps=HOURLY, free_minutes=0, daily_cap=cap)
    # 25 h x 3 = 75, capped once at 20
    assert owed(tariff, "2026-10-25T00:00", "2026-10-26T00:00") == "20.00"
    assert owed(tariff, "2026-10-25T00:00", "2026-10-26T00:01") == "23.00"


def test_24_hours_are_24_true_hours_when_clocks_change() -> None:
    cap = {"price": "20.00", "per": "24h"}
    tariff = rate(time_zone="Europe/Berlin", currency="EUR", steps=HOURLY, free_minutes=0, daily_cap=cap)
    # From 12:00 to 12:00 on the day after 25 h pass: 20 + 3
    assert owed(tariff, "2026-10-24T12:00", "2026-10-25T12:00") == "23.00"
    # 23 h pass: 20
    assert owed(tariff, "2026-03-28T12:00", "2026-03-29T12:00") == "20.00"


def test_a_day_begins_when_clocks_jump_over_midnight() -> None:
    # In Beirut clocks go from 0:00 to 1:00 on 2026-03-29.
    cap = {"price": "9.00", "per": "calendar_day"}
    tariff = rate(time_zone="Asia/Beirut", currency="USD", steps=HOURLY, free_minutes=0, daily_cap=cap)
    # 22:00 to 24:00: 2 x 3; 1:00 to 2:00: 3
    assert owed(tariff, "2026-03-28T22:00", "2026-03-29T02:00") == "9.00"
    # 22:00 to 24:00: 6; 1:00 to 5:00: 12, capped at 9
    assert owed(tariff, "2026-03-28T22:00", "2026-03-29T05:00") == "15.00"


def test_a_stay_that_ends_before_it_begins_costs_nothing() -> None:
    assert owed(rate(free_minutes=0), "2026-11-21T10:00", "2026-11-21T09:00") == "0.00"
    assert owed(rate(free_minutes=0), "2026-11-21T10:00", "2026-11-21T10:00") == "0.00"


def _permit(begin: str, end: str | None) -> Right:
    until = None if end is None else local(end)
    return Right("rgt_1", "permit", (PLATE,), local(begin), local(begin), valid_until=until)


def test_a_right_covers_its_part_of_a_stay_and_the_rest_is_charged() -> None:
    entered, left = local("2026-11-21T10:00"), local("2026-11-21T14:00")
    tariff = rate()
    assert stay_fee(tariff, entered, left, [_permit("2026-11-01T00:00", None)]) == cny("0")
    # It ended at 13:00: one hour is left: 5
    assert stay_fee(tariff, entered, left, [_permit("2026-11-01T00:00", "2026-11-21T13:00")]) == cny("5")
    # It began at 11:30: 90 min before: 5 + 2
    assert stay_fee(tariff, entered, left, [_permit("2026-11-21T11:30", None)]) == cny("7")
    # 90 min before and one hour after: 7 + 5
    assert stay_fee(tariff, entered, left, [_permit("2026-11-21T11:30", "2026-11-21T13:00")]) == cny("12")
    # It ended before the car came, or begins after it left: 240 min: 5 + 6 x 2
    assert stay_fee(tariff, entered, left, [_permit("2026-11-01T00:00", "2026-11-21T09:00")]) == cny("17")
    assert stay_fee(tariff, entered, left, [_permit("2026-11-21T15:00", None)]) == cny("17")


def test_a_renewed_permit_leaves_no_gap_and_one_that_was_renewed_late_leaves_its_gap() -> None:
    entered, left = local("2026-11-21T10:00"), local("2026-12-02T10:00")
    november, december = _permit("2026-11-01T00:00", "2026-12-01T00:00"), _permit("2026-12-01T00:00", None)
    assert stay_fee(rate(), entered, left, [december, november]) == cny("0")
    # It ran out at midnight and was renewed at 1:30: 90 min: 5 + 2
    assert stay_fee(rate(), entered, left, [november, _permit("2026-12-01T01:30", None)]) == cny("7")
    # One that is longer covers what lies within it.
    assert stay_fee(rate(), entered, left, [_permit("2026-11-01T00:00", None), november]) == cny("0")


def test_what_is_due_is_what_is_not_paid_unless_grace_runs() -> None:
    assert Charge(cny("7"), cny("5")).due == cny("2")
    assert Charge(cny("7"), cny("9")).due == cny("0")
    granted = Charge(cny("7"), cny("5"), in_grace=True)
    assert (granted.due, granted.owed) == (cny("0"), cny("2"))
