"""Real plates cut out flat: from crops that show one blue plate each, tilted, with small margins."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.plates.render import DrawnPlate
from vision.errors import ConfigurationError
from vision.rectify import is_convex, rectify, widened
from vision.types import FloatArray, Image

_SIZE_WH = (352, 112)
_LEAST_LEAD = 18
"""Of blue before red where a plate is blue, in grey values."""
_LEAST_FILL = 0.9
_LEAST_SHARE = 0.6
_MOST_SKEW = 0.13
"""Opposite sides of a plate that is only tilted are equal; a greater difference is a wrong outline."""


class RealPlates:
    """Flat real plates, found once.

    Args:
        crops: pictures of one blue plate each; those whose outline is not clear are left out.

    Raises:
        ConfigurationError: no crop with a clear outline.
    """

    def __init__(self, crops: Sequence[Path]) -> None:
        images = (cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR) for path in crops)
        flats = (flat_plate(image) for image in images if image is not None)
        self._plates = [flat for flat in flats if flat is not None]
        if not self._plates:
            raise ConfigurationError("wanted crops with a clear blue plate, got none")

    def __len__(self) -> int:
        return len(self._plates)

    def draw(self, rng: np.random.Generator) -> DrawnPlate:
        """One of them; its text is not known here."""
        return DrawnPlate(self._plates[rng.integers(len(self._plates))], "", "blue", ())


def flat_plate(crop: Image) -> Image | None:
    """The blue plate of a crop, seen from straight ahead; None where its outline is not clear."""
    corners = blue_outline(crop)
    # The white rim lies outside the blue.
    return None if corners is None else rectify(crop, widened(corners, 1.03, 1.07), _SIZE_WH)


def blue_outline(crop: Image) -> FloatArray | None:
    """The corners (4, 2) of the blue plate that nearly fills the crop; None where they are not clear."""
    mask = _blue(crop)
    ys, xs = np.nonzero(mask)
    if len(xs) < _LEAST_SHARE * mask.size:
        return None
    height, width = mask.shape
    # The aspect evens both directions out, so that a corner is farthest along a diagonal.
    along, down = xs / width, ys / height
    picks = [int(np.argmin(along + down)), int(np.argmax(along - down)), int(np.argmax(along + down))]
    picks.append(int(np.argmin(along - down)))
    corners = np.array([(xs[one], ys[one]) for one in picks], dtype=np.float32)
    # Pixel i covers i to i + 1: the right and lower edges lie one pixel further.
    corners += np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float32)
    if not is_convex(corners) or _skew(corners) > _MOST_SKEW:
        return None
    filled = np.zeros_like(mask)
    cv2.fillConvexPoly(filled, corners.astype(np.int32), 1)
    overlap = np.count_nonzero(filled & mask) / float(max(1, int(np.count_nonzero(filled | mask))))
    return corners if overlap >= _LEAST_FILL else None


def _skew(corners: FloatArray) -> float:
    """How much opposite sides differ, as a share of their length; the larger of both pairs."""
    top, right, bottom, left = np.roll(corners, -1, axis=0) - corners
    pairs = ((top, bottom), (right, left))
    return max(float(np.linalg.norm(one + other)) / max(float(np.linalg.norm(one)), 1.0) for one, other in pairs)


def _blue(crop: Image) -> NDArray[np.uint8]:
    """1 on the largest blue thing and what it encloses."""
    lead = np.clip(crop[..., 0].astype(np.int16) - crop[..., 2], 0, 255).astype(np.uint8)
    level, _ = cv2.threshold(cv2.GaussianBlur(lead, (5, 5), 0), 0, 255, cv2.THRESH_OTSU)
    blue = (lead > max(level * 0.7, _LEAST_LEAD)).astype(np.uint8)
    closed = cv2.morphologyEx(np.pad(blue, 8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))[8:-8, 8:-8]
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    mask: NDArray[np.uint8] = np.zeros(blue.shape, np.uint8)
    if contours:
        cv2.drawContours(mask, [max(contours, key=cv2.contourArea)], -1, 1, -1)
    return mask
