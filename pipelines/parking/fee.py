"""What a stay costs. Time is true time (UTC), days and nights are local, and money is never rounded.

- Nothing for a stay up to the free minutes, nor for one that ends before it begins (a clock was set back).
- The stay is cut into periods: each started 24 hours, or each local calendar day, as the cap says; without a cap the
  whole stay is one. Each period is charged as a stay of its own, without free minutes, and never more than the cap.
- Within a period the time by day is added up and charged by the steps; a step that has begun counts in whole.
- Each night is charged by its own step, up to its own cap, as a whole, within the period in which it began.
- Prices are whole minor units and are only multiplied by whole numbers and added: there is nothing to round.

On the night when clocks go back an hour, nine hours by the clock are ten hours, and are charged once each. A wall time
that comes twice counts where it comes first; one that is left out counts at the moment the clocks jump.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from pipelines.parking.money import Money, nothing
from pipelines.parking.rates import Night, Rate, Step
from pipelines.wall_time import moment_of

_DAY = timedelta(days=1)
_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Span:
    """From `begin` up to, and without, `end`; aware UTC."""

    begin: datetime
    end: datetime

    def shared(self, other: "_Span") -> timedelta:
        return max(min(self.end, other.end) - max(self.begin, other.begin), _NO_TIME)


def fee(rate: Rate, entered_at: datetime, left_at: datetime) -> Money:
    """What is owed for a stay.

    Args:
        rate: the version that counts for it.
        entered_at, left_at: aware UTC.
    """
    free = timedelta(minutes=rate.free_minutes)
    if left_at - entered_at <= free:
        return nothing(rate.currency)
    stay = _Span(entered_at + free if rate.free_time == "deducted" else entered_at, left_at)
    nights = tuple(_nights(rate.night, rate.zone, stay)) if rate.night else ()
    amount = sum((_period_price(rate, period, nights) for period in _periods(rate, stay)), Decimal(0))
    return Money(amount, rate.currency)


def _period_price(rate: Rate, period: _Span, nights: tuple[_Span, ...]) -> Decimal:
    by_night = sum((period.shared(night) for night in nights), _NO_TIME)
    price = _steps_price(rate.steps, period.end - period.begin - by_night)
    if rate.night:
        begun = [night for night in nights if period.begin <= night.begin < period.end]
        price += sum((_night_price(rate.night, night) for night in begun), Decimal(0))
    return min(price, rate.daily_cap.price) if rate.daily_cap else price


def _steps_price(steps: tuple[Step, ...], duration: timedelta) -> Decimal:
    """Each step but the last once, as far as the time reaches, and the last for all that is left."""
    price, *once = Decimal(0), *steps[:-1]
    for step in once:
        if duration > _NO_TIME:
            price += step.price
        duration -= timedelta(minutes=step.minutes)
    return price + _started(duration, steps[-1]) * steps[-1].price


def _night_price(night: Night, span: _Span) -> Decimal:
    price = _started(span.end - span.begin, night.step) * night.step.price
    return price if night.cap is None else min(price, night.cap)


def _started(duration: timedelta, step: Step) -> int:
    """How many of these steps have begun; timedeltas are whole microseconds, so this is exact."""
    return max(-(-duration // timedelta(minutes=step.minutes)), 0)


def _periods(rate: Rate, stay: _Span) -> Iterator[_Span]:
    begin = stay.begin
    while begin < stay.end:
        end = min(_period_end(rate, begin), stay.end)
        yield _Span(begin, end)
        begin = end


def _period_end(rate: Rate, begin: datetime) -> datetime:
    if rate.daily_cap is None:
        return datetime.max.replace(tzinfo=UTC)
    if rate.daily_cap.per == "24h":
        return begin + _DAY
    tomorrow = begin.astimezone(rate.zone).date() + _DAY
    return moment_of(tomorrow, time(), rate.zone)


def _nights(night: Night, zone: ZoneInfo, stay: _Span) -> Iterator[_Span]:
    """The nights that the stay touches, cut to it."""
    # The night that begins on the evening before may still last.
    evening = stay.begin.astimezone(zone).date() - _DAY
    morning_after = _DAY if night.ends <= night.begins else _NO_TIME
    while (begin := moment_of(evening, night.begins, zone)) < stay.end:
        end = moment_of(evening + morning_after, night.ends, zone)
        cut = _Span(max(begin, stay.begin), min(end, stay.end))
        if cut.begin < cut.end:
            yield cut
        evening += _DAY
