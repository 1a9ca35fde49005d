"""Is this a living face, or a print or a screen held before the camera?"""

import cv2
import numpy as np

from models.faces.detector import NetworkSession, input_size
from models.manifest import ModelSpec
from vision.errors import ModelContractError
from vision.preprocess import resize, to_tensor
from vision.types import FloatArray, Image, check_image

BOX_GROWTH = 1.5
LIVE_CLASS = 0
DEFAULT_THRESHOLD = 0.5


class LivenessScorer:
    """A network that tells a face from its picture (family print-replay).

    Args:
        session: one (1, 3, S, S) input; one output (1, C) of logits, class 0 live, the others kinds of attack.
        spec: its preprocessing, and `thresholds.live`: the score from which on a face counts as live (0.5).

    Raises:
        ModelContractError: the network has another input or output.

    Source: hairymax, Face-AntiSpoofing, https://github.com/hairymax/Face-AntiSpoofing: MiniFASNet (minivision) trained
    on CelebA-Spoof; no weights are shipped, a user imports a file they are licensed to use. It judges single pictures
    by texture: a good screen at the right distance can pass, and other cameras than those it learnt from shift it.
    """

    def __init__(self, session: NetworkSession, spec: ModelSpec) -> None:
        self._session = session
        self._preprocessing = spec.preprocessing
        self._size_wh = input_size(session.network, 1)
        shapes = [output.shape for output in session.network.outputs]
        if len(shapes) != 1 or len(shapes[0]) != 2 or shapes[0][1] < 2:
            raise ModelContractError(f"{spec.id}: wanted one output (1, classes), got {shapes}")
        self.model_id = spec.id
        self.threshold = spec.thresholds.get("live", DEFAULT_THRESHOLD)

    def score(self, image: Image, xyxy: FloatArray) -> float:
        """The probability of a living face, 0..1.

        Args:
            image: (H, W, 3) uint8 BGR with the face's surroundings: frames and fingers tell as much as the skin.
            xyxy: (4,) pixels: the face's box.

        Raises:
            BadArray: not such a picture.
        """
        check_image(image)
        crop = resize(square_crop(image, xyxy, BOX_GROWTH), self._size_wh)
        tensor = to_tensor(
            crop,
            channels=self._preprocessing.channels,
            mean=self._preprocessing.mean,
            std=self._preprocessing.std,
        )
        (logits,) = self._session.run(tensor)
        shares = np.exp(logits[0] - logits[0].max())
        return float(shares[LIVE_CLASS] / shares.sum())


def square_crop(image: Image, xyxy: FloatArray, growth: float) -> Image:
    """(S, S, 3): the square around the box's centre, `growth` times its longer side, black beyond the picture."""
    x0, y0, x1, y1 = (float(value) for value in xyxy)
    side = max(1, int(max(x1 - x0, y1 - y0) * growth))
    left, top = int((x0 + x1 - side) / 2), int((y0 + y1 - side) / 2)
    height, width = image.shape[:2]
    inner = image[max(top, 0) : max(top + side, 0), max(left, 0) : max(left + side, 0)]
    if inner.size == 0:
        return np.zeros((side, side, 3), np.uint8)
    above, before = max(-top, 0), max(-left, 0)
    below, behind = max(top + side - height, 0), max(left + side - width, 0)
    crop: Image = cv2.copyMakeBorder(inner, above, below, before, behind, cv2.BORDER_CONSTANT)
    return crop
