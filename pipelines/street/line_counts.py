"""How many crossed a line: spans of minutes as cameras count them, and hours as people read them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Direction = Literal["in", "out"]
"""`in` is to the left of the way from a line's first point to its second."""
SPAN_S = 300
"""Counts are written down so often; spans begin at multiples of it, so none lies in two hours."""


@dataclass(frozen=True, slots=True)
class LineCount:
    """Who crossed a line of one camera in one span; never changed, and told once or more.

    Attributes:
        begins_at, ends_at: of its first and last frame, aware UTC.
        seen_s: of it that was looked at: the camera was in health, and there was a detector, or an empty street that
            motion is told from.
        passed: class -> how many went in and out.
    """

    camera_id: str
    line: str
    begins_at: datetime
    ends_at: datetime
    seen_s: float
    passed: Mapping[str, tuple[int, int]]


@dataclass(slots=True)
class HourCount:
    """Who crossed a line in one hour.

    Attributes:
        begins_at: of the hour, UTC.
        seen_s: of it in which the camera saw; what passed in the rest, nobody counted.
        went_in, went_out: class -> how many.
    """

    line: str
    begins_at: datetime
    seen_s: float = 0.0
    went_in: Counter[str] = field(default_factory=Counter)
    went_out: Counter[str] = field(default_factory=Counter)


def span_begin(moment: datetime) -> datetime:
    """The begin of the span in which a moment lies."""
    return moment - timedelta(seconds=moment.timestamp() % SPAN_S)


def by_hour(counts: Iterable[LineCount]) -> list[HourCount]:
    """The hours in which something was counted, by line and time."""
    hours: dict[tuple[str, datetime], HourCount] = {}
    for count in counts:
        begin = count.begins_at.replace(minute=0, second=0, microsecond=0)
        hour = hours.setdefault((count.line, begin), HourCount(count.line, begin))
        hour.seen_s += count.seen_s
        for name, (came, went) in count.passed.items():
            hour.went_in[name] += came
            hour.went_out[name] += went
    return [hours[key] for key in sorted(hours)]
