"""A plate's surface on which things are drawn in millimetres."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.plates.glyphs import Mask
from vision.types import Image

Colour = tuple[int, int, int]
"""Blue, green, red, 0..255."""
_SUBPIXEL_BITS = 4


class Canvas:
    """A picture with a scale.

    Attributes:
        image: (H, W, 3) uint8 BGR, drawn on.
    """

    def __init__(self, image: Image, px_per_mm: float) -> None:
        self.image = image
        self._px_per_mm = px_per_mm

    def stamp(self, mask: Mask, box_mm: NDArray[np.float64], colour: Colour, bold: float = 0.0) -> None:
        """Draw a character into its box.

        Args:
            mask: its shape.
            box_mm: (4,) x, y, width, height; what lies beyond the canvas is cut off.
            bold: pixels by which strokes are thicker, or thinner where negative.
        """
        x, y, width, height = (round(float(side) * self._px_per_mm) for side in box_mm)
        sized = cv2.resize(mask, (max(width, 1), max(height, 1)), interpolation=cv2.INTER_AREA)
        if bold:
            sized = _thickened(sized, bold)
        left, top = max(x, 0), max(y, 0)
        patch = self.image[top : y + height, left : x + width]
        sized = sized[top - y : top - y + patch.shape[0], left - x : left - x + patch.shape[1], None]
        patch[:] = (patch * (1 - sized) + np.array(colour) * sized).astype(np.uint8)

    def disc(self, centre_mm: Sequence[float] | NDArray[np.float64], radius_mm: float, colour: Colour) -> None:
        """Draw a filled circle."""
        x, y = (self._sub(float(one)) for one in centre_mm)
        cv2.circle(self.image, (x, y), self._sub(radius_mm), colour, -1, cv2.LINE_AA, _SUBPIXEL_BITS)

    def polygon(self, points_mm: NDArray[np.float64], colour: Colour) -> None:
        """Draw a filled polygon; (N, 2) points."""
        points = np.round(points_mm * self._px_per_mm * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        cv2.fillPoly(self.image, [points], colour, cv2.LINE_AA, _SUBPIXEL_BITS)

    def rim(self, inset_mm: float, width_mm: float, colour: Colour) -> None:
        """Draw a line around the plate."""
        height, width = self.image.shape[:2]
        inset = round(inset_mm * self._px_per_mm)
        thickness = max(1, round(width_mm * self._px_per_mm))
        cv2.rectangle(self.image, (inset, inset), (width - 1 - inset, height - 1 - inset), colour, thickness)

    def _sub(self, mm: float) -> int:
        return round(mm * self._px_per_mm * (1 << _SUBPIXEL_BITS))


def shaded(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    """The colour, a bit off."""
    blue, green, red = (int(one) for one in np.clip(rng.normal(colour, spread), 0, 255))
    return blue, green, red


def _thickened(mask: Mask, px: float) -> Mask:
    # Over a stroke's edge a blurred mask falls from 1 to 0 in about two pixels: shifting its level moves the edge.
    soft = cv2.GaussianBlur(mask, (0, 0), 1.0)
    moved: Mask = np.clip((soft - 0.5 + 0.25 * px) * 1.6 + 0.5, 0, 1).astype(np.float32)
    return moved
