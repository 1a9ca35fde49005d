"""The span of time that a question is about."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query

from api.schemas.common import UtcTime
from api.site import SiteDep
from vision.errors import BadInput

_USUAL = timedelta(days=7)
_LONGEST = timedelta(days=366)
_BEGIN_OF_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` up to, and without, `until`."""

    since: datetime
    until: datetime


def _span(
    site: SiteDep,
    since: Annotated[UtcTime | None, Query(description="default: 7 days before `until`")] = None,
    until: Annotated[UtcTime | None, Query(description="default: now")] = None,
) -> Span:
    """The span that a caller names.

    Raises:
        BadInput: none, or one of more than a year.
    """
    until = until or site.assembly.clock()
    since = since or until - min(_USUAL, until - _BEGIN_OF_TIME)
    if not timedelta(0) < until - since <= _LONGEST:
        raise BadInput(f"since: wanted a time up to {_LONGEST.days} days before until, got {since} and {until}")
    return Span(since, until)


SpanParts = Annotated[Span, Depends(_span)]
