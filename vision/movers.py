"""What moves before a camera, whatever it is: for views that no detector knows, such as a road from straight above."""

import cv2
import numpy as np
import supervision as sv
from pydantic import BaseModel, ConfigDict, Field

from vision.background import Foreground, moving_boxes
from vision.types import FloatArray

MOVER = "mover"
"""The class of all that moves."""


class MoverLimits(BaseModel):
    """What counts as one thing that moves.

    Attributes:
        min_area: of the picture, 0..1; smaller is a leaf, a bird or noise.
        join: parts that are no farther apart belong together, as a share of the picture's width: a black windscreen
            parts a black road's white car.
        moving_share: least share of its pixels that move: what stands for long is no part of the traffic.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    min_area: float = Field(default=0.004, gt=0, lt=1)
    join: float = Field(default=0.02, ge=0, le=0.2)
    moving_share: float = Field(default=0.3, gt=0, le=1)


def movers(seen: Foreground, limits: MoverLimits) -> sv.Detections:
    """Boxes around what differs from the empty street and moves, in source pixels, with `data["class_name"]`."""
    foreground = cv2.bitwise_or(seen.moving, seen.standing)
    side = 1 + 2 * round(limits.join * foreground.shape[1] / 2)
    joined = cv2.morphologyEx(foreground, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    boxes = moving_boxes(seen, joined, limits.min_area * foreground.size, limits.moving_share)
    if not boxes:
        return sv.Detections.empty()
    scale: FloatArray = np.tile(seen.scale, 2)
    return sv.Detections(
        xyxy=np.stack(boxes) * scale,
        confidence=np.ones(len(boxes), np.float32),
        class_id=np.zeros(len(boxes), int),
        data={"class_name": np.full(len(boxes), MOVER)},
    )
