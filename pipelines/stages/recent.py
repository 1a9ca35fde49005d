"""Which cars one camera has just told of: a car that is lost and found again is no second visit."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.stages.cars import on_car, same_place
from pipelines.stages.passage import PlateRules
from vision.plate_text import within_one_confusion
from vision.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    text: str | None
    seen_at: datetime
    xyxy: FloatArray


class RecentVisits:
    """The told cars of one camera; forgotten soon after they have left.

    Args:
        rules: how soon.
    """

    def __init__(self, rules: PlateRules) -> None:
        self._rules = rules
        self._told: dict[str, _Told] = {}

    def remember(self, passage_id: str, text: str | None, seen_at: datetime, xyxy: FloatArray) -> None:
        """The told car is here.

        Args:
            passage_id: whose.
            text: None: it was told without an agreed text.
            seen_at: when.
            xyxy: (4,) pixels: the car's box.
        """
        self._told[passage_id] = _Told(text, seen_at, xyxy)

    def forget(self, now: datetime) -> None:
        """Drop those that have left long ago."""
        longest_s = max(self._rules.same_visit_s, self._rules.standing_s, self._rules.resumed_s)
        self._told = {one: told for one, told in self._told.items() if _age_s(told, now) <= longest_s}

    def known(self, text: str, now: datetime, xyxy: FloatArray, *, moved: bool) -> str | None:
        """Under which text this car was told already; None: it is another visit.

        A car that was seen to move may have gone and come back; one that stands where it stood was only hidden.

        Args:
            text: of the plate.
            now: when it is seen.
            xyxy: (4,) pixels: the car's box.
            moved: whether it came there before the camera's eyes.
        """
        for told in self._told.values():
            if told.text is not None and within_one_confusion(text, told.text):
                stands = not moved and same_place(told.xyxy, xyxy)
                if _age_s(told, now) <= (self._rules.standing_s if stands else self._rules.same_visit_s):
                    return told.text
        return None

    def goes_on(self, first_at: datetime, xyxy: FloatArray) -> bool:
        """Whether a plate that cannot be read was first seen when and where a told one was lost."""
        return any(
            _age_s(told, first_at) <= self._rules.resumed_s and same_place(told.xyxy, xyxy)
            for told in self._told.values()
        )

    def same_car(self, passage_id: str, now: datetime, xyxy: FloatArray) -> bool:
        """Whether what cannot be read lies on a car that is told of already: lamps and badges look like far plates."""
        return any(
            abs(_age_s(told, now)) <= self._rules.lost_after_s and on_car(told.xyxy, xyxy)
            for other_id, told in self._told.items()
            if other_id != passage_id
        )

    def beside(self, passage_id: str, now: datetime, xyxy: FloatArray) -> bool:
        """Whether another told plate is in this very frame on the same car: some carry two, of two countries."""
        return any(
            told.seen_at == now and same_place(told.xyxy, xyxy)
            for other_id, told in self._told.items()
            if other_id != passage_id
        )


def _age_s(told: _Told, now: datetime) -> float:
    return (now - told.seen_at).total_seconds()
