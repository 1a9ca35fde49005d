"""Rendered crops on disk: files of some thousand, so that training begins while later ones are still drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.plates.crops import Crop
from vision.errors import BadArray
from vision.plate_alphabet import ALPHABET, KINDS
from vision.plate_text import MAX_CHARACTERS


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """Crops in the form that training takes.

    Attributes:
        images: (N, 48, 144, 3) uint8 BGR.
        slots: (N, 10) uint8: the class of each character, 0 where the text has ended.
        kinds: (N,) uint8: 0 for no plate.
    """

    images: NDArray[np.uint8]
    slots: NDArray[np.uint8]
    kinds: NDArray[np.uint8]

    def __post_init__(self) -> None:
        if not len(self.images) == len(self.slots) == len(self.kinds):
            raise BadArray(
                f"wanted as many labels as images, got {len(self.images)}, {len(self.slots)}, {len(self.kinds)}"
            )

    @classmethod
    def of(cls, crops: Sequence[Crop]) -> "Shard":
        """The crops as arrays."""
        return cls(
            np.stack([crop.image for crop in crops]),
            np.stack([slots_of(crop.text) for crop in crops]),
            np.array([KINDS.index(crop.kind) + 1 if crop.kind else 0 for crop in crops], np.uint8),
        )

    def save(self, path: Path) -> None:
        """Write it; the file appears under its name only when it is whole."""
        part = path.with_suffix(".part.npz")
        np.savez(part, images=self.images, slots=self.slots, kinds=self.kinds)
        part.rename(path)


def read_shards(folder: Path, skip: frozenset[str] = frozenset()) -> Iterator[tuple[str, Shard]]:
    """The whole shards of a folder in order of their names, but for those whose names are in `skip`."""
    for path in sorted(folder.glob("*.npz")):
        if path.name not in skip and not path.name.endswith(".part.npz"):
            with np.load(path) as arrays:
                yield path.name, Shard(arrays["images"], arrays["slots"], arrays["kinds"])


def slots_of(text: str) -> NDArray[np.uint8]:
    """(10,) uint8 classes.

    Raises:
        BadArray: a text that is too long, or a character that no plate bears.
    """
    unknown = sorted(set(text) - set(ALPHABET))
    if len(text) > MAX_CHARACTERS or unknown:
        raise BadArray(
            f"wanted at most {MAX_CHARACTERS} characters of the alphabet, got {len(text)}, unknown: {unknown}"
        )
    classes = [ALPHABET.index(character) + 1 for character in text]
    return np.array(classes + [0] * (MAX_CHARACTERS - len(text)), np.uint8)
