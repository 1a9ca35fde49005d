"""What all requests and answers share: times, names, pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

from pipelines.records.checks import SLUG
from pipelines.records.paging import MAX_LIMIT
from pipelines.records.values import Page

R = TypeVar("R")
T = TypeVar("T")


def _as_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("wanted a time between the years 1 and 9999 in UTC") from error


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("wanted printable characters only")
    return value


UtcTime = Annotated[AwareDatetime, AfterValidator(_as_utc)]
"""ISO 8601 with a zone."""
Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG.pattern}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_printable)]
"""A line of text."""
Address = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_printable)]


class Request(BaseModel):
    """What a caller sends: unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Answer(BaseModel):
    """What a caller gets, made of a record by attributes of the same name."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Listing(BaseModel, Generic[T]):
    """A part of a list; `next` is the cursor of the following part, null at the end."""

    items: list[T]
    next: str | None


def listing(page: Page[R], answer: Callable[[R], T]) -> Listing[T]:
    """The page with each record as its answer."""
    return Listing(items=[answer(record) for record in page.items], next=page.next)


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which part of a list is wanted."""

    cursor: str | None
    limit: int


async def _page_query(
    cursor: Annotated[str | None, Query(description="`next` of the part before", max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
) -> PageQuery:
    return PageQuery(cursor, limit)


PageParts = Annotated[PageQuery, Depends(_page_query)]


def without_secrets(url: str) -> str | None:
    """Scheme, host and port, for users, paths and queries may hold secrets; None when there is no host."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.hostname}{port}" if parts.scheme and parts.hostname else None
