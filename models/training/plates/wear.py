"""What time and weather do to a flat plate."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import Image


def worn(rng: np.random.Generator, plate: Image) -> Image:
    """The plate with dirt, dents, shadow and light by chance; same size."""
    image = plate.astype(np.float32)
    if rng.random() < 0.3:
        image += rng.uniform(0.1, 0.5) * (image - np.roll(image, rng.choice((-1, 1), 2), axis=(0, 1)))  # embossed
    if rng.random() < 0.35:
        image = _dirty(rng, image)
    if rng.random() < 0.2:
        image = _faded(rng, image)
    if rng.random() < 0.35:
        image *= _slope(rng, image.shape[:2], rng.uniform(0.45, 0.9))[..., None]
    if rng.random() < 0.18:
        image *= _shadow(rng, image.shape[:2])[..., None]
    if rng.random() < 0.12:
        image += _glare(rng, image.shape[:2])[..., None]
    return np.clip(image, 0, 255).astype(np.uint8)


def framed(rng: np.random.Generator, plate: Image) -> tuple[Image, NDArray[np.float64]]:
    """The plate in a holder, or bare; and the plate's corners in the new picture, (4, 2) pixels."""
    height, width = plate.shape[:2]
    if rng.random() < 0.55:
        return plate, _corners(0, 0, width, height)
    sides = [round(height * share) for share in rng.uniform(0.02, 0.12, 4)]
    if rng.random() < 0.3:
        sides[1] = round(height * rng.uniform(0.12, 0.3))  # a dealer's name below
    grey = rng.integers(10, 240)
    colour = [int(one) for one in np.clip(rng.normal(grey, 8, 3), 0, 255)]
    top, bottom, left, right = sides
    holder = cv2.copyMakeBorder(plate, top, bottom, left, right, cv2.BORDER_CONSTANT, value=colour)
    if rng.random() < 0.2:  # the holder covers the plate's own rim
        inset = max(1, round(height * 0.03))
        cv2.rectangle(holder, (left, top), (left + width - 1, top + height - 1), colour, inset)
    return holder, _corners(left, top, width, height)


def _corners(x: int, y: int, width: int, height: int) -> NDArray[np.float64]:
    return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], float)


def _noise(rng: np.random.Generator, shape: tuple[int, int], cells: int) -> NDArray[np.float32]:
    """Clouds, 0..1."""
    coarse = rng.random((cells, cells * 3)).astype(np.float32)
    clouds: NDArray[np.float32] = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    bounded: NDArray[np.float32] = np.clip(clouds, 0, 1)
    return bounded


def _dirty(rng: np.random.Generator, image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mud in patches."""
    clouds = _noise(rng, image.shape[:2], int(rng.integers(3, 12)))[..., None]
    amount = np.clip(np.clip(clouds - rng.uniform(0.3, 0.8), 0, 1) * rng.uniform(0.5, 1.6), 0, 0.85)
    mud = rng.normal((70, 90, 105), 20).astype(np.float32)
    soiled: NDArray[np.float32] = image * (1 - amount) + mud * amount
    return soiled


def _faded(rng: np.random.Generator, image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Paint gone in specks, so that strokes have holes."""
    shape = image.shape[:2]
    holes = (_noise(rng, shape, int(rng.integers(10, 30))) > rng.uniform(0.75, 0.95)).astype(np.float32)[..., None]
    middle = image.mean(axis=(0, 1))
    faded: NDArray[np.float32] = image * (1 - 0.7 * holes) + middle * 0.7 * holes
    return faded


def _slope(rng: np.random.Generator, shape: tuple[int, int], darkest: float) -> NDArray[np.float32]:
    """Light that falls off to one side."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-0.5 : 0.5 : shape[0] * 1j, -0.5 : 0.5 : shape[1] * 1j]
    ramp = np.clip(np.cos(angle) * x + np.sin(angle) * y + 0.5, 0, 1)
    light: NDArray[np.float32] = (darkest + (1 - darkest) * ramp).astype(np.float32)
    return light


def _shadow(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """A hard-edged shadow, of a bumper or a barrier."""
    height, width = shape
    shade = np.ones(shape, np.float32)
    if rng.random() < 0.6:
        left, right = rng.uniform(-0.2, 1.2, 2) * height
        points = np.array([(0, left), (width, right), (width, 0), (0, 0)])
    else:
        points = np.array([(0, 0), (rng.uniform(0, width), 0), (rng.uniform(0, width), height), (0, height)])
    cv2.fillConvexPoly(shade, points.astype(np.int32), float(rng.uniform(0.35, 0.8)))
    soft: NDArray[np.float32] = cv2.GaussianBlur(shade, (0, 0), float(rng.uniform(0.8, 5)))
    return soft


def _glare(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    """A bright spot, of the sun or a headlight."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width]
    across = (x - rng.uniform(0, width)) / (width * rng.uniform(0.05, 0.3))
    down = (y - rng.uniform(0, height)) / (height * rng.uniform(0.2, 0.8))
    spot: NDArray[np.float32] = (rng.uniform(40, 160) * np.exp(-(across**2) - down**2)).astype(np.float32)
    return spot
