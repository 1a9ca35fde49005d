"""How many cases there were, of what, where and when, and how many of them were false alarms."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class CaseFact:
    """What counts of one case.

    Attributes:
        opened_at: aware UTC.
        ended: closed or voided.
    """

    kind: str
    camera_id: str | None
    city: str
    opened_at: datetime
    ended: bool
    false_alarm: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Cases of one kind or one camera.

    Attributes:
        ended: closed or voided; of the others nobody knows yet what they were.
        false_alarms: of those that ended.
    """

    cases: int
    ended: int
    false_alarms: int

    @property
    def false_alarm_share(self) -> float | None:
        """Of the cases that ended, 0..1; None when none did."""
        return self.false_alarms / self.ended if self.ended else None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the cases that were opened in a span of time.

    Attributes:
        by_camera: None counts the cases that no camera sees.
        by_hour: 24 numbers: cases by the hour of the day, in their city's time, in which they were opened.
    """

    total: Tally
    by_kind: Mapping[str, Tally]
    by_camera: Mapping[str | None, Tally]
    by_hour: tuple[int, ...]


def tally(facts: Iterable[CaseFact], zones: Mapping[str, ZoneInfo]) -> Statistics:
    """The numbers of these cases.

    Args:
        facts: in any order; read once.
        zones: the time zone of each city; a city that is in no file any more is counted in UTC.
    """
    total, hours = _Count(), [0] * 24
    kinds: defaultdict[str, _Count] = defaultdict(_Count)
    cameras: defaultdict[str | None, _Count] = defaultdict(_Count)
    for fact in facts:
        for count in (total, kinds[fact.kind], cameras[fact.camera_id]):
            count.add(fact)
        hours[fact.opened_at.astimezone(zones.get(fact.city, UTC)).hour] += 1
    return Statistics(
        total=total.tally,
        by_kind={kind: kinds[kind].tally for kind in sorted(kinds)},
        by_camera={one: cameras[one].tally for one in sorted(cameras, key=lambda one: (one is None, one or ""))},
        by_hour=tuple(hours),
    )


@dataclass(slots=True)
class _Count:
    cases: int = 0
    ended: int = 0
    false_alarms: int = 0

    def add(self, fact: CaseFact) -> None:
        self.cases += 1
        self.ended += fact.ended
        self.false_alarms += fact.false_alarm

    @property
    def tally(self) -> Tally:
        return Tally(self.cases, self.ended, self.false_alarms)
