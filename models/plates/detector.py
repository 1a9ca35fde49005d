"""Plates by one small network: boxes, four corners, one line or two."""

from dataclasses import dataclass

import numpy as np
import supervision as sv

from models.faces.detector import NetworkSession
from models.manifest import ModelSpec
from vision.errors import ConfigurationError, ModelContractError
from vision.plate_detection import LAYOUTS, STRIDES, PlateLevel, decode_plates, enclosing_boxes, plate_detections
from vision.preprocess import letterbox, to_tensor
from vision.types import FloatArray, Image, check_image

LONGEST_SIDE = 640
"""Of the picture as the network sees it."""
MOST_ENLARGED = 1.5
"""Small pictures are shown at most so much larger: blown up, a plate looks like none."""
CLOSE_WH = (192, 128)
CLOSE_PLATE_PX = 96
"""Each plate is looked at once more, from so near: its corners are then much closer to the truth."""
LEAST_FIRST_SCORE, LEAST_SECOND_SCORE = 0.25, 0.15
LIKELY_SCORE = 0.35
SAME_PLATE = 0.3
"""Intersection over union from which on both looks see the same plate."""
FEWEST_LOOKS, MOST_LOOKS = 2, 6
"""What is likely is looked at again; what is less so only while there is little else."""
BORDER_GREY = 114
DEFAULT_MIN_SCORE = 0.4
DEFAULT_MAX_OVERLAP = 0.3
_WHITE = (255.0, 255.0, 255.0)


class PlateDetector:
    """A detecting network of family plate-corners, which looks at the whole picture and then at each plate from near.

    Args:
        session: one (1, 3, H, W) input, BGR 0..1, of free height and width; for each stride of STRIDES the outputs
            `scores` (1, layouts, h, w) and `corners` (1, 8, h, w), as `vision.plate_detection.PlateLevel` has them.
        spec: its `thresholds.score`: plates of which both looks together are less sure are dropped (0.4);
            `thresholds.overlap`: of two plates with a greater intersection over union the weaker is dropped (0.3).

    Raises:
        ConfigurationError: another family.
        ModelContractError: the network's input or outputs are not the family's.

    Source: trained for Citygate by `models.training`; see models/weights/plate-detector.md.
    """

    def __init__(self, session: NetworkSession, spec: ModelSpec) -> None:
        if spec.family != "plate-corners":
            raise ConfigurationError(f"{spec.id}: wanted a plate detector, got family {spec.family}")
        _check_network(session, spec.id)
        self._session = session
        self._min_score = spec.thresholds.get("score", DEFAULT_MIN_SCORE)
        self._max_overlap = spec.thresholds.get("overlap", DEFAULT_MAX_OVERLAP)
        self.model_id = spec.id

    def detect(self, image: Image) -> sv.Detections:
        """The plates of an (H, W, 3) uint8 BGR picture, best first.

        xyxy is float32 source pixels and may reach beyond the picture's border, class_id indexes LAYOUTS, and
        `data["landmarks"]` (N, 4, 2) float32 holds top-left, top-right, bottom-right, bottom-left corner as the plate
        is read. No plate is N = 0, with every array present.

        Raises:
            BadArray: not such a picture.
        """
        check_image(image)
        first = self._look(image, canvas_size(image.shape[1], image.shape[0]), LEAST_FIRST_SCORE)
        likely = int((np.asarray(first.confidence) >= LIKELY_SCORE).sum())
        looks = min(len(first), max(FEWEST_LOOKS, min(likely, MOST_LOOKS)))
        again = (self._look_again(image, first, number) for number in range(looks))
        sure = [look for look in again if look is not None and look.confidence >= self._min_score]
        sure.sort(key=lambda look: -look.confidence)
        plates = plate_detections(
            np.array([look.corners for look in sure], np.float32),
            np.array([look.confidence for look in sure], np.float32),
            np.array([look.layout for look in sure], np.int64),
        )
        return plates.with_nms(self._max_overlap, class_agnostic=True) if sure else plates

    def _look(self, image: Image, size_wh: tuple[int, int], min_score: float) -> sv.Detections:
        """The plates that the network sees in the picture at that size, in pixels of the picture."""
        canvas, placement = letterbox(image, size_wh, quick=True)
        outputs = self._session.run(to_tensor(canvas, channels="bgr", std=_WHITE))
        levels = [
            PlateLevel(stride, outputs[2 * index][0], outputs[2 * index + 1][0]) for index, stride in enumerate(STRIDES)
        ]
        plates = decode_plates(levels, min_score, self._max_overlap)
        corners = placement.to_source(np.asarray(plates.data["landmarks"]))
        return plate_detections(corners, np.asarray(plates.confidence), np.asarray(plates.class_id))

    def _look_again(self, image: Image, first: sv.Detections, number: int) -> "_Look | None":
        """One plate of a first look, seen from near: with better corners, and as sure as both looks together."""
        part, offset = close_up(image, first.data["landmarks"][number])
        plates = self._look(part, CLOSE_WH, LEAST_SECOND_SCORE)
        corners, confidence = np.asarray(plates.data["landmarks"]) + offset, np.asarray(plates.confidence)
        overlaps = sv.box_iou_batch(first.xyxy[number : number + 1], enclosing_boxes(corners))[0]
        if not len(corners) or overlaps.max() < SAME_PLATE:
            return None
        best = int((overlaps * confidence).argmax())
        both = float(np.sqrt(confidence[best] * np.asarray(first.confidence)[number]))
        return _Look(corners[best], both, int(np.asarray(plates.class_id)[best]))


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A plate as it was seen from near: corners (4, 2) pixels of the picture, confidence, index into LAYOUTS."""

    corners: FloatArray
    confidence: float
    layout: int


def canvas_size(width: int, height: int) -> tuple[int, int]:
    """Width and height at which a picture of that size is looked at: multiples of the coarsest stride."""
    scale = min(LONGEST_SIDE / max(width, height), MOST_ENLARGED)
    across, down = (max(1, -(-round(side * scale) // STRIDES[-1])) * STRIDES[-1] for side in (width, height))
    return across, down


def close_up(image: Image, corners: FloatArray) -> tuple[Image, FloatArray]:
    """The part of a picture in which a plate is CLOSE_PLATE_PX of CLOSE_WH wide, and its top-left corner (2,).

    Beyond the picture's border it is grey, as a letterbox is.
    """
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    length = max(float(np.hypot(*across)), 2 * float(np.hypot(*down)), 1.0)
    low, high = corners.min(axis=0), corners.max(axis=0)
    half = np.array(CLOSE_WH) * (length / CLOSE_PLATE_PX / 2)
    left, top = np.floor((low + high) / 2 - half).astype(int)
    right, bottom = np.ceil((low + high) / 2 + half).astype(int)
    inside = image[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    part = np.full((bottom - top, right - left, 3), BORDER_GREY, dtype=np.uint8)
    part[max(-top, 0) :, max(-left, 0) :][: inside.shape[0], : inside.shape[1]] = inside
    return part, np.array([left, top], dtype=np.float32)


def _check_network(session: NetworkSession, model_id: str) -> None:
    inputs = [spec.shape for spec in session.network.inputs]
    if inputs != [(1, 3, 0, 0)]:
        raise ModelContractError(f"{model_id}: wanted one input (1, 3, 0, 0), got {inputs}")
    channels = [spec.shape[:2] for spec in session.network.outputs]
    if channels != [(1, len(LAYOUTS)), (1, 8)] * len(STRIDES):
        raise ModelContractError(f"{model_id}: wanted scores and corners of strides {STRIDES}, got {channels}")
