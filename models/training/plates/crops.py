"""Crops as the reader gets them: a plate somewhere in a picture, cut out by a detector that is never quite exact."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.plates.backgrounds import Backgrounds
from models.training.plates.camera import photographed
from models.training.plates.render import DrawnPlate, PlateRenderer
from models.training.plates.wear import framed, worn
from vision.plate_alphabet import PlateKind
from vision.types import Image

CROP_WH = (144, 48)
_NEGATIVE, _BOXED = 0.1, 0.42
_Corners = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """What the reader sees and should say.

    Attributes:
        image: (48, 144, 3) uint8 BGR.
        text: empty for no plate, or a part of one.
        kind: None for those.
    """

    image: Image
    text: str
    kind: PlateKind | None


class CropRenderer:
    """Draws crops.

    Args:
        plates: draws the plates.
        backgrounds: what lies around them, and what is no plate at all.
    """

    def __init__(self, plates: PlateRenderer, backgrounds: Backgrounds) -> None:
        self._plates = plates
        self._backgrounds = backgrounds

    def draw(self, rng: np.random.Generator, severity: float = 1.0) -> Crop:
        """One crop.

        Args:
            severity: of the camera and of the detector's errors, 0..1.
        """
        if rng.random() < _NEGATIVE:
            return self._negative(rng, severity)
        plate = self._plates.draw(rng)
        image, corners = self._picture(rng, plate, severity)
        if rng.random() < _BOXED:
            return Crop(_boxed(rng, image, corners, severity), plate.text, plate.kind)
        return Crop(_rectified(rng, image, corners, severity), plate.text, plate.kind)

    def _picture(self, rng: np.random.Generator, plate: DrawnPlate, severity: float) -> tuple[Image, _Corners]:
        """The plate in its surroundings, as a camera sees it, and its corners there."""
        holder, corners = framed(rng, worn(rng, plate.image))
        width_px = float(np.exp(rng.uniform(np.log(170 - 102 * severity), np.log(230))))
        scale = width_px / plate.image.shape[1]
        holder = cv2.resize(holder, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        transform, size_wh = _view(rng, holder.shape[1], holder.shape[0], severity)
        picture = self._backgrounds.patch(rng, size_wh)
        mask = cv2.warpPerspective(np.ones(holder.shape[:2], np.float32), transform, size_wh)[..., None]
        picture = (picture * (1 - mask) + cv2.warpPerspective(holder, transform, size_wh) * mask).astype(np.uint8)
        placed = cv2.perspectiveTransform(corners[None] * scale, transform)[0]
        return photographed(rng, picture, severity), placed

    def _negative(self, rng: np.random.Generator, severity: float) -> Crop:
        """A part of a plate, or something that is none."""
        chance = rng.random()
        if chance < 0.5:
            plate = self._plates.draw(rng)
            if not plate.kind.endswith(("double", "trailer")):
                image, corners = self._picture(rng, plate, severity)
                return Crop(_rectified(rng, image, _part(rng, corners, plate), 0.4 * severity), "", None)
        if chance < 0.75:
            image = self._backgrounds.sign(rng, (200, 70))
        else:
            image = self._backgrounds.patch(rng, (int(rng.integers(40, 300)), int(rng.integers(20, 120))))
        return Crop(photographed(rng, cv2.resize(image, CROP_WH, interpolation=cv2.INTER_AREA), severity), "", None)


def _view(
    rng: np.random.Generator, width: int, height: int, severity: float
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """A perspective on a flat thing of that size, and the size of the picture that holds it with some room."""
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    turn = np.deg2rad(float(np.clip(rng.normal(0, 5), -16, 16)) * severity)
    shear = rng.normal(0, 0.12) * severity
    matrix = np.array([[np.cos(turn), -np.sin(turn) + shear], [np.sin(turn), np.cos(turn)]])
    seen = (flat - flat.mean(axis=0)) * (rng.uniform(0.75, 1.08), 1.0) @ matrix.T
    seen += rng.normal(0, 0.025 * severity, (4, 2)) * (width * 0.4, height)
    room = np.array([width * 0.25, height * 0.5])
    seen -= seen.min(axis=0) - room
    size = np.ceil(seen.max(axis=0) + room).astype(int)
    transform = cv2.getPerspectiveTransform(flat.astype(np.float32), seen.astype(np.float32))
    return transform, (int(size[0]), int(size[1]))


def _rectified(rng: np.random.Generator, image: Image, corners: _Corners, severity: float) -> Image:
    """Cut out by corners that are a little off, with the lane's margin or less."""
    width, height = CROP_WH
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    error = rng.normal(0, 0.022 * severity, (4, 2))
    cut = corners + error[:, :1] * across * 0.7 + error[:, 1:] * down * 1.6
    margin_x, margin_y = rng.uniform(-0.01, 0.07), rng.uniform(-0.03, 0.14)
    target = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], float)
    inner = (target - 0.5) / (1 + 2 * np.array([margin_x, margin_y])) + 0.5
    transform = cv2.getPerspectiveTransform(cut.astype(np.float32), (inner * (width, height)).astype(np.float32))
    crop: Image = cv2.warpPerspective(image, transform, CROP_WH, borderMode=cv2.BORDER_REPLICATE)
    return crop


def _boxed(rng: np.random.Generator, image: Image, corners: _Corners, severity: float) -> Image:
    """Cut out by an upright box, as data sets of crops are; now and then made small first."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    size = high - low
    margins = rng.uniform(-0.012, 0.07 + 0.05 * severity, (2, 2)) * size * (1, 1.5)
    left, top = np.maximum(low - margins[0], 0).astype(int)
    right, bottom = np.ceil(high + margins[1]).astype(int)
    cut = image[top:bottom, left:right]
    if rng.random() < 0.35 * severity:
        small = (int(rng.integers(72, 140)), int(rng.integers(20, 46)))
        cut = cv2.resize(cut, small, interpolation=cv2.INTER_AREA if rng.random() < 0.5 else cv2.INTER_LINEAR)
    shrinks = cut.shape[1] > CROP_WH[0] * 1.5
    crop: Image = cv2.resize(cut, CROP_WH, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return crop


def _part(rng: np.random.Generator, corners: _Corners, plate: DrawnPlate) -> _Corners:
    """The corners of a part of the plate that lacks one character or more on one side.

    A part of a Chinese plate is one wherever it is cut. Of a plate without a fixed number of characters a whole
    character less looks as if it were all, so that the cut goes through one.
    """
    missing = int(rng.integers(1, max(2, len(plate.spans) - 2)))
    if plate.kind == "latin":
        through = rng.uniform(0.3, 0.7)
        first, last = plate.spans[missing - 1], plate.spans[-missing]
        start, end = first[0] + through * (first[1] - first[0]), last[0] + through * (last[1] - last[0])
    else:
        start, end = plate.spans[missing][0] - 0.01, plate.spans[-missing - 1][1] + 0.01
    across = np.array([corners[1] - corners[0], corners[2] - corners[3]])
    start, end = (start, 1.0) if rng.random() < 0.5 else (0.0, end)
    lefts = np.array([corners[0], corners[3]])
    return np.array(
        [
            lefts[0] + across[0] * start,
            lefts[0] + across[0] * end,
            lefts[1] + across[1] * end,
            lefts[1] + across[1] * start,
        ]
    )
