"""Whether something goes on, from measurements that flicker: two thresholds and a time for each of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vision.errors import BadInput

Change = Literal["start", "end"]

LONGEST_STEP_S = 15.0
"""A pause between two frames that is longer says nothing about the time between them."""
ABSENT = float("-inf")
"""The value of what is not there: below every threshold."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When something begins and when it is over.

    Attributes:
        start: values from here on speak for it.
        end: values below speak against it; below `start`, so that a value in between changes nothing.
        start_after_s: how long the values must speak for it.
        end_after_s: how long against it; a single frame never ends anything.

    Raises:
        BadInput: the end is not below the start, or a time is negative.
    """

    start: float
    end: float
    start_after_s: float
    end_after_s: float

    def __post_init__(self) -> None:
        if not self.end < self.start:
            raise BadInput(f"wanted an end threshold below the start's {self.start}, got {self.end}")
        if min(self.start_after_s, self.end_after_s) < 0:
            raise BadInput(f"wanted times of at least 0 s, got {self.start_after_s} and {self.end_after_s}")


class Evidence:
    """One thing that may go on; time counts only between two frames that say the same.

    Contrary frames take back what was gathered, second for second: a detector that misses every tenth frame still
    comes to a start, and one that sees something in every tenth never does.

    Args:
        limits: its thresholds and times.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._value: float | None = None
        self._at: datetime | None = None
        self._for_s = 0.0
        self._against_s = 0.0
        self.active = False
        self.since: datetime | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing speaks for it: it can be forgotten."""
        return not self.active and self.since is None

    def update(self, value: float | None, now: datetime) -> Change | None:
        """What this measurement changes.

        Args:
            value: None: not known, as when the camera is covered: no time counts, for or against.
            now: when it was captured; times that fall back count nothing.
        """
        step_s = self._step_s(now)
        before, self._value = self._value, value
        if value is None:
            return None
        both = (value, value if before is None else before)
        if before is None:
            step_s = 0.0
        return self._end(value, both, step_s) if self.active else self._start(value, both, now, step_s)

    def _step_s(self, now: datetime) -> float:
        step_s = 0.0 if self._at is None else (now - self._at).total_seconds()
        self._at = now
        return step_s if 0.0 < step_s <= LONGEST_STEP_S else 0.0

    def _start(self, value: float, both: tuple[float, float], now: datetime, step_s: float) -> Change | None:
        limits = self._limits
        if value >= limits.start and self.since is None:
            self.since = now
        if min(both) >= limits.start:
            self._for_s += step_s
            # Two frames at least: without a step this is the first one, or time stood still.
            if step_s > 0.0 and self._for_s >= limits.start_after_s:
                self.active = True
                self._against_s = 0.0
                return "start"
        elif value < limits.end:
            self._for_s = max(0.0, self._for_s - step_s)
            if self._for_s == 0.0:
                self.since = None
        return None

    def _end(self, value: float, both: tuple[float, float], step_s: float) -> Change | None:
        limits = self._limits
        if max(both) < limits.end:
            self._against_s += step_s
            if step_s > 0.0 and self._against_s >= limits.end_after_s:
                self.active = False
                self.since = None
                self._for_s = self._against_s = 0.0
                return "end"
        elif value >= limits.end:
            self._against_s = max(0.0, self._against_s - step_s)
        return None
