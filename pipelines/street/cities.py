"""The rules of cities for their cases, as data: `cities.toml`, or the file that an installation names."""

import functools
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.records.checks import SLUG
from pipelines.street.calendar import Calendar
from pipelines.street.kinds import Kinds
from pipelines.street.words import Stage
from vision.errors import BadInput, ConfigurationError

SHIPPED = Path(__file__).parent / "cities.toml"
MOST_EXTENSION_MIN = 60 * 24 * 90

Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 366, strict=True)]
Span = Annotated[int, Field(ge=0, le=60 * 24 * 366, strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Terms(_Strict):
    """How a city treats cases of one kind.

    Attributes:
        accept_min to close_min: working minutes until the act is due, from the act before.
        round_the_clock: the minutes count by day and night, for what cannot wait for office hours.
        max_extensions: of one stage.
        cool_down_min: true minutes after a close in which a repeat is only counted.
        reopen_min: true minutes after a close, the cool-down included, in which the same incident reopens the case.
        same_iou: from this overlap on two boxes at one camera and zone are the same thing, 0..1.
        suppress_h: true hours for which a false alarm silences its camera, zone and kind; 0: never.
    """

    accept_min: Minutes
    register_min: Minutes
    dispatch_min: Minutes
    handle_min: Minutes
    verify_min: Minutes
    close_min: Minutes
    round_the_clock: bool = False
    max_extensions: int = Field(default=2, ge=0, le=20, strict=True)
    cool_down_min: Span
    reopen_min: Span
    same_iou: float = Field(gt=0, le=1)
    suppress_h: Span

    def minutes(self, stage: Stage) -> int:
        """How long the stage may take."""
        minutes: int = getattr(self, f"{stage}_min")
        return minutes


class KindTerms(_Strict):
    """What differs for some kinds; None: as for all."""

    codes: tuple[str, ...] = Field(min_length=1)
    accept_min: Minutes | None = None
    register_min: Minutes | None = None
    dispatch_min: Minutes | None = None
    handle_min: Minutes | None = None
    verify_min: Minutes | None = None
    close_min: Minutes | None = None
    round_the_clock: bool | None = None
    max_extensions: int | None = Field(default=None, ge=0, le=20, strict=True)
    cool_down_min: Span | None = None
    reopen_min: Span | None = None
    same_iou: float | None = Field(default=None, gt=0, le=1)
    suppress_h: Span | None = None


class City(_Strict):
    """One city.

    Attributes:
        purpose: only keys with this purpose see its incidents and cases.
        terms: of every kind, but for what `kind` says otherwise.
    """

    id: str = Field(pattern=f"^{SLUG.pattern}$")
    purpose: str = Field(default="street", pattern=f"^{SLUG.pattern}$")
    calendar: Calendar
    terms: Terms
    kind: tuple[KindTerms, ...] = ()

    @model_validator(mode="after")
    def _each_kind_once(self) -> Self:
        codes = [code for one in self.kind for code in one.codes]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"city {self.id}: wanted each kind once, got more than once: {', '.join(twice)}")
        return self

    def terms_of(self, code: str) -> Terms:
        """The terms of one kind."""
        own = next((one for one in self.kind if code in one.codes), None)
        changes = own.model_dump(exclude={"codes"}, exclude_none=True) if own else {}
        return self.terms.model_copy(update=changes)

    def due(self, code: str, stage: Stage, start: datetime) -> datetime:
        """When the stage of a case of this kind is overdue that began at `start`; both aware UTC."""
        return self.later(code, start, self.terms_of(code).minutes(stage))

    def later(self, code: str, start: datetime, minutes: int) -> datetime:
        """So many working minutes of this kind after `start`."""
        duration = timedelta(minutes=minutes)
        return start + duration if self.terms_of(code).round_the_clock else self.calendar.after(start, duration)


class Cities(_Strict):
    """The cities of one installation; the first is meant where none is named."""

    city: tuple[City, ...] = Field(min_length=1)

    @functools.cached_property
    def by_id(self) -> Mapping[str, City]:
        """The cities by their ids."""
        return MappingProxyType({city.id: city for city in self.city})

    def get(self, city_id: str | None) -> City:
        """One city; None: the first.

        Raises:
            BadInput: there is none with this id.
        """
        if city_id is None:
            return self.city[0]
        if city_id not in self.by_id:
            raise BadInput(f"city: wanted one of {', '.join(self.by_id)}, got {city_id!r}")
        return self.by_id[city_id]


def read_cities(path: Path, kinds: Kinds) -> Cities:
    """The cities in this file.

    Raises:
        ConfigurationError: the file is missing, no TOML, or not of the schema; a city twice, or a kind that is none.
    """
    try:
        cities = Cities.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    if len(cities.by_id) < len(cities.city):
        raise ConfigurationError(f"{path}: wanted each city once, got {[city.id for city in cities.city]}")
    codes = {code for city in cities.city for one in city.kind for code in one.codes}
    unknown = sorted(codes - set(kinds.by_code))
    if unknown:
        raise ConfigurationError(f"{path}: wanted codes of the catalogue, got {', '.join(unknown)}")
    return cities
