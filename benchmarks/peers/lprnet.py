"""The public LPRNet reader of Chinese plates."""

import cv2

from benchmarks.peers.ctc import CtcText, ctc_text
from benchmarks.peers.public_weights import PublicNetwork
from models.session import Session
from vision.preprocess import to_tensor
from vision.types import Image

LPRNET = PublicNetwork(
    "plate_lprnet_cn_24x94.onnx",
    "6c8ff0a71bc4bb0d7c5a8ee87a2c77b3df0a99a0122764d18c6260875383aa50",
    ("input", (1, 3, 24, 94)),
    (("output", (1, 68, 18)),),
)
SIZE_WH = (94, 24)
CLASSES = "京沪津渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新0123456789ABCDEFGHJKLMNPQRSTUVWXYZIO-"
MEAN, STD = 127.5, 128.0


class LprnetReader:
    """Reads one plate, on a single line, that fills the picture.

    Source: Zherzdev and Gruzdev, "LPRNet: License Plate Recognition via Deep Neural Networks", 2018; weights of
    unstated licence, for measuring only.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, crop: Image) -> CtcText:
        """The text of an (H, W, 3) uint8 BGR crop."""
        resized = cv2.resize(crop, SIZE_WH, interpolation=cv2.INTER_LINEAR)
        tensor = to_tensor(resized, channels="bgr", mean=(MEAN, MEAN, MEAN), std=(STD, STD, STD))
        return ctc_text(self._session.run(tensor)[0][0].T, CLASSES, blank=len(CLASSES) - 1)
