"""The public CRNN reader of Chinese plates, as the repositories that publish it run it."""

import cv2

from benchmarks.peers.ctc import CtcText, ctc_text
from benchmarks.peers.public_weights import PublicNetwork
from models.session import Session
from vision.preprocess import to_tensor
from vision.types import Image

CRNN = PublicNetwork(
    "plate_crnn_cn_48x168.onnx",
    "a3a71998301d85d43782a8a8fd804571e196a7e2e56fabef58f0afa9943ee456",
    ("images", (1, 3, 48, 168)),
    (("output_1", (1, 21, 78)), ("output_2", (1, 5))),
)
SIZE_WH = (168, 48)
CLASSES = (
    "#京沪津渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新学警港澳挂使领民航危"
    "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ险品"
)
"""Class 0 is the blank."""
MEAN, STD = 0.588 * 255, 0.193 * 255


class CrnnReader:
    """Reads one plate, on a single line, that fills the picture.

    Source: Shi et al., "An End-to-End Trainable Neural Network for Image-based Sequence Recognition", TPAMI 2017;
    weights of unstated licence, for measuring only.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, crop: Image) -> CtcText:
        """The text of an (H, W, 3) uint8 BGR crop."""
        resized = cv2.resize(crop, SIZE_WH, interpolation=cv2.INTER_LINEAR)
        tensor = to_tensor(resized, channels="bgr", mean=(MEAN, MEAN, MEAN), std=(STD, STD, STD))
        return ctc_text(self._session.run(tensor)[0][0], CLASSES)
