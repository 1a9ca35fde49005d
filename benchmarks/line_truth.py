"""Who crosses the lines of a film, counted by eye, and what a camera's counts are worth beside it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.street_films import Crossing
from pipelines.street.line_counts import Direction
from vision.errors import BadInput

TOLERANCE_S = 1.0
"""A crossing that is told so long before or after the true one may be the same."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TrueCrossing(_Strict):
    """One crossing that somebody saw.

    Attributes:
        at_s: second of film at which the middle of the vehicle is on the line.
    """

    line: str
    direction: Direction
    at_s: float = Field(ge=0)


class LineTruth(_Strict):
    """All crossings of a film.

    Attributes:
        sha256: of the film that was looked at; None: of any.
        note: who counted, and how.
    """

    crossings: tuple[TrueCrossing, ...]
    sha256: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineScore:
    """One direction over one line.

    Attributes:
        matched: true crossings that were told in their time; never more than `counted` or `wanted`.
    """

    line: str
    direction: Direction
    counted: int
    wanted: int
    matched: int


def read_line_truth(path: Path) -> LineTruth:
    """The truth of a JSON file.

    Raises:
        BadInput: it cannot be read, or does not hold crossings.
    """
    try:
        return LineTruth.model_validate_json(path.read_text("utf-8"))
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    except (UnicodeDecodeError, ValidationError) as error:
        fault = f"wanted crossings with line, direction and at_s: {error}"
    raise BadInput(f"{path}: {fault}")


def check_film(truth: LineTruth, film: Path) -> None:
    """Refuse another film than the one that was counted.

    Raises:
        BadInput: its bytes have another sha256.
    """
    if truth.sha256 is None:
        return
    with film.open("rb") as stream:
        got = hashlib.file_digest(stream, "sha256").hexdigest()
    if got != truth.sha256:
        raise BadInput(f"{film}: wanted the film that was counted, sha256 {truth.sha256}, got {got}")


def score_lines(truth: LineTruth, told: Sequence[Crossing], lines: Sequence[str]) -> tuple[LineScore, ...]:
    """Every direction over every line that somebody crossed, in the order of the lines.

    Args:
        truth: seen by eye.
        told: by the camera.
        lines: ids of the camera's lines.

    Raises:
        BadInput: the truth names a line that the camera does not have.
    """
    unknown = sorted({one.line for one in truth.crossings} - set(lines))
    if unknown:
        raise BadInput(f"wanted crossings of the lines {', '.join(lines) or 'none'}, got {', '.join(unknown)}")
    directions: tuple[Direction, ...] = ("in", "out")
    scores = [_score(truth, told, line, direction) for line in lines for direction in directions]
    return tuple(one for one in scores if one.counted or one.wanted)


def _score(truth: LineTruth, told: Sequence[Crossing], line: str, direction: Direction) -> LineScore:
    wanted = [one.at_s for one in truth.crossings if (one.line, one.direction) == (line, direction)]
    counted = [one.at_s for one in told if (one.line, one.direction) == (line, direction)]
    return LineScore(line, direction, len(counted), len(wanted), _matched(sorted(wanted), sorted(counted)))


def _matched(wanted: Sequence[float], counted: Sequence[float]) -> int:
    """The most pairs that lie within the tolerance: of two sorted rows, the earliest that still fit."""
    i = j = pairs = 0
    while i < len(wanted) and j < len(counted):
        if abs(wanted[i] - counted[j]) <= TOLERANCE_S:
            i, j, pairs = i + 1, j + 1, pairs + 1
        elif wanted[i] < counted[j]:
            i += 1
        else:
            j += 1
    return pairs
