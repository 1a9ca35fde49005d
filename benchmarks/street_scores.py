"""What street detectors find on labelled pictures, and how well that fits the labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import supervision as sv
from numpy.typing import NDArray
from pydantic import JsonValue
from supervision.metrics import MeanAveragePrecision

from benchmarks.labels import read_picture
from benchmarks.options import Progress
from benchmarks.result import Metrics
from benchmarks.street_labels import StreetPicture
from benchmarks.timing import percentiles_ms, timed
from models.street.detector import ObjectDetector
from vision.matching import matched_labels
from vision.street_classes import STREET_CLASSES, VEHICLES
from vision.types import FloatArray

WARM_UPS = 3
FOUND_IOU = 0.5
LEAST_SCORE = 0.01
"""Average precision looks at every object from here on, whatever the shipped threshold is."""


@dataclass(frozen=True, slots=True)
class StreetRun:
    """What one detector made of all pictures, in their order.

    Attributes:
        reported: at the shipped thresholds.
        candidates: from LEAST_SCORE on.
        seconds: of the detector at the shipped thresholds.
    """

    reported: list[sv.Detections] = field(default_factory=list)
    candidates: list[sv.Detections] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def detect_in_turn(
    detectors: Mapping[str, ObjectDetector], pictures: Sequence[StreetPicture], progress: Progress
) -> dict[str, StreetRun]:
    """Every picture by every detector, one after the other, after a few warm-ups on the first.

    Raises:
        NotAnImage: a picture cannot be read.
    """
    runs = {name: StreetRun() for name in detectors}
    for number, picture in enumerate(progress(pictures, "looking at streets")):
        image = read_picture(picture.image)
        for name, detector in detectors.items():
            for _ in range(WARM_UPS if number == 0 else 0):
                detector.detect(image)
            seconds, found = timed(partial(detector.detect, image))
            runs[name].seconds.append(seconds)
            runs[name].reported.append(found)
            runs[name].candidates.append(detector.detect(image, LEAST_SCORE))
    return runs


def street_metrics(run: StreetRun, labels: Sequence[sv.Detections]) -> Metrics:
    """The contract's metrics of one detector; only classes that occur in the labels are scored."""
    labelled = [place for place in range(len(STREET_CLASSES)) if any((_classes(one) == place).any() for one in labels)]
    precisions = average_precisions(run.candidates, labels)
    vehicles = [STREET_CLASSES.index(name) for name in VEHICLES]
    per_class: dict[str, JsonValue] = {
        STREET_CLASSES[place]: {**precisions[place], **precision_and_recall(run.reported, labels, [place])}
        for place in labelled
    }
    any_vehicle: JsonValue = None
    if set(vehicles) & set(labelled):
        any_vehicle = {**precision_and_recall(run.reported, labels, vehicles)}
    return {"per_class": per_class, "any_vehicle": any_vehicle, **percentiles_ms(run.seconds)}


def precision_and_recall(
    reported: Sequence[sv.Detections], labels: Sequence[sv.Detections], classes: Sequence[int]
) -> dict[str, float | None]:
    """Of the classes taken as one: None where nothing was reported, or nothing labelled."""
    said = wanted = right = 0
    for found, labelled in zip(reported, labels, strict=True):
        boxes, confidence = _of_classes(found, classes)
        theirs, _ = _of_classes(labelled, classes)
        matched = matched_labels(boxes, confidence, theirs, FOUND_IOU)
        said, wanted, right = said + len(boxes), wanted + len(theirs), right + int((matched >= 0).sum())
    return {
        "precision": round(right / said, 4) if said else None,
        "recall": round(right / wanted, 4) if wanted else None,
    }


def average_precisions(
    candidates: Sequence[sv.Detections], labels: Sequence[sv.Detections]
) -> dict[int, dict[str, float]]:
    """COCO's `ap50` and `ap` (mean over IoU 0.5 to 0.95) of each class that occurs in the labels."""
    metric = MeanAveragePrecision()
    metric.update(list(candidates), list(labels))
    result = metric.compute()
    scores = dict(zip(result.matched_classes.tolist(), result.ap_per_class, strict=True))
    return {
        place: {"ap50": round(float(row[0]), 4), "ap": round(float(row.mean()), 4)}
        for place, row in scores.items()
        if row[0] >= 0
    }


def _of_classes(found: sv.Detections, classes: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """Boxes (N, 4) and confidence (N,) of the objects of some classes."""
    chosen = np.isin(_classes(found), classes)
    return np.asarray(found.xyxy, np.float32)[chosen], np.asarray(found.confidence, np.float32)[chosen]


def _classes(found: sv.Detections) -> NDArray[np.int64]:
    return np.asarray(found.class_id, np.int64)
