"""Labelled pictures: `pairs.csv` of face pairs and `labels.jsonl`, read strictly, with the line that is wrong."""

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from vision.errors import BadInput, NotAnImage
from vision.types import FloatArray, Image

PAIRS_FILE = "pairs.csv"
LABELS_FILE = "labels.jsonl"
PAIR_COLUMNS = ["fold", "image_a", "image_b", "same"]


@dataclass(frozen=True, slots=True)
class FacePair:
    """Two pictures of one person or of two.

    Attributes:
        fold: pairs of one fold are judged with a threshold from the others.
        same: whether both show one person.
    """

    fold: int
    image_a: Path
    image_b: Path
    same: bool


class LabelledFace(BaseModel):
    """One face: [x1, y1, x2, y2] pixels."""

    model_config = ConfigDict(frozen=True)

    box: tuple[float, float, float, float]


class PictureLine(BaseModel):
    """One line of `labels.jsonl`; what a benchmark does not need is left unread."""

    model_config = ConfigDict(frozen=True)

    image: Path


Line = TypeVar("Line", bound=PictureLine)


class LabelledPicture(PictureLine):
    """A picture and its faces."""

    faces: tuple[LabelledFace, ...]

    @property
    def face_boxes(self) -> FloatArray:
        """(N, 4) float32 pixels."""
        return np.asarray([face.box for face in self.faces], np.float32).reshape(-1, 4)


def read_pairs(folder: Path, limit: int | None = None, seed: int = 0) -> tuple[FacePair, ...]:
    """The pairs of `folder`/pairs.csv in the file's order.

    With `limit`, so many of them by `seed`, evenly from the same-person and other-person pairs of every fold.

    Raises:
        BadInput: the file is missing, empty or has a wrong line, or a picture is missing.
    """
    path = folder / PAIRS_FILE
    pairs = tuple(_pair(folder, f"{path}:{number}", row) for number, row in _rows(path))
    if not pairs:
        raise BadInput(f"{path}: wanted at least one pair, got none")
    return pairs if limit is None else _spread(pairs, limit, seed)


def read_labels(folder: Path, limit: int | None = None, seed: int = 0) -> tuple[LabelledPicture, ...]:
    """The pictures of `folder`/labels.jsonl with their faces; see `read_lines`."""
    return read_lines(folder, LabelledPicture, limit, seed)


def read_lines(folder: Path, kind: type[Line], limit: int | None = None, seed: int = 0) -> tuple[Line, ...]:
    """The pictures of `folder`/labels.jsonl, their paths resolved; with `limit`, so many of them by `seed`.

    Raises:
        BadInput: the file is missing, empty or has a wrong line, or a picture is missing.
    """
    path = folder / LABELS_FILE
    lines = [(number, line) for number, line in enumerate(_text(path).splitlines(), 1) if line.strip()]
    pictures = [_picture(folder, kind, f"{path}:{number}", line) for number, line in lines]
    if not pictures:
        raise BadInput(f"{path}: wanted at least one picture, got none")
    if limit is not None and limit < len(pictures):
        chosen = sorted(random.Random(seed).sample(range(len(pictures)), limit))  # noqa: S311 - a choice, no secret
        pictures = [pictures[index] for index in chosen]
    return tuple(pictures)


def read_picture(path: Path) -> Image:
    """(H, W, 3) uint8 BGR, turned as its EXIF orientation says.

    Raises:
        NotAnImage: it cannot be read or decoded.
    """
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise NotAnImage(f"{path}: cannot be read: {error.strerror}") from error
    image: Image | None = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    if image is None:
        raise NotAnImage(f"{path}: wanted a picture, got {content.size} bytes that do not decode")
    return image


def pictures_of(pairs: Iterable[FacePair]) -> tuple[Path, ...]:
    """Every picture once, in the order of its first pair."""
    return tuple(dict.fromkeys(chain.from_iterable((pair.image_a, pair.image_b) for pair in pairs)))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error


def _rows(path: Path) -> Iterator[tuple[int, dict[str | None, str | None]]]:
    reader = csv.DictReader(_text(path).splitlines())
    if reader.fieldnames != PAIR_COLUMNS:
        raise BadInput(f"{path}: wanted the columns {','.join(PAIR_COLUMNS)}, got {reader.fieldnames}")
    for row in reader:
        yield reader.line_num, {**row}


def _pair(folder: Path, where: str, row: dict[str | None, str | None]) -> FacePair:
    values = [row[column] for column in PAIR_COLUMNS]
    fold, image_a, image_b, same = (value or "" for value in values)
    if None in row or not fold.isdecimal() or same not in {"0", "1"}:
        raise BadInput(f"{where}: wanted fold,image_a,image_b,same with a number and 0 or 1, got {values}")
    return FacePair(int(fold), _existing(folder / image_a, where), _existing(folder / image_b, where), same == "1")


def _picture(folder: Path, kind: type[Line], where: str, line: str) -> Line:
    try:
        picture = kind.model_validate_json(line)
    except ValidationError as error:
        raise BadInput(f"{where}: {error}") from error
    return picture.model_copy(update={"image": _existing(folder / picture.image, where)})


def _existing(path: Path, where: str) -> Path:
    if not path.is_file():
        raise BadInput(f"{where}: wanted a picture at {path}, got nothing there")
    return path


def _spread(pairs: Sequence[FacePair], limit: int, seed: int) -> tuple[FacePair, ...]:
    chooser = random.Random(seed)  # noqa: S311 - a choice, no secret
    groups: dict[tuple[int, bool], list[int]] = {}
    for index, pair in enumerate(pairs):
        groups.setdefault((pair.fold, pair.same), []).append(index)
    shuffled = [chooser.sample(indices, len(indices)) for indices in groups.values()]
    dealt = [index for deal in zip_longest(*shuffled) for index in deal if index is not None]
    return tuple(pairs[index] for index in sorted(dealt[:limit]))
