"""Working hours as data, and how long work takes in them: exact, in true time, whatever the clocks do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.wall_time import WallTime, ZoneName, moment_of

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hours(_Strict):
    """Local wall times without a zone; `ends` is on the next day when it is not after `begins`."""

    begins: WallTime
    ends: WallTime

    @model_validator(mode="after")
    def _naive(self) -> Self:
        if self.begins.tzinfo or self.ends.tzinfo:
            raise ValueError("wanted local times without a zone")
        return self


@dataclass(frozen=True, slots=True)
class _Span:
    """From `begin` up to, and without, `end`; aware UTC."""

    begin: datetime
    end: datetime


class Calendar(_Strict):
    """When people of a city work.

    Attributes:
        time_zone: IANA; days and hours are this zone's, durations are true durations.
        hours: of each working day, in their order, without overlap.
        holidays: no work, whatever the weekday.
        extra_days: work, whatever the weekday: days that make up for holidays.
    """

    time_zone: ZoneName
    working_days: tuple[Weekday, ...] = Field(min_length=1)
    hours: tuple[Hours, ...] = Field(min_length=1)
    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()

    @model_validator(mode="after")
    def _no_overlap(self) -> Self:
        turns = [(_minutes(one.begins), _minutes(one.ends)) for one in self.hours]
        ends = [end if end > begin else end + 1440 for begin, end in turns]
        next_begins = [*(begin for begin, _ in turns[1:]), turns[0][0] + 1440]
        for end, begins in zip(ends, next_begins, strict=True):
            if begins < end:
                raise ValueError(f"hours: wanted them in order and without overlap, got {self.hours}")
        both = sorted(self.holidays & self.extra_days)
        if both:
            raise ValueError(f"wanted a holiday or an extra day, got both: {', '.join(map(str, both))}")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def works_on(self, day: date) -> bool:
        """Whether people work on this local day."""
        if day in self.extra_days:
            return True
        return day not in self.holidays and _WEEK[day.weekday()] in self.working_days

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """When so much working time has passed; what just fits into a day ends with the day.

        Args:
            start: aware UTC; may lie outside working hours.
            duration: more than nothing.
        """
        left = duration
        for span in self._spans(start):
            begin = max(span.begin, start)
            if span.end - begin >= left:
                return begin + left
            left -= max(span.end - begin, timedelta(0))
        raise AssertionError("the days never end")

    def _spans(self, start: datetime) -> Iterator[_Span]:
        """The working times from the evening before `start` on: that one's may still last."""
        day = start.astimezone(self.zone).date() - _DAY
        while True:
            for one in self.hours if self.works_on(day) else ():
                last = day + _DAY if one.ends <= one.begins else day
                yield _Span(moment_of(day, one.begins, self.zone), moment_of(last, one.ends, self.zone))
            day += _DAY


def _minutes(wall: time) -> float:
    return wall.hour * 60 + wall.minute + wall.second / 60
