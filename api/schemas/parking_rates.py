"""Rates, as they travel: prices are text, for they are exact."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from api.schemas.common import Answer, Request, Slug
from pipelines.parking.rates import Rate, parse_rate

Price = Annotated[str, Field(pattern=r"^[0-9]{1,7}(\.[0-9]{1,4})?$", examples=["5.00"])]
WallTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:00"])]
Minutes = Annotated[int, Field(ge=1, le=366 * 24 * 60)]

_RATE: JsonDict = {
    "id": "visitors",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
    "steps": [{"minutes": 60, "price": "5.00"}, {"minutes": 30, "price": "2.00"}],
    "free_minutes": 15,
    "grace_minutes": 15,
    "daily_cap": {"price": "40.00", "per": "24h"},
    "night": {"begins": "21:00", "ends": "07:00", "step": {"minutes": 60, "price": "1.00"}, "cap": "8.00"},
}


class StepBody(Request):
    """So much for so many minutes; a step that has begun is charged in whole."""

    minutes: Minutes
    price: Price


class DailyCapBody(Request):
    """No more a day: of each 24 hours of a stay, or of the local calendar."""

    price: Price
    per: Literal["24h", "calendar_day"]


class NightBody(Request):
    """Another price at night, by local time."""

    begins: WallTime
    ends: Annotated[WallTime, Field(description="on the next day when it is not after `begins`")]
    step: StepBody
    cap: Annotated[Price | None, Field(description="the most that one night costs")] = None


class RateIn(Request):
    """What a stay costs. The same id again is a new version; sessions keep the version that they began with."""

    model_config = ConfigDict(json_schema_extra={"examples": [_RATE]})

    id: Slug
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217")]
    time_zone: Annotated[str, Field(max_length=64, description="IANA; of days and nights")]
    steps: Annotated[
        list[StepBody],
        Field(min_length=1, max_length=20, description="each but the last once, the last again and again"),
    ]
    free_minutes: Annotated[int, Field(ge=0, le=366 * 24 * 60, description="a stay up to so long costs nothing")] = 0
    free_time: Annotated[
        Literal["forgiven", "deducted"],
        Field(description="whether a longer stay is charged from its beginning, or without the free minutes"),
    ] = "forgiven"
    grace_minutes: Annotated[int, Field(ge=0, le=1440, description="time to leave after everything was paid")] = 15
    daily_cap: DailyCapBody | None = None
    night: NightBody | None = None

    def record(self) -> Rate:
        """The rate.

        Raises:
            BadInput: an unknown time zone, a night without length, or prices finer than the currency's coins.
        """
        return parse_rate(self.model_dump())


class RateOut(Answer):
    """A version of a rate."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_RATE, "version": 1, "free_time": "forgiven"}]})

    id: str
    version: int
    currency: str
    time_zone: str
    steps: list[StepBody]
    free_minutes: int
    free_time: Literal["forgiven", "deducted"]
    grace_minutes: int
    daily_cap: DailyCapBody | None
    night: NightBody | None

    @classmethod
    def of(cls, rate: Rate) -> "RateOut":
        """The record as an answer."""
        values = rate.model_dump(mode="json")
        if rate.night:
            values["night"] |= {"begins": f"{rate.night.begins:%H:%M}", "ends": f"{rate.night.ends:%H:%M}"}
        return cls.model_validate(values)
