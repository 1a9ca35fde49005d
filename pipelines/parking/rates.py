"""Tariffs as data: what a stay costs, exactly; `pipelines.parking.fee` reckons with them.

id = "visitors"
currency = "CNY"
time_zone = "Asia/Shanghai"
free_minutes = 15
grace_minutes = 15
steps = [                                       # each but the last once, the last again and again
    { minutes = 60, price = "5.00" },
    { minutes = 30, price = "2.00" },
]
daily_cap = { price = "40.00", per = "24h" }    # or "calendar_day"
night = { begins = "21:00", ends = "07:00", step = { minutes = 60, price = "1.00" }, cap = "8.00" }
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pipelines.parking.money import check_currency, whole_units
from pipelines.records.checks import SLUG
from pipelines.wall_time import WallTime, ZoneName
from vision.errors import BadInput

FreeTime = Literal["forgiven", "deducted"]
CapPeriod = Literal["24h", "calendar_day"]

_YEAR_MINUTES = 366 * 24 * 60


def _exact(value: object) -> object:
    if isinstance(value, bool | float):
        raise ValueError(f'wanted an exact price as text, such as "5.00", got {value!r}')  # noqa: TRY004 - as pydantic
    return value


Price = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Part):
    """So much for so many minutes; a step that has begun is charged in whole."""

    minutes: int = Field(ge=1, le=_YEAR_MINUTES, strict=True)
    price: Price


class DailyCap(_Part):
    """No more than `price` a day: each 24 hours from where charging begins, or each day of the local calendar."""

    price: Price
    per: CapPeriod


class Night(_Part):
    """Another price at night.

    Attributes:
        begins, ends: local wall times; `ends` is on the next day when it is not after `begins`.
        cap: the most that one night costs; None: only the daily cap counts.
    """

    begins: WallTime
    ends: WallTime
    step: Step
    cap: Price | None = None

    @model_validator(mode="after")
    def _different_naive_times(self) -> "Night":
        if self.begins.tzinfo or self.ends.tzinfo:
            raise ValueError("wanted local times without a zone")
        if self.begins == self.ends:
            raise ValueError(f"wanted a night that ends at another time than {self.begins:%H:%M}")
        return self


class Rate(_Part):
    """What a stay costs; a new version never changes what a session that began before costs.

    Attributes:
        version: counted by the store from 1; 0: not stored yet.
        time_zone: IANA; the days and nights are this zone's, durations are true durations.
        free_minutes: a stay up to so long costs nothing.
        free_time: what the free minutes are worth to a longer stay: nothing (`deducted` takes them off, `forgiven`
            charges from the entry on).
        grace_minutes: so long after everything was paid the car may leave without paying more.
        steps: of the day, or of all times when there is no night: each but the last once, the last again and again.
        daily_cap: None: no cap.
    """

    id: str = Field(pattern=f"^{SLUG.pattern}$")
    version: int = Field(default=0, ge=0, strict=True)
    currency: str
    time_zone: ZoneName
    steps: tuple[Step, ...] = Field(min_length=1, max_length=20)
    free_minutes: int = Field(default=0, ge=0, le=_YEAR_MINUTES, strict=True)
    free_time: FreeTime = "forgiven"
    grace_minutes: int = Field(default=15, ge=0, le=24 * 60, strict=True)
    daily_cap: DailyCap | None = None
    night: Night | None = None

    @model_validator(mode="after")
    def _whole_units(self) -> "Rate":
        try:
            check_currency(self.currency)
            for price in self._prices():
                whole_units(price, self.currency)
        except BadInput as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def _prices(self) -> list[Decimal]:
        prices = [step.price for step in self.steps]
        prices += [self.daily_cap.price] if self.daily_cap else []
        prices += [self.night.step.price, self.night.cap or Decimal(0)] if self.night else []
        return prices


def parse_rate(values: Mapping[str, object]) -> Rate:
    """The tariff that these values of JSON or TOML state.

    Raises:
        BadInput: the place of each wrong value, and what was wanted and got.
    """
    try:
        return Rate.model_validate(values)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, ('rate', *one['loc'])))}: {one['msg']}" for one in error.errors()]
        raise BadInput("; ".join(wrong)) from error
