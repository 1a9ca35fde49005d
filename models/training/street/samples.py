"""Training pictures: four photos in one, moved, scaled, mirrored and lit by chance, with what is known about them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.street.listing import Photo
from models.training.street.sets import chances
from vision.crops import mirrored
from vision.preprocess import resize
from vision.types import FloatArray, Image

FILL = 114
# Of a photo's longer side in the picture, as a share of the picture's side.
_SCALES = (0.6, 1.6)
_MOSAIC_SCALES = (0.4, 1.3)
_PLAIN_SCALES = (0.8, 1.25)
_MOSAIC = 0.6
_MIRRORED = 0.5
_NIGHT = 0.12
_BLURRED = 0.1
# Of an object's area; of what is less, nobody can say what it is.
_LEAST_VISIBLE = 0.35
# Shorter sides in pixels below which an object is a smear.
_LEAST_SIDE = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One square picture.

    Attributes:
        picture: (side, side, 3) uint8 BGR.
        boxes: (N, 4) pixels of what is to be found.
        classes: (N,) places in STREET_CLASSES.
        vague: (M, 4) pixels where an object of `vague_classes` may or may not be found.
        vague_classes: (M,) places in STREET_CLASSES.
        areas: (K, 4) pixels: parts of the picture that come from one photo each.
        known: (K, classes) which classes are known in each.
    """

    picture: Image
    boxes: FloatArray
    classes: NDArray[np.int64]
    vague: FloatArray
    vague_classes: NDArray[np.int64]
    areas: FloatArray
    known: NDArray[np.bool_]


def draw(rng: np.random.Generator, photos: Sequence[Photo], side: int, plain: bool = False) -> Sample:
    """A picture of one photo or of four, by chance; a set is drawn as often as `SHARES` says.

    Args:
        plain: one photo, at about the size at which it will be looked at.
    """
    likely = chances(tuple(photo.set_name for photo in photos))
    count = 4 if not plain and rng.random() < _MOSAIC else 1
    chosen = [photos[int(index)] for index in rng.choice(len(photos), count, p=likely)]
    middle = rng.uniform(0.3, 0.7, 2) * side if count == 4 else np.array([side, side])
    across, down = (int(edge) for edge in middle)
    corners = [(0, 0, across, down), (across, 0, side, down), (0, down, across, side), (across, down, side, side)]
    scales = _PLAIN_SCALES if plain else _MOSAIC_SCALES if count == 4 else _SCALES
    parts = [_placed(rng, photo, area, side, scales) for photo, area in zip(chosen, corners, strict=False)]
    picture = np.full((side, side, 3), FILL, np.uint8)
    for part, (left, top, right, bottom) in zip(parts, corners, strict=False):
        picture[top:bottom, left:right] = part.picture
    return Sample(
        relit(rng, picture),
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("boxes", "classes", "vague", "vague_classes", "areas", "known")
        ),
    )


def whole(photo: Photo, side: int) -> Sample:
    """A photo as large as the picture allows, in its middle, unchanged otherwise."""
    image = photo.image()
    scale = side / max(image.shape[:2])
    return _cut(photo, image, scale, (0, 0, side, side), ((side - np.array(image.shape[1::-1]) * scale) / 2))


def _placed(
    rng: np.random.Generator,
    photo: Photo,
    area: tuple[int, int, int, int],
    side: int,
    scales: tuple[float, float],
) -> Sample:
    """A photo in a part of the picture: somewhere, at some size, perhaps mirrored."""
    image, boxes = photo.image(), photo.boxes
    if rng.random() < _MIRRORED:
        image = np.ascontiguousarray(image[:, ::-1])
        boxes = mirrored(boxes, image.shape[1])
    low, high = np.log(scales)
    scale = float(np.exp(rng.uniform(low, high))) * side / max(image.shape[:2])
    room = np.array(area[2:]) - area[:2] - np.array(image.shape[1::-1]) * scale
    turned = Photo(photo.set_name, photo.path, photo.key, boxes, photo.classes)
    return _cut(turned, image, scale, area, np.array(area[:2]) + room * rng.random(2))


def _cut(
    photo: Photo, image: Image, scale: float, area: tuple[int, int, int, int], corner: NDArray[np.floating]
) -> Sample:
    """What a part of the picture shows of a photo whose top-left corner lies at `corner`."""
    left, top, right, bottom = area
    if scale < 1:
        # Averaged first: sampled from far, small objects would flicker.
        small = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image, scale_left = resize(image, small), 1.0
    else:
        scale_left = scale
    x, y = corner - (left, top)
    # cv2 counts from the centre of pixel 0, half a pixel inside the picture.
    shift = (scale_left - 1) / 2
    matrix = np.array([[scale_left, 0, x + shift], [0, scale_left, y + shift]])
    picture = cv2.warpAffine(image, matrix, (right - left, bottom - top), borderValue=(FILL, FILL, FILL))
    boxes = photo.boxes * scale + np.array([*corner, *corner])
    seen = np.clip(boxes, (left, top, left, top), (right, bottom, right, bottom)).astype(np.float32)
    shares = _areas(seen) / np.maximum(_areas(boxes), 1e-6)
    sides = (seen[:, 2:] - seen[:, :2]).min(axis=1, initial=np.inf)
    clear = (shares >= _LEAST_VISIBLE) & (sides >= _LEAST_SIDE)
    vague = ~clear & (shares > 0)
    return Sample(
        picture,
        seen[clear],
        photo.classes[clear],
        seen[vague],
        photo.classes[vague],
        np.array([area], np.float32),
        photo.known[None],
    )


def _areas(boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))


def relit(rng: np.random.Generator, picture: Image) -> Image:
    """Another colour, brightness and sharpness; sometimes night, with its noise."""
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + rng.uniform(-6, 6)) % 180
    hsv[..., 1:] *= rng.uniform((0.5, 0.6), (1.5, 1.4))
    lit: Image = cv2.cvtColor(np.clip(hsv, 0, 255).astype(np.uint8), cv2.COLOR_HSV2BGR)
    if rng.random() < _NIGHT:
        dark = 255 * (lit / 255.0) ** rng.uniform(1.4, 2.4) * rng.uniform(0.4, 0.9)
        lit = np.clip(dark + rng.normal(0, rng.uniform(3, 12), lit.shape), 0, 255).astype(np.uint8)
    if rng.random() < _BLURRED:
        lit = cv2.GaussianBlur(lit, (0, 0), rng.uniform(0.5, 1.5))
    return lit
