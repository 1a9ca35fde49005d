"""The counts of one line, span after span of minutes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.street.line_counts import Direction, LineCount, span_begin

# What lies between two frames that are farther apart was not seen: the camera was away.
_LONGEST_STEP_S = 15.0


@dataclass(slots=True)
class _Span:
    begins_at: datetime
    ends_at: datetime
    sees: bool
    seen_s: float = 0.0
    passed: Counter[tuple[str, Direction]] = field(default_factory=Counter)


class LineTally:
    """Counts the crossings of one line; not to be shared."""

    def __init__(self, camera_id: str, line_id: str) -> None:
        self._camera_id = camera_id
        self._line_id = line_id
        self._span: _Span | None = None
        self._ended: list[LineCount] = []

    def add(self, crossings: Iterable[tuple[str, Direction]], now: datetime, *, sees: bool) -> None:
        """One frame.

        Args:
            crossings: the class of each that crossed, and which way.
            now: when it was captured; a time that falls back begins a span of its own.
            sees: whether the camera is to be trusted.
        """
        span = self._span
        if span is None or now < span.ends_at or span_begin(now) != span_begin(span.begins_at):
            self.end()
            span = self._span = _Span(now, now, sees)
        step_s = (now - span.ends_at).total_seconds()
        if sees and span.sees and step_s <= _LONGEST_STEP_S:
            span.seen_s += step_s
        span.ends_at, span.sees = now, sees
        span.passed.update(crossings)

    def end(self) -> None:
        """No frame comes for a while: what was counted is a span."""
        if self._span is not None:
            names = sorted({name for name, _ in self._span.passed})
            passed = {name: (self._span.passed[name, "in"], self._span.passed[name, "out"]) for name in names}
            span = self._span
            count = LineCount(
                self._camera_id, self._line_id, span.begins_at, span.ends_at, round(span.seen_s, 3), passed
            )
            self._ended.append(count)
            self._span = None

    def take(self) -> list[LineCount]:
        """The spans that ended since the last call."""
        ended, self._ended = self._ended, []
        return ended
