"""Whether the lamp in a drawn region is lit, from its brightness against what lies around it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import Image

LIT_CONTRAST = 40.0
"""Grey levels of 0..255 by which a lit lamp outshines its surroundings; a dark lens lies near or below them."""
_RING = 1.0
_BRIGHT_PERCENT = 90


@dataclass(frozen=True, slots=True)
class LampLook:
    """One lamp in one frame, grey levels of the brightest colour channel, 0..255.

    Attributes:
        brightness: of the brighter pixels within the region.
        around: median of a ring about it.
    """

    brightness: float
    around: float

    @property
    def contrast(self) -> float:
        """How far the lamp outshines its surroundings."""
        return self.brightness - self.around


def lamp_look(image: Image, mask: NDArray[np.uint8]) -> LampLook:
    """The lamp within a mask.

    Args:
        image: (H, W, 3) uint8 BGR.
        mask: (H, W) uint8, 255 inside, at least one pixel; the ring is as wide as the region.
    """
    x, y, width, height = cv2.boundingRect(mask)
    wide, high = max(2, round(width * _RING)), max(2, round(height * _RING))
    rows = slice(max(0, y - high), y + height + high)
    columns = slice(max(0, x - wide), x + width + wide)
    # The brightest channel: a red lamp is dark in grey.
    values = image[rows, columns].max(axis=2)
    inside = mask[rows, columns] > 0
    ring = values[~inside]
    around = float(np.median(ring)) if ring.size else 0.0
    return LampLook(float(np.percentile(values[inside], _BRIGHT_PERCENT)), around)


def scene_level(image: Image) -> float:
    """Median grey of the whole picture, 0..255: by night it is low."""
    return float(np.median(cv2.cvtColor(image[::4, ::4], cv2.COLOR_BGR2GRAY)))
