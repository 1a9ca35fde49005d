"""Pictures of a report: parts of the measured pictures with a few words beneath each."""

import re
from dataclasses import dataclass

import cv2
import numpy as np

from vision.errors import NotAnImage
from vision.types import FloatArray, Image

WIDTH_PX = 240
"""Pictures are shown at this width: crops of plates differ a lot in size."""
AROUND = 0.6
"""So much of a box's size is shown on each side of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        caption: lines beneath it.
    """

    image: Image
    caption: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """Pictures under one heading."""

    title: str
    pictures: tuple[Picture, ...]


def file_name(gallery: Gallery, number: int) -> str:
    """What the file of its `number`th picture is called."""
    return f"{re.sub(r'[^a-z0-9]+', '-', gallery.title.lower()).strip('-')}-{number:03}.png"


def around(image: Image, xyxy: FloatArray) -> Image:
    """The part of the picture in a box (4,), and what is around it, with the box drawn in."""
    left, top, right, bottom = (float(value) for value in xyxy)
    across, down = AROUND * (right - left), AROUND * (bottom - top)
    height, width = image.shape[:2]
    x1, y1 = (max(0, int(value)) for value in (left - across, top - down))
    x2, y2 = min(width, int(right + across) + 1), min(height, int(bottom + down) + 1)
    # A box wholly outside the picture still gets a pixel of it.
    x1, y1 = min(x1, width - 1), min(y1, height - 1)
    part = np.ascontiguousarray(image[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]).copy()
    corners = (int(left) - x1, int(top) - y1), (int(right) - x1, int(bottom) - y1)
    framed: Image = cv2.rectangle(part, *corners, color=(0, 200, 255), thickness=1)
    return framed


def png(image: Image) -> bytes:
    """The picture as PNG, WIDTH_PX wide.

    Raises:
        NotAnImage: it cannot be encoded.
    """
    height = max(1, round(image.shape[0] * WIDTH_PX / image.shape[1]))
    shown = cv2.resize(image, (WIDTH_PX, height), interpolation=cv2.INTER_LINEAR)
    written, content = cv2.imencode(".png", shown)
    if not written:
        raise NotAnImage(f"a picture of {image.shape} could not be encoded")
    encoded: bytes = content.tobytes()
    return encoded
