"""People, vehicles and what litters or endangers a street, by any network of a family with a head."""

from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from models.faces.detector import NetworkSession
from models.manifest import ModelSpec
from models.street.classes import class_places
from models.street.heads import HEADS
from vision.errors import ConfigurationError
from vision.preprocess import letterbox, to_tensor
from vision.street_classes import STREET_CLASSES, VEHICLES
from vision.street_detection import kept_boxes, voted_boxes
from vision.types import FloatArray, Image, check_image

DEFAULT_MIN_SCORE = 0.25
DEFAULT_MAX_OVERLAP = 0.55
# What is less sure hardly moves a box, and there is much of it.
_VOTER_SCORE = 0.1
_THRESHOLDS = ("score", "overlap", "vote", "unsure", "sure")
# A car that is also a truck would be two tracks: vehicles compete with each other, all else with its own class.
_GROUPS = np.array(
    [STREET_CLASSES.index("bicycle") if name in VEHICLES else i for i, name in enumerate(STREET_CLASSES)]
)


class ObjectDetector(Protocol):
    """Finds what STREET_CLASSES names."""

    def detect(self, image: Image, min_score: float | None = None) -> sv.Detections:
        """The objects of an (H, W, 3) uint8 BGR picture, best first.

        xyxy is float32 source pixels inside the picture, class_id indexes STREET_CLASSES and `data["class_name"]` says
        the same in words. An empty street is N = 0, with every array present.

        Args:
            min_score: of every class; None: the thresholds of the manifest.

        Raises:
            BadArray: not such a picture.
        """
        ...


class StreetDetector:
    """A detecting network whose classes are mapped to ours.

    Args:
        session: one (1, 3, H, W) input, prepared as the entry's `preprocessing` says; outputs of its family's head.
        spec: its `street` table maps the classes; its `thresholds.score` holds for every class (0.25) but for those
            named there themselves; `thresholds.overlap`: of two objects with a greater intersection over union, both
            of one class or both vehicles, the weaker is dropped (0.55); `thresholds.vote`: boxes that
            overlap a kept one so much move it (without it, none does).

    Raises:
        ConfigurationError: another task or family, a threshold for no class.
        ModelContractError: the network is not the family's, or has other classes than the entry says.
    """

    def __init__(self, session: NetworkSession, spec: ModelSpec) -> None:
        if spec.family not in HEADS or spec.street is None:
            raise ConfigurationError(f"{spec.id}: wanted a street detector, got family {spec.family}")
        self._session = session
        self._head = HEADS[spec.family]
        self._preprocessing = spec.preprocessing
        self._places = class_places(spec.street, self._head.classes(session.network), spec.id)
        self._min_scores = class_thresholds(spec)
        self.max_overlap = spec.thresholds.get("overlap", DEFAULT_MAX_OVERLAP)
        self._vote = spec.thresholds.get("vote")
        self.model_id = spec.id

    def detect(self, image: Image, min_score: float | None = None) -> sv.Detections:
        """The objects, best first; see `ObjectDetector.detect`."""
        check_image(image)
        least = least_scores(self._min_scores, min_score)
        head = self._head
        size_wh = head.canvas(self._session.network, (image.shape[1], image.shape[0]))
        canvas, placement = letterbox(image, size_wh, fill=head.fill, centred=head.centred, quick=head.quick)
        prepared = self._preprocessing
        outputs = self._session.run(to_tensor(canvas, channels=prepared.channels, mean=prepared.mean, std=prepared.std))
        lowest = float(least.min()) if self._vote is None else min(float(least.min()), _VOTER_SCORE)
        found = head.decode(outputs, size_wh, lowest)
        xyxy = placement.to_source(np.asarray(found.xyxy).reshape(-1, 2, 2)).reshape(-1, 4)
        places = self._places[np.asarray(found.class_id)]
        confidence = np.asarray(found.confidence)
        known = places >= 0
        every = street_detections(inside(xyxy[known], image), confidence[known], places[known])
        sure = np.asarray(every.confidence) >= least[np.asarray(every.class_id)]
        best = best_of(cast("sv.Detections", every[sure]), self.max_overlap)
        if self._vote is not None:
            rivals = competing(np.asarray(best.class_id), np.asarray(every.class_id))
            best.xyxy = voted_boxes(best, every, rivals, self._vote)
        return best


def street_detections(xyxy: FloatArray, confidence: FloatArray, places: NDArray[np.integer]) -> sv.Detections:
    """Objects as detections with their names; with no object every array is there and empty."""
    class_id = places.reshape(-1).astype(np.int64)
    return sv.Detections(
        xyxy=xyxy.reshape(-1, 4).astype(np.float32),
        confidence=confidence.reshape(-1).astype(np.float32),
        class_id=class_id,
        data={"class_name": np.array(STREET_CLASSES)[class_id]},
    )


def best_of(found: sv.Detections, max_overlap: float) -> sv.Detections:
    """Objects, best first, each once: of two vehicles, or two objects of one class, that overlap more, the better."""
    classes = np.asarray(found.class_id)
    kept = kept_boxes(found, _GROUPS[classes], max_overlap)
    xyxy = np.asarray(found.xyxy, np.float32)
    return street_detections(xyxy[kept], np.asarray(found.confidence)[kept], classes[kept])


def competing(ones: NDArray[np.integer], others: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(K, N): whether objects of these classes (K,) and (N,) exclude each other: both of one, or both vehicles."""
    same: NDArray[np.bool_] = _GROUPS[ones][:, None] == _GROUPS[others]
    return same


def joined(parts: Sequence[sv.Detections]) -> sv.Detections:
    """The objects of all parts as one."""
    return street_detections(
        np.concatenate([part.xyxy for part in parts]),
        np.concatenate([np.asarray(part.confidence) for part in parts]),
        np.concatenate([np.asarray(part.class_id) for part in parts]),
    )


def class_thresholds(spec: ModelSpec) -> FloatArray:
    """(classes,) the score from which on an object of each class is reported.

    Raises:
        ConfigurationError: a threshold that is neither one of a detector's nor of a class.
    """
    unknown = sorted(set(spec.thresholds) - {*_THRESHOLDS, *STREET_CLASSES})
    if unknown:
        raise ConfigurationError(
            f"{spec.id}: wanted thresholds {', '.join(_THRESHOLDS)} or of a class, got {', '.join(unknown)}"
        )
    common = spec.thresholds.get("score", DEFAULT_MIN_SCORE)
    return np.array([spec.thresholds.get(name, common) for name in STREET_CLASSES], np.float32)


def least_scores(thresholds: FloatArray, min_score: float | None) -> FloatArray:
    """(classes,) from which score on an object is reported: `min_score` for every class, where it is asked for."""
    return thresholds if min_score is None else np.full_like(thresholds, min_score)


def inside(xyxy: FloatArray, image: Image) -> FloatArray:
    """Boxes cut off at the picture's border."""
    height, width = image.shape[:2]
    cut: FloatArray = np.clip(xyxy, 0, np.array([width, height, width, height], np.float32))
    return cut
