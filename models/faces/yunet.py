"""YuNet: one small network, faces from about 10 pixels of its input on."""

import itertools

import supervision as sv

from models.faces.detector import MIN_FACE_PX, NetworkSession, check_head, input_size, on_source
from vision.decode import YunetLevel, decode_yunet
from vision.preprocess import letterbox, to_tensor
from vision.types import Image, check_image

STRIDES = (8, 16, 32)
# Columns of the outputs, each kind for all strides: cls, obj, bbox, kps.
COLUMNS = (1, 1, 4, 10)


class YunetDetector:
    """Faces by YuNet at the fixed input size of its file.

    Args:
        session: outputs cls, obj, bbox, kps, each at strides 8, 16, 32 (names such as `cls_8` in OpenCV's files).
        min_face_px: height of the smallest face reported, in source pixels.
        min_score: the confidence below which a face is dropped, 0..1.
        max_overlap: of two faces with a greater intersection over union the weaker is dropped.

    Raises:
        ModelContractError: the network's input or outputs are not YuNet's.

    Source: Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", 2023; weights of
    https://github.com/ShiqiYu/libfacedetection.train (Apache-2.0).
    """

    def __init__(
        self,
        session: NetworkSession,
        min_face_px: float = MIN_FACE_PX,
        min_score: float = 0.5,
        max_overlap: float = 0.4,
    ) -> None:
        self._session = session
        self._size_wh = width, height = input_size(session.network, STRIDES[-1])
        tables = itertools.product(COLUMNS, STRIDES)
        check_head(session.network, "YuNet", [(width * height // stride**2, columns) for columns, stride in tables])
        self._min_face_px = min_face_px
        self._min_score = min_score
        self._max_overlap = max_overlap

    def detect(self, image: Image) -> sv.Detections:
        """The faces, best first; see `FaceDetector.detect`."""
        check_image(image)
        canvas, placement = letterbox(image, self._size_wh, fill=0, centred=False)
        outputs = self._session.run(to_tensor(canvas, channels="bgr"))
        levels = [
            YunetLevel(
                stride=stride,
                columns=self._size_wh[0] // stride,
                cls=outputs[index].reshape(-1),
                obj=outputs[index + 3].reshape(-1),
                bbox=outputs[index + 6].reshape(-1, 4),
                kps=outputs[index + 9].reshape(-1, 10),
            )
            for index, stride in enumerate(STRIDES)
        ]
        faces = decode_yunet(levels, self._min_score, self._max_overlap)
        return on_source(faces, placement, self._min_face_px)
