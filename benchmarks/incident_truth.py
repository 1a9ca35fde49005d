"""What a film really shows, and which of the alarms say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from benchmarks.street_films import BEGINS_AT, PlayedFilm
from vision.errors import BadInput
from vision.incidents import Incident

TOLERANCE_S = 5.0
"""An alarm may come so long before the true start, or after the true end."""
LEAST_COMMON = 0.5
"""Share of the smaller of both boxes that they must have in common."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrueIncident(_Strict):
    """One incident of a film.

    Attributes:
        kind: code of the catalogue.
        start_s, end_s: seconds of film.
        box: pixels: left, top, right, bottom; None: the picture as a whole.
        detail: a word more that the alarm must say, such as the camera's fault; None: any.
        classes: what a detector must know to find it; empty: none is needed.
    """

    kind: str
    start_s: float = Field(ge=0)
    end_s: float = Field(ge=0)
    box: tuple[float, float, float, float] | None = None
    detail: str | None = None
    classes: tuple[str, ...] = ()


class FilmTruth(_Strict):
    """All incidents of a film.

    Attributes:
        begins_at: when it was taken, for the rules' hours.
    """

    incidents: tuple[TrueIncident, ...]
    begins_at: AwareDatetime = BEGINS_AT


@dataclass(frozen=True, slots=True)
class Verdict:
    """The alarms of a film against its truth.

    Attributes:
        found: true incidents and the first alarm of each.
        missed: true incidents without one.
        false: all other alarms: of nothing, or of an incident that was told before.
    """

    found: tuple[tuple[TrueIncident, Incident], ...]
    missed: tuple[TrueIncident, ...]
    false: tuple[Incident, ...]


def read_truth(path: Path) -> FilmTruth:
    """The truth of a JSON file.

    Raises:
        BadInput: it cannot be read, or does not hold what CONTRACTS.md says.
    """
    try:
        return FilmTruth.model_validate_json(path.read_text("utf-8"))
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    except (UnicodeDecodeError, ValidationError) as error:
        fault = f"wanted incidents with kind, start_s, end_s and box: {error}"
    raise BadInput(f"{path}: {fault}")


def judge(truth: Sequence[TrueIncident], film: PlayedFilm) -> Verdict:
    """Which alarms are right; each true incident takes the first alarm that fits, each alarm one incident."""
    left = list(truth)
    found: list[tuple[TrueIncident, Incident]] = []
    false: list[Incident] = []
    for alarm in film.starts:
        fitting = [one for one in left if _fits(one, alarm, film.second(alarm.seen_at))]
        if fitting:
            best = min(fitting, key=lambda one: abs(film.second(alarm.started_at) - one.start_s))
            left.remove(best)
            found.append((best, alarm))
        else:
            false.append(alarm)
    return Verdict(tuple(found), tuple(left), tuple(false))


def alarm_delay_s(true: TrueIncident, alarm: Incident, begins_at: datetime) -> float:
    """Seconds from the true start to the alarm."""
    return (alarm.seen_at - begins_at).total_seconds() - true.start_s


def _fits(true: TrueIncident, alarm: Incident, told_s: float) -> bool:
    in_time = true.start_s - TOLERANCE_S <= told_s <= true.end_s + TOLERANCE_S
    same = true.kind == alarm.kind and true.detail in (None, alarm.detail)
    return in_time and same and (true.box is None or _common(true.box, alarm) >= LEAST_COMMON)


def _common(box: tuple[float, float, float, float], alarm: Incident) -> float:
    """What both boxes have in common, as a share of the smaller one, 0..1."""
    wanted = np.array(box, np.float32)
    sides = np.maximum(np.minimum(wanted[2:], alarm.xyxy[2:]) - np.maximum(wanted[:2], alarm.xyxy[:2]), 0)
    smaller = min(float(np.prod(wanted[2:] - wanted[:2])), float(np.prod(alarm.xyxy[2:] - alarm.xyxy[:2])))
    return float(np.prod(sides)) / smaller if smaller > 0 else 0.0
