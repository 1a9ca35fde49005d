"""Real crops with their texts, as shards; some are set aside to choose between checkpoints."""

import json
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.plates.crops import CROP_WH, Crop
from models.training.plates.shards import Shard
from vision.errors import ConfigurationError
from vision.plate_alphabet import ALPHABET, PlateKind
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


def first_character_prior(shard: Shard, chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """(1 + len(ALPHABET),) how likely each first character is among crops drawn with these chances; never zero."""
    counted = np.bincount(shard.slots[:, 0], weights=chances, minlength=len(ALPHABET) + 1)
    # Characters that no crop begins with count as half as likely as the rarest that one does.
    floor = counted[counted > 0].min() / 2
    prior: NDArray[np.float64] = np.maximum(counted, floor)
    shares: NDArray[np.float64] = prior / prior.sum()
    return shares


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
