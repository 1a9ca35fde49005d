"""Light over a whole scene: night, lamps, the sun's shadows, and the casts of cheap cameras."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import FloatArray, Image

_MAGENTA = (1.15, 0.55, 1.25)
_GREEN = (0.75, 1.15, 0.7)


def lit(rng: np.random.Generator, scene: Image) -> Image:
    """The scene under light by chance; same size."""
    level = scene.astype(np.float32)
    if rng.random() < 0.2:
        level *= _shade(rng, scene.shape[:2])[..., None]
    if rng.random() < 0.12:
        level = _night(rng, level)
    if rng.random() < 0.1:
        cast = np.array(_MAGENTA if rng.random() < 0.7 else _GREEN, dtype=np.float32)
        level *= 1 + (cast - 1) * np.float32(rng.uniform(0.3, 1.1))
    if rng.random() < 0.07:
        level[:] = level.mean(axis=2, keepdims=True)
    return _as_picture(level)


def matched(rng: np.random.Generator, image: Image, around: Image) -> Image:
    """A thing's picture, lit about as the pixels around it are."""
    ambient = float(around.mean()) if around.size else 128.0
    gain = np.clip((ambient + 40) / 150, 0.3, 1.25) * rng.uniform(0.75, 1.3)
    return _as_picture(image.astype(np.float32) * np.float32(gain))


def with_glare(rng: np.random.Generator, scene: Image, centre: NDArray[np.floating], width: float) -> Image:
    """The scene with one or two lamps beside `centre` (2,), about `width` pixels away, that dazzle."""
    level = scene.astype(np.float32)
    colour = np.array(rng.choice([(255, 255, 255), (235, 245, 255), (60, 60, 255)]), dtype=np.float32)
    height, across = scene.shape[:2]
    ys, xs = np.mgrid[0:height:2, 0:across:2]
    for side in (-1, 1)[: rng.integers(1, 3)]:
        x, y = centre + np.array([side * width * rng.uniform(0.8, 1.8), -width * rng.uniform(-0.1, 0.8)])
        reach = width * rng.uniform(0.1, 0.5)
        distance = np.hypot(xs - x, ys - y) / max(reach, 2.0)
        spot = np.exp(-(distance**1.3)) * rng.uniform(0.6, 1.8)
        full = cv2.resize(spot.astype(np.float32), (across, height), interpolation=cv2.INTER_LINEAR)
        level += full[..., None] * colour
    return _as_picture(level)


def _as_picture(level: FloatArray) -> Image:
    picture: Image = np.clip(level, 0, 255).astype(np.uint8)
    return picture


def _night(rng: np.random.Generator, level: FloatArray) -> FloatArray:
    """Dark, with light where a lamp shines."""
    height, width = level.shape[:2]
    ys, xs = np.mgrid[0:height:4, 0:width:4]
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    pool = np.exp(-(((xs - x) / width) ** 2 + ((ys - y) / height) ** 2) * rng.uniform(1, 8))
    light = rng.uniform(0.22, 0.5) + rng.uniform(0.1, 0.8) * pool
    full = cv2.resize(light.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    dark: FloatArray = level * full[..., None]
    return dark


def _shade(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """A few straight-edged shadows."""
    height, width = shape
    light = np.ones(shape, dtype=np.float32)
    for _ in range(rng.integers(1, 4)):
        points = rng.uniform(-0.3, 1.3, (4, 2)) * (width, height)
        hull = cv2.convexHull(points.astype(np.int32))
        cv2.fillConvexPoly(light, hull, float(rng.uniform(0.3, 0.8)))
    soft: FloatArray = cv2.GaussianBlur(light, (0, 0), float(rng.uniform(1, 8)))
    return soft
