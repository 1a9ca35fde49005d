"""What must hold of every tariff and every stay."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.parking.fee import fee
from pipelines.parking.rates import Rate
from tests.pipelines.garage import rate

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware
LASTING = st.timedeltas(timedelta(0), timedelta(days=5))
PRICES = st.integers(0, 2000).map(lambda cents: str(Decimal(cents) / 100))


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    return {"minutes": draw(st.sampled_from((1, 15, 30, 60, 240, 1440))), "price": draw(PRICES)}


@st.composite
def nights(draw: st.DrawFn) -> dict[str, Any]:
    begins, ends = draw(st.lists(st.integers(0, 47), min_size=2, max_size=2, unique=True))
    wall = [time(half // 2, 30 * (half % 2)).isoformat() for half in (begins, ends)]
    return {"begins": wall[0], "ends": wall[1], "step": draw(steps()), "cap": draw(st.none() | PRICES)}


@st.composite
def tariffs(draw: st.DrawFn, cap: bool | None = None, night: bool | None = None) -> Rate:
    per = st.sampled_from(("24h", "calendar_day"))
    caps = st.fixed_dictionaries({"price": PRICES, "per": per})
    return rate(
        time_zone=draw(st.sampled_from(ZONES)),
        steps=draw(st.lists(steps(), min_size=1, max_size=3)),
        free_minutes=draw(st.sampled_from((0, 10, 30))),
        free_time=draw(st.sampled_from(("forgiven", "deducted"))),
        daily_cap=draw(caps if cap else st.none() | caps),
        night=None if night is False else draw(st.none() | nights()),
    )


@settings(max_examples=150, deadline=None)
@given(tariffs(), MOMENTS, LASTING, LASTING)
def test_who_stays_longer_never_pays_less(tariff: Rate, entered: datetime, shorter: timedelta, more: timedelta) -> None:
    before, after = fee(tariff, entered, entered + shorter), fee(tariff, entered, entered + shorter + more)
    assert 0 <= before.amount <= after.amount


@settings(max_examples=100, deadline=None)
@given(tariffs(cap=True), MOMENTS, LASTING)
def test_nobody_pays_more_than_the_cap_for_each_day_begun(tariff: Rate, entered: datetime, stay: timedelta) -> None:
    assert tariff.daily_cap is not None
    left = entered + stay
    if tariff.daily_cap.per == "24h":
        days = -(-stay // timedelta(days=1))
    else:
        days = (left.astimezone(tariff.zone).date() - entered.astimezone(tariff.zone).date()).days + 1
    assert fee(tariff, entered, left).amount <= days * tariff.daily_cap.price


@settings(max_examples=100, deadline=None)
@given(tariffs(cap=True, night=False), MOMENTS, LASTING)
def test_a_stay_cut_at_midnight_costs_the_sum_of_its_days(tariff: Rate, entered: datetime, stay: timedelta) -> None:
    assert tariff.daily_cap is not None
    plain = {"free_minutes": 0, "daily_cap": tariff.daily_cap.model_copy(update={"per": "calendar_day"})}
    # Kathmandu's clocks never change: its midnight is 18:15 UTC.
    tariff = tariff.model_copy(update=plain | {"time_zone": "Asia/Kathmandu"})
    left = entered + stay
    midnight = entered.replace(hour=18, minute=15, second=0, microsecond=0)
    cuts = [midnight + timedelta(days=day) for day in range(7)]
    marks = [entered, *(cut for cut in cuts if entered < cut < left), left]
    parts = [fee(tariff, begin, end).amount for begin, end in pairwise(marks)]
    assert fee(tariff, entered, left).amount == sum(parts)


@settings(max_examples=60, deadline=None)
@given(tariffs(), MOMENTS, LASTING)
def test_a_fee_is_whole_cents_and_the_same_when_it_is_reckoned_again(
    tariff: Rate, entered: datetime, stay: timedelta
) -> None:
    owed = fee(tariff, entered, entered + stay)
    assert owed.amount == owed.amount.quantize(Decimal("0.01"))
    assert fee(Rate.model_validate_json(tariff.model_dump_json()), entered, entered + stay) == owed
