"""Real pictures that scenes are built on, from folders with `labels.jsonl`."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from models.training.scenes.panels import SetPlate, mapped
from vision.errors import ConfigurationError
from vision.plate_alphabet import PlateKind
from vision.types import FloatArray, Image

Part = Literal["train", "held-out"]
_Row = tuple[Path, dict[str, Any]]

VEHICLES = frozenset({"car", "truck", "bus", "motorcycle"})
# One picture, or one clip, in so many is held out.
_HELD_OUT_SHARE = 12
_WIDE_PX = 60
"""A vehicle this wide can be looked at from near."""
_KIND_OF_COLOUR: dict[str, PlateKind] = {"blue": "blue", "green": "green", "yellow": "yellow"}


@dataclass(frozen=True, slots=True, eq=False)
class Photograph:
    """A real picture.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        vehicles: (N, 4) float32 boxes; what they hold may be unlabelled plates.
        plates: those labelled.
    """

    image: Image
    vehicles: FloatArray
    plates: tuple[SetPlate, ...]

    def view(self, box: FloatArray, size_wh: tuple[int, int]) -> "Photograph":
        """The part inside `box` (4,), which may reach beyond the picture, at that size."""
        left, top, right, bottom = (float(one) for one in box)
        scale_x, scale_y = size_wh[0] / (right - left), size_wh[1] / (bottom - top)
        transform = np.array([(scale_x, 0, -left * scale_x), (0, scale_y, -top * scale_y), (0, 0, 1)])
        by_centres = transform[:2].copy()
        # cv2 counts from the centre of pixel 0, half a pixel inside the picture.
        by_centres[:, 2] += (0.5 * scale_x - 0.5, 0.5 * scale_y - 0.5)
        flags = cv2.INTER_LINEAR if scale_x > 0.7 else cv2.INTER_AREA
        image = cv2.warpAffine(self.image, by_centres, size_wh, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        vehicles = mapped(self.vehicles.reshape(-1, 2, 2), transform).reshape(-1, 4)
        return Photograph(image, vehicles, tuple(plate.moved(transform) for plate in self.plates))

    def mirrored(self) -> "Photograph":
        """Left and right changed; the labelled plates keep their places but not their texts."""
        width = self.image.shape[1]
        vehicles = self.vehicles.copy()
        vehicles[:, [2, 0]] = width - self.vehicles[:, [0, 2]]
        flip = np.array([(-1.0, 0, width), (0, 1, 0), (0, 0, 1)])
        plates = (plate.moved(flip) for plate in self.plates)
        turned = tuple(SetPlate(plate.corners[[1, 0, 3, 2]], plate.kind, plate.exact) for plate in plates)
        return Photograph(self.image[:, ::-1], vehicles, turned)


class Photographs:
    """Labelled pictures by what they show.

    Args:
        folders: each with `labels.jsonl` and the pictures that it names.
        part: which pictures; those of a clip stay together.

    Raises:
        ConfigurationError: no pictures of that part.
    """

    def __init__(self, folders: Sequence[Path], part: Part) -> None:
        rows = [(folder, row) for folder in folders for row in _rows(folder / "labels.jsonl") if _part(row) == part]
        if not rows:
            raise ConfigurationError(f"wanted pictures of the part {part}, got none")
        self._plain = _by_folder([one for one in rows if "plates" not in one[1]])
        self._with_plates = _by_folder([one for one in rows if one[1].get("plates")])
        self._with_vehicles = _by_folder([one for one in rows if (_widths(_vehicles(one[1])) >= _WIDE_PX).any()])

    def any(self, rng: np.random.Generator) -> Photograph:
        """One without labelled plates."""
        return _read(*_choose(rng, self._plain))

    def with_vehicles(self, rng: np.random.Generator) -> Photograph:
        """One with a large labelled vehicle."""
        return _read(*_choose(rng, self._with_vehicles))

    def with_plates(self, rng: np.random.Generator) -> Photograph:
        """One on which every plate is labelled."""
        return _read(*_choose(rng, self._with_plates))


def _by_folder(rows: list[_Row]) -> list[list[_Row]]:
    return [[row for row in rows if row[0] == folder] for folder in sorted({row[0] for row in rows})]


def _choose(rng: np.random.Generator, folders: list[list[_Row]]) -> _Row:
    """Each folder as often as every other, however many pictures it has."""
    if not folders:
        raise ConfigurationError("wanted pictures without plates, with vehicles and with plates; one sort is missing")
    rows = folders[rng.integers(len(folders))]
    return rows[rng.integers(len(rows))]


def _read(folder: Path, row: dict[str, Any]) -> Photograph:
    path = folder / row["image"]
    image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ConfigurationError(f"{path}: wanted a picture")
    return Photograph(image, _vehicles(row), tuple(_plate(plate) for plate in row.get("plates", ())))


def _plate(label: dict[str, Any]) -> SetPlate:
    kind = _KIND_OF_COLOUR.get(label.get("colour", ""), "latin")
    if "corners" in label:
        return SetPlate(np.array(label["corners"], dtype=np.float32), kind)
    left, top, right, bottom = label["box"]
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=np.float32)
    return SetPlate(corners, kind, exact=False)


def _vehicles(row: dict[str, Any]) -> FloatArray:
    boxes = [one["box"] for one in row.get("objects", ()) if one["label"] in VEHICLES]
    return np.array(boxes, dtype=np.float32).reshape(-1, 4)


def _widths(boxes: FloatArray) -> FloatArray:
    widths: FloatArray = boxes[:, 2] - boxes[:, 0]
    return widths


def _part(row: dict[str, Any]) -> Part:
    origin = str(row.get("clip", row["image"]))
    return "held-out" if zlib.crc32(origin.encode()) % _HELD_OUT_SHARE == 0 else "train"


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, json.JSONDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
