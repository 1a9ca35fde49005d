"""What the detector takes for objects in training photos, right or wrong: the verifier learns to tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from models.street.detector import ObjectDetector, joined
from models.training.street.listing import Photo
from vision.crops import mirrored
from vision.errors import ConfigurationError
from vision.types import FloatArray, Image

# What is less sure is never reported, whatever the verifier says.
LOWEST_SCORE = 0.08
_MOST = 60
_KEPT = ("boxes", "scores", "classes")


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """One photo with what a detector proposes there.

    Attributes:
        photo: with its labels.
        boxes: (N, 4) pixels.
        scores: (N,) 0..1, as sure as the detector is.
        classes: (N,) places in STREET_CLASSES.
    """

    photo: Photo
    boxes: FloatArray
    scores: FloatArray
    classes: NDArray[np.int64]


def propose(detector: ObjectDetector, photos: Iterable[Photo]) -> list[Proposed]:
    """The detector's objects in each photo and in its mirror picture."""
    return [_proposed(detector, photo) for photo in photos]


def write_proposals(proposed: Sequence[Proposed], path: Path) -> None:
    """Keep proposals, by the order of their photos."""
    boxes, scores, classes = (np.concatenate([getattr(one, name) for one in proposed]) for name in _KEPT)
    counts = np.array([len(one.boxes) for one in proposed])
    np.savez(path, counts=counts, boxes=boxes, scores=scores, classes=classes)


def read_proposals(photos: Sequence[Photo], path: Path) -> list[Proposed]:
    """What `write_proposals` kept for these photos.

    Raises:
        ConfigurationError: it was written for other photos.
    """
    with np.load(path) as kept:
        counts, parts = kept["counts"], [kept[name] for name in _KEPT]
    if len(counts) != len(photos):
        raise ConfigurationError(f"{path}: wanted proposals for {len(photos)} photos, got {len(counts)}")
    ends = np.cumsum(counts)[:-1]
    return [Proposed(*each) for each in zip(photos, *(np.split(part, ends) for part in parts), strict=True)]


def _proposed(detector: ObjectDetector, photo: Photo) -> Proposed:
    image = photo.image()
    turned: Image = np.ascontiguousarray(image[:, ::-1])
    looks = [cast("sv.Detections", detector.detect(one, LOWEST_SCORE)[:_MOST]) for one in (image, turned)]
    looks[1].xyxy = mirrored(np.asarray(looks[1].xyxy, np.float32), image.shape[1])
    both = joined(looks)
    return Proposed(photo, np.asarray(both.xyxy), np.asarray(both.confidence), np.asarray(both.class_id))
