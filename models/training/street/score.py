"""How well a detector does on held-out photos, by set and class, and the thresholds that follow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from models.training.street.listing import Photo
from models.training.street.sets import LABELLED
from vision.matching import matched_labels
from vision.street_classes import STREET_CLASSES, StreetClass
from vision.types import FloatArray, Image

FOUND_IOU = 0.5
_STEPS = np.arange(0.05, 0.96, 0.01)


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What a detector said about one class of one set.

    Attributes:
        wanted: labelled objects.
        confidence: (N,) of what was found, best first.
        right: (N,) whether it found an object of its own.
    """

    wanted: int
    confidence: FloatArray
    right: NDArray[np.bool_]

    def precision(self, threshold: float) -> float:
        """The share of what is reported from that confidence on that is right; 1 where nothing is."""
        said = self.confidence >= threshold
        return float(self.right[said].mean()) if said.any() else 1.0

    def recall(self, threshold: float) -> float:
        """The share of objects found at that confidence."""
        return float((self.right & (self.confidence >= threshold)).sum() / max(1, self.wanted))

    @property
    def average_precision(self) -> float:
        """The area under precision over recall, precision taken as the best at that recall or a higher one."""
        hits = np.cumsum(self.right)
        precisions = hits / np.arange(1, len(hits) + 1)
        best = np.maximum.accumulate(precisions[::-1])[::-1]
        return float(best[self.right].sum() / max(1, self.wanted))

    def threshold(self) -> float:
        """The confidence with the highest harmonic mean of precision and recall, in steps of 0.01."""
        pairs = [(self.precision(step), self.recall(step)) for step in _STEPS]
        means = [2 * one * other / (one + other) if one + other else 0.0 for one, other in pairs]
        return round(float(_STEPS[int(np.argmax(means))]), 2)


def score(detect: Callable[[Image], sv.Detections], photos: Sequence[Photo]) -> dict[tuple[str, StreetClass], Findings]:
    """A detector's findings by set and class; its own threshold bounds what can be seen here from below."""
    found = [(photo, detect(photo.image())) for photo in photos]
    names = dict.fromkeys(photo.set_name for photo in photos)
    return {
        (name, label): _findings([(photo, one) for photo, one in found if photo.set_name == name], label)
        for name in names
        for label in LABELLED[name]
    }


def _findings(found: Sequence[tuple[Photo, sv.Detections]], label: StreetClass) -> Findings:
    place = STREET_CLASSES.index(label)
    wanted = 0
    confidences, rights = [np.empty(0, np.float32)], [np.empty(0, np.bool_)]
    for photo, detections in found:
        labels = photo.boxes[photo.classes == place]
        said = np.asarray(detections.class_id) == place
        confidence = np.asarray(detections.confidence, np.float32)[said]
        boxes = np.asarray(detections.xyxy, np.float32)[said]
        wanted += len(labels)
        confidences.append(confidence)
        rights.append(matched_labels(boxes, confidence, labels, FOUND_IOU) >= 0)
    confidence, right = np.concatenate(confidences), np.concatenate(rights)
    order = np.argsort(-confidence, kind="stable")
    return Findings(wanted, confidence[order], right[order])
