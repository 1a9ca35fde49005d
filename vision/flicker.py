"""Whether what looks like fire or smoke moves as it does: a red sign, a lamp and a white wall keep still."""

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from vision.preprocess import shrink
from vision.types import FloatArray, Image


class FlickerLimits(BaseModel):
    """What counts as flicker.

    Attributes:
        classes: that flicker by their nature; of all others nothing is asked.
        width_px: the picture is brought to this width first.
        levels: grey levels, 0..255, from which on a pixel has changed since the frame before.
        share: of a box's pixels that must have changed; 0: nothing is asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    classes: tuple[str, ...] = ("fire", "smoke")
    width_px: int = Field(default=640, ge=80, le=1920)
    levels: float = Field(default=6.0, ge=0, le=255)
    share: float = Field(default=0.02, ge=0, le=1)


class FlickerGate:
    """Keeps the detections of one camera that flicker where they should; not to be shared."""

    def __init__(self, limits: FlickerLimits) -> None:
        self._limits = limits
        self._last: NDArray[np.uint8] | None = None

    def kept(self, seen: sv.Detections, image: Image) -> sv.Detections:
        """The detections without those that should have changed since the frame before and did not.

        Before the first frame, or after one of another size, nothing is known to flicker.

        Args:
            seen: with `data["class_name"]`.
            image: (H, W, 3) uint8 BGR, the frame that shows them; remembered for the next call.
        """
        last, self._last = self._last, self._small(image)
        if len(seen) == 0 or self._limits.share == 0:
            return seen
        asked = np.isin(seen.data["class_name"], self._limits.classes)
        if not asked.any():
            return seen
        kept = ~asked
        if last is not None and last.shape == self._last.shape:
            changed = cv2.absdiff(self._last, last) >= self._limits.levels
            scale = self._last.shape[1] / image.shape[1]
            for number in np.flatnonzero(asked):
                kept[number] = _share(changed, seen.xyxy[number] * scale) >= self._limits.share
        return seen[kept]  # type: ignore[return-value]

    def _small(self, image: Image) -> NDArray[np.uint8]:
        small = shrink(image, min(self._limits.width_px, image.shape[1]))
        grey: NDArray[np.uint8] = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        return grey


def _share(changed: NDArray[np.bool_], xyxy: FloatArray) -> float:
    """Of the pixels inside a box; at least one is looked at."""
    left, top = np.floor(xyxy[:2]).astype(int).clip(0, np.array(changed.shape[1::-1]) - 1)
    right, bottom = np.maximum(np.ceil(xyxy[2:]).astype(int), (left + 1, top + 1))
    return float(changed[top:bottom, left:right].mean())
