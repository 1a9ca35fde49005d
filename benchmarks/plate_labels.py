"""Labelled plates: `labels.jsonl` of crops that are one plate each, and of whole scenes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from benchmarks.labels import LABELS_FILE, PictureLine, read_lines
from vision.errors import BadInput
from vision.types import FloatArray


class LabelledPlate(BaseModel):
    """One plate; sets label its text, its box [x1, y1, x2, y2] in pixels, or both."""

    model_config = ConfigDict(frozen=True)

    text: str | None = None
    box: tuple[float, float, float, float] | None = None


class PlatePicture(PictureLine):
    """A picture and its plates; none where the set labels none.

    Attributes:
        kind: of the first plate, where the set says so.
    """

    plates: tuple[LabelledPlate, ...] = ()
    kind: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Of the plates whose text is labelled."""
        return tuple(plate.text for plate in self.plates if plate.text is not None)

    @property
    def boxes(self) -> FloatArray:
        """(N, 4) float32 pixels, of the plates whose box is labelled."""
        boxes = [plate.box for plate in self.plates if plate.box is not None]
        return np.asarray(boxes, np.float32).reshape(-1, 4)

    @property
    def places_every_plate(self) -> bool:
        """Whether a plate found elsewhere than at a labelled box is one too many."""
        return all(plate.box is not None for plate in self.plates)


def read_scenes(folder: Path, limit: int | None = None, seed: int = 0) -> tuple[PlatePicture, ...]:
    """The pictures of `folder`/labels.jsonl with their plates; with `limit`, so many of them by `seed`.

    Raises:
        BadInput: the file is missing, empty or has a wrong line, or a picture is missing.
    """
    return read_lines(folder, PlatePicture, limit, seed)


def read_crops(folder: Path, limit: int | None = None, seed: int = 0) -> dict[Path, str]:
    """The text of every crop of `folder`/labels.jsonl, by its picture.

    Raises:
        BadInput: see `read_scenes`; or a picture without exactly one plate with its text.
    """
    wanted: dict[Path, str] = {}
    for picture in read_scenes(folder, limit, seed):
        if len(picture.plates) != 1 or len(picture.texts) != 1:
            raise BadInput(f"{picture.image}: wanted one plate with its text, got {len(picture.plates)} plates")
        wanted[picture.image] = picture.texts[0]
    return wanted


def with_found(pictures: Sequence[PlatePicture], file: Path) -> tuple[PlatePicture, ...]:
    """The pictures with the further plates that a person has seen in them.

    Args:
        pictures: as `read_scenes` gives them.
        file: lines as in labels.jsonl, with the paths of the set; a line for a picture left out by a limit is skipped.

    Raises:
        BadInput: the file cannot be read or has a wrong line.
    """
    further = _further_plates(file)
    return tuple(
        picture.model_copy(update={"plates": picture.plates + _plates_of(picture.image, further)})
        for picture in pictures
    )


def _further_plates(file: Path) -> dict[str, tuple[LabelledPlate, ...]]:
    try:
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        pictures = [PlatePicture.model_validate_json(line) for line in lines]
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise BadInput(f"{file}: wanted lines as in {LABELS_FILE}: {error}") from error
    return {picture.image.as_posix(): picture.plates for picture in pictures}


def _plates_of(image: Path, further: Mapping[str, tuple[LabelledPlate, ...]]) -> tuple[LabelledPlate, ...]:
    ours = [plates for name, plates in further.items() if image.as_posix().endswith(f"/{name}")]
    return tuple(plate for plates in ours for plate in plates)
