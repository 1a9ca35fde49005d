"""How high the water stands on a gauge: above it the gauge's marks are seen, below they are drowned."""

import cv2
import numpy as np

from vision.types import FloatArray, Image

_LEAST_ROWS = 8
_LEAST_SEPARATION = 0.6
"""Share of the variance of the rows that one step must explain; less and there is no clear line."""


def water_level(image: Image, xyxy: FloatArray) -> float | None:
    """The share of the gauge that stands under water, 0..1; None where no line is clear.

    The marks make each row of a dry gauge differ from its neighbours; water is even. The line is where one step of that
    texture explains most of its variance along the gauge (Otsu's criterion on rows). A gauge all dry, or all drowned,
    has no such step: that is told by its texture alone only against a known line, so it is None here.

    Args:
        image: (H, W, 3) uint8 BGR.
        xyxy: (4,) pixels of the gauge: its lowest mark at the lower edge, its highest at the upper.
    """
    x0, y0, x1, y1 = (round(float(value)) for value in xyxy)
    gauge = cv2.cvtColor(image[max(y0, 0) : y1, max(x0, 0) : x1], cv2.COLOR_BGR2GRAY).astype(np.float32)
    rows = gauge.shape[0]
    if rows < _LEAST_ROWS:
        return None
    texture = gauge.std(axis=1) + np.abs(np.gradient(gauge.mean(axis=1)))
    # The gaps between two marks are even as well.
    texture = cv2.blur(texture.reshape(-1, 1).astype(np.float32), (1, max(3, rows // 10))).ravel()
    total = float(texture.var())
    if total <= 0.0:
        return None
    sums = np.cumsum(texture)[1:-2]
    counts = np.arange(2, rows - 1)
    steps = sums / counts - (texture.sum() - sums) / (rows - counts)
    share = counts / rows
    # Only where there is more structure above than below.
    explained = np.where(steps > 0, share * (1 - share) * steps**2 / total, 0.0)
    best = int(explained.argmax())
    return 1.0 - float(share[best]) if explained[best] >= _LEAST_SEPARATION else None
