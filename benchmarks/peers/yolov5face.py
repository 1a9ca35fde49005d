"""The public YOLOv5-face detector of Chinese plates, and with the CRNN reader behind it the public scene path."""

from dataclasses import dataclass

import cv2
import numpy as np
import supervision as sv

from benchmarks.peers.crnn import CrnnReader
from benchmarks.peers.ctc import CtcText
from benchmarks.peers.public_weights import PublicNetwork
from models.session import Session
from vision.preprocess import letterbox, to_tensor
from vision.types import FloatArray, Image

YOLOV5_FACE = PublicNetwork(
    "plate_yolov5face_cn_640.onnx",
    "472ec204f4866824287cb4093cf11e5b6ef355a35447f3969120288dd01b0161",
    ("input", (1, 3, 640, 640)),
    (("output", (1, 25200, 15)),),
)
SIZE_WH = (640, 640)
# The publishers' own cut-offs.
LEAST_SCORE = 0.3
NMS_IOU = 0.5
DOUBLE_LINE = 1
UPPER_LINE_ENDS, LOWER_LINE_BEGINS = 5 / 12, 1 / 3


@dataclass(frozen=True, slots=True, eq=False)
class PeerPlate:
    """One plate that the detector found.

    Attributes:
        xyxy: (4,) float32 pixels.
        corners: (4, 2) float32 pixels: top-left, top-right, bottom-right, bottom-left.
        score: 0..1.
        double: whether it has two lines.
    """

    xyxy: FloatArray
    corners: FloatArray
    score: float
    double: bool


class Yolov5FaceDetector:
    """Finds plates with their corners.

    Source: Qi et al., "YOLO5Face: Why Reinventing a Face Detector", 2021; weights of unstated licence, for
    measuring only.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def detect(self, image: Image) -> list[PeerPlate]:
        """The plates of an (H, W, 3) uint8 BGR picture, best first."""
        canvas, placement = letterbox(image, SIZE_WH)
        rows = decode(self._session.run(to_tensor(canvas, std=(255.0, 255.0, 255.0)))[0][0])
        boxes = placement.to_source(rows[:, :4].reshape(-1, 2, 2)).reshape(-1, 4)
        corners = placement.to_source(rows[:, 4:12].reshape(-1, 4, 2))
        return [
            PeerPlate(boxes[i], corners[i], float(row[12]), bool(row[13] == DOUBLE_LINE)) for i, row in enumerate(rows)
        ]


class Yolov5FaceCrnn:
    """A plate as the public scene path reads it: cut out at its corners, two lines set side by side."""

    def __init__(self, reader: CrnnReader) -> None:
        self._reader = reader

    def read(self, image: Image, plate: PeerPlate) -> CtcText:
        """The text of a found plate."""
        crop = cut(image, plate.corners)
        return self._reader.read(side_by_side(crop) if plate.double else crop)


def decode(output: FloatArray) -> FloatArray:
    """(N, 14) box, corners, score and class on the canvas, overlapping ones dropped, best first.

    Args:
        output: (25200, 15): centre, size, objectness, 4 corners, 2 classes; all activated by the network itself.
    """
    sure = output[output[:, 4] > LEAST_SCORE]
    classes = sure[:, 13:15] * sure[:, 4:5]
    centres, halves = sure[:, :2], sure[:, 2:4] / 2
    scores, kinds = classes.max(axis=1, initial=0.0, keepdims=True), classes.argmax(axis=1).reshape(-1, 1)
    rows = np.hstack([centres - halves, centres + halves, sure[:, 5:13], scores, kinds]).astype(np.float32)
    rows = rows[rows[:, 12] > LEAST_SCORE]
    rows = rows[np.argsort(-rows[:, 12], kind="stable")]
    kept: FloatArray = rows[sv.box_non_max_suppression(rows[:, [0, 1, 2, 3, 12]], NMS_IOU)] if len(rows) else rows
    return kept


def cut(image: Image, corners: FloatArray) -> Image:
    """The plate at its own size, seen from straight ahead."""
    top, right, bottom, left = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = max(1, int(max(top, bottom))), max(1, int(max(left, right)))
    target = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float32)
    transform = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    plate: Image = cv2.warpPerspective(image, transform, (width, height))
    return plate


def side_by_side(crop: Image) -> Image:
    """The upper line of a plate of two lines, as high as the lower one, to the left of it."""
    height, width = crop.shape[:2]
    upper, lower = crop[: max(1, int(height * UPPER_LINE_ENDS))], crop[int(height * LOWER_LINE_BEGINS) :]
    stretched = cv2.resize(upper, (width, lower.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.hstack([stretched, lower])
