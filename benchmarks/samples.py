"""Two pictures of one person that need no download: a public-domain portrait in a wide frame."""

import cv2
import numpy as np
from skimage import data

from vision.errors import NotAnImage
from vision.types import Image

SIZE_WH = (1280, 720)
JPEG_QUALITY = 90


def portrait_pair() -> tuple[bytes, bytes]:
    """Two 1280x720 JPEGs of one person: the second is smaller, elsewhere in the frame, brighter and softer."""
    astronaut: Image = np.ascontiguousarray(data.astronaut()[..., ::-1])  # type: ignore[no-untyped-call]
    brighter: Image = cv2.convertScaleAbs(astronaut, alpha=1.08, beta=6)
    softer: Image = cv2.GaussianBlur(brighter, (3, 3), 0)
    return _jpeg(_framed(astronaut, side=720, left=280)), _jpeg(_framed(softer, side=660, left=500))


def _framed(picture: Image, side: int, left: int) -> Image:
    width, height = SIZE_WH
    scaled: Image = cv2.resize(picture, (side, side), interpolation=cv2.INTER_LINEAR)
    frame = np.full((height, width, 3), 96, np.uint8)
    frame[height - side :, left : left + side] = scaled
    return frame


def _jpeg(picture: Image) -> bytes:
    written, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not written:
        raise NotAnImage(f"a picture of {picture.shape} could not be encoded")
    encoded: bytes = content.tobytes()
    return encoded
