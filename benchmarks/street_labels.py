"""Labelled street pictures."""

from pathlib import Path

import numpy as np
import supervision as sv
from pydantic import BaseModel, ConfigDict

from benchmarks.labels import PictureLine, read_lines
from models.street.detector import street_detections
from vision.street_classes import STREET_CLASSES, StreetClass


class LabelledObject(BaseModel):
    """One object: its class and [x1, y1, x2, y2] pixels."""

    model_config = ConfigDict(frozen=True)

    label: StreetClass
    box: tuple[float, float, float, float]


class StreetPicture(PictureLine):
    """A picture and its objects; none where nothing is to be seen."""

    objects: tuple[LabelledObject, ...]

    @property
    def labels(self) -> sv.Detections:
        """The objects as a perfect detector would report them."""
        return street_detections(
            np.array([one.box for one in self.objects], np.float32),
            np.ones(len(self.objects), np.float32),
            np.array([STREET_CLASSES.index(one.label) for one in self.objects], np.int64),
        )


def read_street(folder: Path, limit: int | None = None, seed: int = 0) -> tuple[StreetPicture, ...]:
    """The pictures of `folder`/labels.jsonl with their objects; see `read_lines`.

    Raises:
        BadInput: the file is missing, empty or has a wrong line or an unknown label, or a picture is missing.
    """
    return read_lines(folder, StreetPicture, limit, seed)
