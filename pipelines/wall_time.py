"""What the clocks of a zone show, as data states it and as moments; clocks put forward or back are reckoned with."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator

_SECOND = timedelta(seconds=1)


def _wall_time(value: object) -> object:
    if not isinstance(value, str | time):
        raise ValueError(f'wanted a time of day, such as "21:00", got {value!r}')  # noqa: TRY004 - as pydantic
    return value


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'wanted an IANA time zone, such as "Asia/Shanghai", got {value!r}') from error
    return value


WallTime = Annotated[time, BeforeValidator(_wall_time)]
ZoneName = Annotated[str, AfterValidator(_known_zone)]


def moment_of(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first moment at which the clocks of the zone show this time of this day, or a later one; aware UTC."""
    shown = datetime.combine(day, wall)
    moment = shown.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == shown:
        return moment
    # Left out by the clocks. With the offset after the jump it lies before the jump, with the one before behind it.
    before, behind = shown.replace(tzinfo=zone, fold=1).astimezone(UTC), moment
    while behind - before > _SECOND:
        middle = before + (behind - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < shown:
            before = middle
        else:
            behind = middle
    return behind.replace(microsecond=0)
