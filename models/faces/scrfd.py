"""SCRFD: one network with five landmarks, two anchors a cell."""

import itertools

import supervision as sv

from models.faces.detector import MIN_FACE_PX, NetworkSession, check_head, input_size, on_source
from vision.decode import ScrfdLevel, decode_scrfd
from vision.preprocess import letterbox, to_tensor
from vision.types import Image, check_image

STRIDES = (8, 16, 32)
ANCHORS = 2
# Columns of the outputs, each kind for all strides: score, bbox, kps.
COLUMNS = (1, 4, 10)
MEAN = (127.5, 127.5, 127.5)
STD = (128.0, 128.0, 128.0)


class ScrfdDetector:
    """Faces by an SCRFD file with landmarks ("kps") at its fixed input size.

    Args:
        session: outputs score, bbox, kps, each at strides 8, 16, 32.
        min_face_px: height of the smallest face reported, in source pixels.
        min_score: the confidence below which a face is dropped, 0..1.
        max_overlap: of two faces with a greater intersection over union the weaker is dropped.

    Raises:
        ModelContractError: the network's input or outputs are not those of SCRFD with landmarks.

    Source: Guo et al., "Sample and Computation Redistribution for Efficient Face Detection", 2021; weights of
    https://github.com/deepinsight/insightface (non-commercial research only).
    """

    def __init__(
        self,
        session: NetworkSession,
        min_face_px: float = MIN_FACE_PX,
        min_score: float = 0.35,
        max_overlap: float = 0.4,
    ) -> None:
        self._session = session
        self._size_wh = width, height = input_size(session.network, STRIDES[-1])
        tables = [
            (ANCHORS * width * height // stride**2, columns) for columns, stride in itertools.product(COLUMNS, STRIDES)
        ]
        check_head(session.network, "SCRFD with landmarks", tables)
        self._min_face_px = min_face_px
        self._min_score = min_score
        self._max_overlap = max_overlap

    def detect(self, image: Image) -> sv.Detections:
        """The faces, best first; see `FaceDetector.detect`."""
        check_image(image)
        canvas, placement = letterbox(image, self._size_wh, fill=0, centred=False)
        outputs = self._session.run(to_tensor(canvas, channels="rgb", mean=MEAN, std=STD))
        levels = [
            ScrfdLevel(
                stride=stride,
                columns=self._size_wh[0] // stride,
                anchors=ANCHORS,
                score=outputs[index].reshape(-1),
                bbox=outputs[index + 3].reshape(-1, 4),
                kps=outputs[index + 6].reshape(-1, 10),
            )
            for index, stride in enumerate(STRIDES)
        ]
        faces = decode_scrfd(levels, self._min_score, self._max_overlap)
        return on_source(faces, placement, self._min_face_px)
