"""Which detections find which labels."""

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from vision.types import FloatArray


def matched_labels(boxes: FloatArray, confidence: FloatArray, labels: FloatArray, min_iou: float) -> NDArray[np.intp]:
    """(N,) for each detection the label that it found, -1 for none.

    The most confident detection first takes the free label that it covers best; so no label is found twice.

    Args:
        boxes: (N, 4) pixels.
        confidence: (N,).
        labels: (M, 4) pixels.
        min_iou: intersection over union from which on a label is covered.
    """
    matched = np.full(len(boxes), -1, dtype=np.intp)
    if not len(boxes) or not len(labels):
        return matched
    overlaps = np.asarray(sv.box_iou_batch(boxes, labels))
    free = np.ones(len(labels), dtype=np.bool_)
    for row in np.argsort(-confidence, kind="stable"):
        covered = np.where(free, overlaps[row], -1.0)
        best = int(covered.argmax())
        if covered[best] >= min_iou:
            matched[row] = best
            free[best] = False
    return matched
