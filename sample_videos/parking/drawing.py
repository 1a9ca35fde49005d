"""A sheet of metal, glass or ground on which things are drawn in metres."""

from collections.abc import Sequence

import cv2
import numpy as np

from sample_videos.parking.view import Pixels, Sheet

Colour = tuple[int, int, int]
"""Blue, green, red, 0..255."""
Place = tuple[float, float]
"""Metres to the right and up from the drawing's lower left corner."""

_BITS = 4


class Drawing:
    """A surface of some size, at first see-through.

    Args:
        size_m: width and height.
        px_per_m: resolution.
    """

    def __init__(self, size_m: Place, px_per_m: float) -> None:
        self._px_per_m = px_per_m
        self._size_m = size_m
        width, height = (round(side * px_per_m) for side in size_m)
        self._image: Pixels = np.zeros((height, width, 3), np.uint8)
        self._opacity: Pixels = np.zeros((height, width), np.uint8)

    def fill(self, corners: Sequence[Place], colour: Colour, *, mirrored: bool = False) -> None:
        """A polygon; `mirrored`: and once more on the other side of the middle."""
        self._polygon(corners, colour)
        if mirrored:
            self._polygon([(self._size_m[0] - x, y) for x, y in corners], colour)

    def box(self, low: Place, high: Place, colour: Colour, *, mirrored: bool = False) -> None:
        """A rectangle between its lower left and its upper right corner."""
        self.fill([low, (low[0], high[1]), high, (high[0], low[1])], colour, mirrored=mirrored)

    def disc(self, centre: Place, radius_m: float, colour: Colour, *, mirrored: bool = False) -> None:
        """A circle."""
        for x in (centre[0], self._size_m[0] - centre[0])[: 1 + mirrored]:
            place, radius = self._at((x, centre[1])), round(radius_m * self._px_per_m * (1 << _BITS))
            for image, ink in ((self._image, colour), (self._opacity, 255)):
                cv2.circle(image, place, radius, ink, -1, cv2.LINE_AA, _BITS)

    def line(self, points: Sequence[Place], colour: Colour, width_m: float = 0.01) -> None:
        """A line through these points, only where something is already."""
        way = np.array([self._at(point) for point in points], np.int32)
        cv2.polylines(self._image, [way], False, colour, max(1, round(width_m * self._px_per_m)), cv2.LINE_AA, _BITS)

    def shade(self, below: float, above: float = 1.0) -> None:
        """Light that falls from above: factors at the lower and the upper edge."""
        rows = np.linspace(above, below, self._image.shape[0], dtype=np.float32)[:, None, None]
        self._image[:] = np.clip(self._image * rows, 0, 255)

    def grain(self, rng: np.random.Generator, strength: float, cell_px: int = 1) -> None:
        """Rough, as stone and asphalt are."""
        height, width = self._image.shape[:2]
        coarse = rng.normal(0, strength, (height // cell_px + 1, width // cell_px + 1)).astype(np.float32)
        spread = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
        self._image[:] = np.clip(self._image + spread, 0, 255)

    def sheet(self) -> Sheet:
        """The drawing, to be hung up."""
        colours = self._image.astype(np.uint16) * self._opacity[..., None] // 255
        return Sheet(np.dstack([colours.astype(np.uint8), self._opacity]))

    def _polygon(self, corners: Sequence[Place], colour: Colour) -> None:
        points = np.array([self._at(corner) for corner in corners], np.int32)
        cv2.fillPoly(self._image, [points], colour, cv2.LINE_AA, _BITS)
        cv2.fillPoly(self._opacity, [points], 255, cv2.LINE_AA, _BITS)

    def _at(self, place: Place) -> tuple[int, int]:
        x, y = place[0] * self._px_per_m, self._image.shape[0] - place[1] * self._px_per_m
        return round(x * (1 << _BITS)), round(y * (1 << _BITS))
