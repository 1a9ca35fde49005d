"""The two persons of the samples: public-domain portraits that come with scikit-image and matplotlib."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import cv2
import matplotlib.cbook
import numpy as np
import skimage.data
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Layer = NDArray[np.float32]
"""(H, W, 4) float32: BGR 0..255, already multiplied by the opacity, and the opacity 0..1."""

PersonName = Literal["astronaut", "grace_hopper"]
PEOPLE: tuple[PersonName, ...] = ("astronaut", "grace_hopper")

_Points = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Portrait:
    """Where things are in a portrait, in its pixels.

    Attributes:
        crop: left, top, right, bottom of the head and shoulders, for an enrolment.
        face: middle of the face.
        face_height: from the hairline to the chin.
        outline: roughly around the person, clockwise.
    """

    crop: tuple[int, int, int, int]
    face: tuple[float, float]
    face_height: float
    outline: _Points


_PORTRAITS: dict[PersonName, _Portrait] = {
    "astronaut": _Portrait(
        crop=(60, 0, 390, 330),
        face=(224.0, 128.0),
        face_height=122.0,
        outline=(
            *((0, 512), (10, 440), (30, 330), (45, 275), (95, 222), (112, 208), (118, 180), (140, 158), (178, 149)),
            *((182, 128), (168, 112), (152, 96), (150, 66), (164, 42), (193, 21), (225, 12), (260, 16), (289, 38)),
            *((304, 68), (301, 97), (288, 120), (272, 134), (262, 150), (264, 172), (292, 200), (304, 232), (310, 240)),
            *(
                (335, 255),
                (352, 290),
                (362, 352),
                (400, 344),
                (450, 358),
                (485, 400),
                (497, 450),
                (511, 470),
                (511, 512),
            ),
        ),
    ),
    "grace_hopper": _Portrait(
        crop=(40, 0, 500, 460),
        face=(268.0, 240.0),
        face_height=200.0,
        outline=(
            *((10, 600), (25, 500), (40, 400), (70, 375), (160, 345), (205, 318), (196, 295), (175, 280), (160, 255)),
            *((155, 215), (155, 190), (165, 160), (150, 150), (148, 110), (160, 92), (173, 80), (180, 58), (207, 42)),
            *((240, 25), (288, 28), (328, 46), (347, 66), (354, 86), (370, 100), (370, 140), (360, 165), (374, 190)),
            *(
                (372, 215),
                (358, 250),
                (355, 285),
                (335, 305),
                (332, 318),
                (385, 350),
                (470, 385),
                (495, 400),
                (505, 450),
            ),
            *((511, 520), (511, 600)),
        ),
    ),
}
_BAND_PX = 17
"""The outline is right within half of this; in between, the colours decide."""


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """A person without their background.

    Attributes:
        layer: (H, W, 4), the portrait's size.
        face: x, y of the middle of the face.
        face_height: pixels from the hairline to the chin.
    """

    layer: Layer
    face: tuple[float, float]
    face_height: float


def portrait(name: PersonName) -> Pixels:
    """Head and shoulders of the portrait, (H, W, 3) uint8 BGR: good for an enrolment."""
    left, top, right, bottom = _PORTRAITS[name].crop
    return np.ascontiguousarray(_picture(name)[top:bottom, left:right])


def cut_out(name: PersonName) -> Cutout:
    """The person alone, with soft edges."""
    known = _PORTRAITS[name]
    picture = _picture(name)
    opacity: Layer = _soft_mask(picture, known.outline)[..., np.newaxis]
    layer = np.concatenate([picture * opacity, opacity], axis=2).astype(np.float32)
    return Cutout(layer, known.face, known.face_height)


def _picture(name: PersonName) -> Pixels:
    if name == "astronaut":
        path = Path(str(skimage.data.__file__)).with_name("astronaut.png")
    else:
        path = Path(str(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)))
    picture: Pixels | None = cv2.imread(str(path))
    if picture is None:
        raise FileNotFoundError(f"wanted the portrait that comes with the package, got no picture at {path}")
    return picture


def _soft_mask(picture: Pixels, outline: _Points) -> Layer:
    """(H, W) float32, 0..1: inside the outline, drawn exactly by the colours on either side of it."""
    inside = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.array(outline, np.int32)], 255)
    brush: Pixels = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_BAND_PX, _BAND_PX))
    # The border of the portrait is no edge of the person.
    erode = partial(cv2.erode, borderType=cv2.BORDER_CONSTANT, borderValue=255)
    labels = np.where(inside > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[erode(inside, brush) > 0] = cv2.GC_FGD
    labels[cv2.dilate(inside, brush) == 0] = cv2.GC_BGD
    cv2.setRNGSeed(1)
    cv2.grabCut(picture, labels, None, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    person = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)) & (inside > 0)
    smooth = cv2.medianBlur(person.astype(np.uint8) * 255, 5)
    shrunk = erode(smooth, np.ones((3, 3), np.uint8))
    soft: Layer = cv2.GaussianBlur(shrunk, (0, 0), 1.2).astype(np.float32) / 255
    return soft
