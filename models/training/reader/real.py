"""Real crops with their texts, as shards; some are set aside to choose between checkpoints."""

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.plates.crops import CROP_WH, Crop
from models.training.plates.shards import Shard
from vision.errors import ConfigurationError
from vision.plate_alphabet import ALPHABET, PROVINCES, PlateKind
from vision.types import Image

_KINDS: dict[str, PlateKind] = {"blue": "blue", "yellow": "yellow", "green": "green"}
HELD_OUT_OF = 12
"""One crop of so many is held out."""


def read_real(folder: Path) -> tuple[Shard, Shard]:
    """The crops to train on and those held out, of a folder with `labels.jsonl`: one plate with its colour a picture.

    Raises:
        ConfigurationError: a picture that cannot be read, or a colour whose kind is not known.
    """
    lines = (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    crops = [_crop(folder, json.loads(line)) for line in lines]
    held = [number % HELD_OUT_OF == 0 for number in range(len(crops))]
    training = [crop for crop, out in zip(crops, held, strict=True) if not out]
    return Shard.of(training), Shard.of([crop for crop, out in zip(crops, held, strict=True) if out])


def province_prior(shard: Shard, chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """(1 + len(ALPHABET),) logarithms of how much likelier than even each province is among crops drawn so; else 0."""
    provinces = [ALPHABET.index(province) + 1 for province in PROVINCES]
    counted = np.bincount(shard.slots[:, 0], weights=chances, minlength=len(ALPHABET) + 1)[provinces]
    # Provinces that no crop bears count as half as likely as the rarest that one does.
    shares = np.maximum(counted, counted[counted > 0].min() / 2)
    prior = np.zeros(len(ALPHABET) + 1)
    prior[provinces] = np.log(shares / shares.mean())
    return prior


def rarity(shard: Shard) -> NDArray[np.float64]:
    """(N,) chances, of sum 1: rare first characters come more often than their share."""
    counts = np.bincount(shard.slots[:, 0], minlength=256)
    weights = 1 / np.sqrt(counts[shard.slots[:, 0]])
    chances: NDArray[np.float64] = weights / weights.sum()
    return chances


def _crop(folder: Path, label: dict[str, object]) -> Crop:
    plates = label["plates"]
    if not isinstance(plates, list) or len(plates) != 1 or plates[0].get("colour") not in _KINDS:
        raise ConfigurationError(f"{label['image']}: wanted one plate, blue, yellow or green; got {plates}")
    image: Image | None = cv2.imread(str(folder / str(label["image"])))
    if image is None:
        raise ConfigurationError(f"{label['image']}: wanted a picture")
    return Crop(
        cv2.resize(image, CROP_WH, interpolation=cv2.INTER_AREA), plates[0]["text"], _KINDS[plates[0]["colour"]]
    )
