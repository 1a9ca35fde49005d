"""A second look, from near, at what a street detector is not sure of."""

from typing import cast

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from models.faces.detector import NetworkSession
from models.manifest import ModelSpec, Network
from models.street.detector import (
    DEFAULT_MAX_OVERLAP,
    ObjectDetector,
    best_of,
    class_thresholds,
    competing,
    inside,
    joined,
    least_scores,
    street_detections,
)
from vision.crops import crops, halvings, moved, resized
from vision.errors import ModelContractError
from vision.street_classes import STREET_CLASSES
from vision.types import FloatArray, Image

SIDE = 48
"""Of a view, in pixels."""
CONTEXT = 1.5
"""A view shows so many times the box's width and height: what stands around an object tells what it is."""
MOST_VIEWS = 12
"""Of one picture: its time shall not grow with what is on it."""
# Verified boxes lie closer: two that overlap so much show one thing.
_ONE_THING = 0.5


class Verifier:
    """A small network that looks at single boxes.

    Args:
        session: inputs (N, 3, SIDE, SIDE) as `close_views` makes them and (N, classes) as `said_of` does; outputs
            (N, classes) probabilities that the box holds an object of the class in STREET_CLASSES, and (N, 4) how far
            the object's edges are from the box's, in its widths and heights.

    Raises:
        ModelContractError: the network is no such one.

    Source: trained for Citygate by `models.training.verifier`; a second stage as in Girshick et al., "Rich feature
    hierarchies for accurate object detection and semantic segmentation", 2014.
    """

    def __init__(self, session: NetworkSession) -> None:
        _check(session.network)
        self._session = session

    def verified(self, image: Image, found: sv.Detections) -> sv.Detections:
        """What a detector found in an (H, W, 3) uint8 BGR picture, where and as what the verifier sees it.

        Of classes that exclude each other it names the surest; the confidence is the geometric mean of both networks'.
        """
        if not len(found):
            return found
        xyxy, confidence = np.asarray(found.xyxy, np.float32), np.asarray(found.confidence, np.float32)
        classes = np.asarray(found.class_id)
        scores, offsets = self._session.run(close_views(image, xyxy), said_of(confidence, classes))
        rivals = np.where(competing(classes, np.arange(len(STREET_CLASSES))), scores, 0.0)
        both = np.sqrt(confidence * rivals.max(axis=1))
        return street_detections(inside(moved(xyxy, offsets), image), both, rivals.argmax(axis=1))


class VerifiedDetector:
    """A street detector that takes a second look, from near, at what it is not sure of.

    Args:
        detector: looks at the whole picture.
        verifier: looks at single boxes.
        spec: the detector's; besides its own thresholds, from `thresholds.unsure` (0.2) to `thresholds.sure` (0.65)
            the verifier is asked about the classes of `street.verified`.

    Raises:
        ConfigurationError: a threshold for no class.
    """

    def __init__(self, detector: ObjectDetector, verifier: Verifier, spec: ModelSpec) -> None:
        self._detector = detector
        self._verifier = verifier
        self._min_scores = class_thresholds(spec)
        self._verified = np.isin(STREET_CLASSES, spec.street.verified if spec.street else ())
        self._unsure = spec.thresholds.get("unsure", 0.2)
        self._sure = spec.thresholds.get("sure", 0.65)
        self.max_overlap = spec.thresholds.get("overlap", DEFAULT_MAX_OVERLAP)
        self.model_id = spec.id

    def detect(self, image: Image, min_score: float | None = None) -> sv.Detections:
        """The objects, best first; see `ObjectDetector.detect`."""
        least = least_scores(self._min_scores, min_score)
        found = self._detector.detect(image, min(self._unsure, float(least.min())))
        doubtful = self._doubtful(found)
        again = self._verifier.verified(image, cast("sv.Detections", found[doubtful]))
        rest = np.setdiff1d(np.arange(len(found)), doubtful)
        every = joined([again, cast("sv.Detections", found[rest])])
        kept = np.asarray(every.confidence) >= least[np.asarray(every.class_id)]
        return best_of(cast("sv.Detections", every[kept]), _ONE_THING)

    def _doubtful(self, found: sv.Detections) -> NDArray[np.intp]:
        """Which ones are worth a second look: the most doubtful, where there are many."""
        confidence, classes = np.asarray(found.confidence), np.asarray(found.class_id)
        rows = np.flatnonzero((confidence >= self._unsure) & (confidence < self._sure) & self._verified[classes])
        distance = np.abs(confidence[rows] - np.sqrt(self._unsure * self._sure))
        return rows[np.argsort(distance, kind="stable")[:MOST_VIEWS]]


def close_views(image: Image, xyxy: FloatArray) -> FloatArray:
    """(N, 3, SIDE, SIDE) float32 -1..1, blue first: each box of a BGR picture with what stands around it, distorted to
    a square."""
    views = crops(halvings(image, SIDE), resized(xyxy, CONTEXT), SIDE)
    return np.ascontiguousarray(views[:, ::-1] / np.float32(127.5) - np.float32(1))


def said_of(confidence: NDArray[np.floating], class_id: NDArray[np.integer]) -> FloatArray:
    """(N, classes) the detector's score at its class, 0 elsewhere."""
    said = np.zeros((len(confidence), len(STREET_CLASSES)), np.float32)
    said[np.arange(len(confidence)), class_id] = confidence
    return said


def _check(network: Network) -> None:
    shapes = [spec.shape for spec in (*network.inputs, *network.outputs)]
    classes = len(STREET_CLASSES)
    wanted = [(0, 3, SIDE, SIDE), (0, classes), (0, classes), (0, 4)]
    if shapes != wanted:
        raise ModelContractError(f"{network.name}: wanted shapes {wanted}, got {shapes}")
