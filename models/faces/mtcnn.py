"""MTCNN: three small networks, each looking closer at what the one before took for faces."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import supervision as sv

from models.faces.detector import NetworkSession
from vision.crops import crops, halvings, moved, resized
from vision.decode import face_detections
from vision.errors import ConfigurationError, ModelContractError
from vision.mtcnn import (
    WINDOW_SIDE,
    Windows,
    join,
    landmarks_in,
    level_image,
    proposals,
    pyramid_scales,
    squares,
    suppress,
    unmirrored,
)
from vision.types import FloatArray, Image, check_image

RNET_SIDE = 24
ONET_SIDE = 48
PYRAMID_FACTOR = 0.709  # about the square root of a half: each level has half the pixels of the one before
MAX_OVERLAP = 0.7
# Sides of the windows in which landmarks are looked for once more, in sides of the face. The mean of two looks that
# err differently raised LFW's accuracy from 0.9908 to 0.9933; more looks brought nothing.
NARROW_LOOK, WIDE_LOOK = 0.85, 1.15
# Limits to the time a crowd may take; no picture of 1,000 faces at a gate deserves an answer for each.
MAX_PROPOSALS = 600
MAX_REFINED = 200
MAX_FACES = 100


@dataclass(frozen=True, slots=True)
class MtcnnScores:
    """Probabilities of a face, 0..1, at or below which each stage drops a window.

    The paper's are 0.6, 0.7, 0.7. A stricter first stage saves time; the milder later ones bring back turned and
    covered faces: on 206 WIDER pictures 0.95 instead of 0.92 of the faces from 80 pixels on, at 0.13 instead of 0.02
    false detections a picture.
    """

    pnet: float = 0.7
    rnet: float = 0.5
    onet: float = 0.4


class MtcnnDetector:
    """Faces by MTCNN, with a pyramid that starts at the smallest face worth finding.

    Args:
        sessions: pnet, rnet and onet as `models.convert.mtcnn` makes them.
        min_face_px: side of the smallest face looked for, in source pixels, at least 12; time falls with its square.
        scores: what each stage asks for.

    Raises:
        ConfigurationError: `min_face_px` is too small.
        ModelContractError: the networks are not MTCNN's three, in this order.

    Source: Zhang et al., "Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks", 2016;
    weights of https://github.com/ipazc/mtcnn 1.0.0 (MIT).
    """

    def __init__(
        self, sessions: Sequence[NetworkSession], min_face_px: float = 60, scores: MtcnnScores | None = None
    ) -> None:
        if min_face_px < WINDOW_SIDE:
            raise ConfigurationError(f"min_face_px: wanted at least {WINDOW_SIDE}, got {min_face_px}")
        _check_networks(sessions)
        self._pnet, self._rnet, self._onet = sessions
        self._min_face_px = min_face_px
        self._scores = scores or MtcnnScores()

    def detect(self, image: Image) -> sv.Detections:
        """The faces, best first; see `FaceDetector.detect`."""
        check_image(image)
        halved = halvings(image, WINDOW_SIDE)
        windows = self._propose(halved)
        if len(windows):
            windows = self._refine(halved, windows)
        if len(windows):
            return self._finish(halved, windows)
        return _nobody()

    def _propose(self, halved: Sequence[Image]) -> Windows:
        """What pnet takes for faces, over all levels of the pyramid."""
        found = []
        for scale in pyramid_scales(min(halved[0].shape[:2]), self._min_face_px, PYRAMID_FACTOR):
            level, scale_xy = level_image(halved, scale)
            boxes, scores = self._pnet.run(cv2.dnn.blobFromImage(level, swapRB=True))
            found.append(proposals(boxes[0], scores[0, 1], scale_xy, self._scores.pnet))
        windows = join(found).best(MAX_PROPOSALS)
        return windows.take(suppress(windows, MAX_OVERLAP, "union")[:MAX_REFINED])

    def _refine(self, halved: Sequence[Image], windows: Windows) -> Windows:
        """What rnet keeps of the proposals, with corrected boxes."""
        xyxy = squares(windows.xyxy)
        boxes, scores = self._rnet.run(crops(halved, xyxy, RNET_SIDE))
        rows = np.flatnonzero(scores[:, 1] > self._scores.rnet)
        windows = Windows(moved(xyxy[rows], boxes[rows]), scores[rows, 1])
        return windows.take(suppress(windows, MAX_OVERLAP, "union")[:MAX_FACES])

    def _finish(self, halved: Sequence[Image], windows: Windows) -> sv.Detections:
        """What onet takes for faces, with final boxes and landmarks."""
        xyxy = squares(windows.xyxy)
        boxes, _, scores = self._onet.run(crops(halved, xyxy, ONET_SIDE))
        rows = np.flatnonzero(scores[:, 1] > self._scores.onet)
        windows = Windows(moved(xyxy[rows], boxes[rows]), scores[rows, 1])
        # By the smaller area: what remains inside a face is a part of it, not a second one.
        windows = windows.take(suppress(windows, MAX_OVERLAP, "smaller"))
        if not len(windows):
            return _nobody()
        return face_detections(windows.xyxy, windows.scores, self._landmarks(halved, windows))

    def _landmarks(self, halved: Sequence[Image], windows: Windows) -> FloatArray:
        """(N, 5, 2) pixels: the mean of two more looks at each face, a narrow one, and a wide one in a mirror."""
        around = squares(windows.xyxy)
        narrow, wide = resized(around, NARROW_LOOK), resized(around, WIDE_LOOK)
        mirrored = crops(halved, wide, ONET_SIDE)[..., ::-1]
        _, fractions, _ = self._onet.run(np.concatenate([crops(halved, narrow, ONET_SIDE), mirrored]))
        count = len(windows)
        seen_narrow = landmarks_in(narrow, fractions[:count])
        seen_wide = landmarks_in(wide, unmirrored(fractions[count:]))
        landmarks: FloatArray = (seen_narrow + seen_wide) / np.float32(2)
        return landmarks


def _nobody() -> sv.Detections:
    nothing = np.zeros(0, dtype=np.float32)
    return face_detections(nothing, nothing, nothing)


def _check_networks(sessions: Sequence[NetworkSession]) -> None:
    wanted = [(0, 0, (4, 2)), (RNET_SIDE, RNET_SIDE, (4, 2)), (ONET_SIDE, ONET_SIDE, (4, 10, 2))]
    got = [
        (*session.network.inputs[0].shape[2:], tuple(output.shape[1] for output in session.network.outputs))
        for session in sessions
    ]
    if got != wanted:
        raise ModelContractError(f"wanted pnet, rnet, onet (height, width, output columns) {wanted}, got {got}")
