"""The sets' pictures: read, freed of copies, and split by clip, source and likeness."""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.street.likeness import fingerprint, first_of_copies, groups
from models.training.street.sets import LABELLED, known_classes
from vision.errors import ConfigurationError, NotAnImage
from vision.street_classes import STREET_CLASSES
from vision.types import FloatArray, Image

LABELS_FILE = "labels.jsonl"
COPY_BITS = 2
"""Pictures that differ in at most so many of 64 bits are one picture: copies with noise, neighbours in a clip."""
GROUP_BITS = 10
"""Pictures that differ in at most so many may show one place: all learn, or all are held out."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """One labelled picture.

    Attributes:
        set_name: the set that it belongs to.
        path: its file.
        key: the clip that it is a frame of; empty: of none that is known.
        boxes: (N, 4) pixels.
        classes: (N,) places in STREET_CLASSES.
    """

    set_name: str
    path: Path
    key: str
    boxes: FloatArray
    classes: NDArray[np.int64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """(classes,) see `known_classes`."""
        return known_classes(self.set_name)

    def image(self) -> Image:
        """(H, W, 3) uint8 BGR.

        Raises:
            NotAnImage: it cannot be read.
        """
        image: Image | None = cv2.imread(str(self.path))
        if image is None:
            raise NotAnImage(f"{self.path}: wanted a picture, got none")
        return image


def read_set(folder: Path) -> list[Photo]:
    """The pictures of a folder that is named after its set.

    Raises:
        ConfigurationError: another name, no labels, or a label of a class that the set is not said to label.
    """
    known_classes(folder.name)
    try:
        lines = (folder / LABELS_FILE).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigurationError(f"{folder}: wanted {LABELS_FILE}: {error.strerror}") from error
    return [_photo(folder, json.loads(line)) for line in lines if line.strip()]


def read_sets(folder: Path) -> list[Photo]:
    """The pictures of all sets whose folders lie there. Raises: see `read_set`."""
    return [photo for name in LABELLED if (folder / name).is_dir() for photo in read_set(folder / name)]


def split(photos: Sequence[Photo], share: float, seed: int) -> tuple[list[Photo], list[Photo]]:
    """Pictures to learn from and pictures held out, without copies; no clip, place or likeness is on both sides.

    Args:
        photos: of one or more sets; each is split by itself.
        share: of a set's pictures that is held out, as nearly as its groups allow.
        seed: of the choice.
    """
    prints = np.array([fingerprint(photo.image()) for photo in photos], np.uint64).reshape(-1, 2)
    numbers = groups(prints, [photo.key for photo in photos], GROUP_BITS)
    single = first_of_copies(prints, COPY_BITS)
    kept = [(photo, int(number)) for photo, number, one in zip(photos, numbers, single, strict=True) if one]
    held: set[int] = set()
    for name in dict.fromkeys(photo.set_name for photo, _ in kept):
        held |= _held_out([number for photo, number in kept if photo.set_name == name], share, seed)
    return [photo for photo, number in kept if number not in held], [photo for photo, number in kept if number in held]


def write_sets(photos: Iterable[Photo], folder: Path) -> None:
    """The pictures as folders of labels, one a set, that benchmarks and `read_set` read; no picture is copied."""
    lines: dict[str, list[str]] = defaultdict(list)
    for photo in photos:
        objects = [
            {"label": STREET_CLASSES[place], "box": [round(float(edge), 1) for edge in box]}
            for box, place in zip(photo.boxes, photo.classes, strict=True)
        ]
        line = {"image": str(photo.path.resolve()), "objects": objects}
        lines[photo.set_name].append(json.dumps(line | ({"clip": photo.key} if photo.key else {})))
    for name, written in lines.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / LABELS_FILE).write_text("\n".join(written) + "\n", encoding="utf-8")


def _photo(folder: Path, line: dict[str, Any]) -> Photo:
    labels = [one["label"] for one in line["objects"]]
    strange = sorted(set(labels) - set(LABELLED[folder.name]))
    if strange:
        raise ConfigurationError(f"{folder}: wanted labels {', '.join(LABELLED[folder.name])}, got {strange}")
    return Photo(
        folder.name,
        folder / line["image"],
        line.get("clip", ""),
        np.array([one["box"] for one in line["objects"]], np.float32).reshape(-1, 4),
        np.array([STREET_CLASSES.index(label) for label in labels], np.int64),
    )


def _held_out(numbers: list[int], share: float, seed: int) -> set[int]:
    """Whole groups, drawn by chance, that together are about `share`; a group that would be too much is passed over."""
    sizes = {number: numbers.count(number) for number in dict.fromkeys(numbers)}
    wanted = share * len(numbers)
    held: set[int] = set()
    total = 0
    for number in random.Random(seed).sample(list(sizes), len(sizes)):  # noqa: S311 - a choice, no secret
        if total + sizes[number] <= wanted * 1.1:
            held.add(number)
            total += sizes[number]
    return held
