"""What a camera makes of a picture: light, colour, blur, noise, compression."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import Image


def photographed(rng: np.random.Generator, image: Image, severity: float = 1.0) -> Image:
    """The picture as a camera would have delivered it; same size.

    Args:
        severity: 0 leaves almost all as it is, 1 is what parking and road cameras deliver.
    """
    taken = _exposed(rng, image, severity)
    if rng.random() < 0.35 * severity:
        taken = _moved(rng, taken, severity)
    if rng.random() < 0.6:
        taken = cv2.GaussianBlur(
            taken, (0, 0), float(rng.uniform(0.3, 0.3 + 0.8 * severity * min(1.0, image.shape[1] / 200)))
        )
    if rng.random() < 0.15:
        taken = taken + rng.uniform(0.3, 1.2) * (taken - cv2.GaussianBlur(taken, (0, 0), 1.2))
    taken = taken + _grain(rng, taken.shape, severity)
    return _compressed(rng, np.clip(taken, 0, 255).astype(np.uint8), severity)


def _exposed(rng: np.random.Generator, image: Image, severity: float) -> NDArray[np.float32]:
    """Exposure, haze, gamma, white balance and saturation."""
    # A table is twenty times as fast as a power for each pixel.
    curve = np.linspace(0, 1, 256) ** np.exp(rng.normal(0, 0.3 * severity))
    level = curve.astype(np.float32)[image]
    if rng.random() < 0.5:  # haze and cheap lenses take contrast away
        contrast = 1 - rng.uniform(0, 0.65) * severity
        level = level * contrast + rng.uniform(0.15, 0.7) * (1 - contrast)
    if rng.random() < 0.15 * severity:  # night
        level = level * rng.uniform(0.18, 0.55)
    if rng.random() < 0.12 * severity:  # too long exposed
        level = level * rng.uniform(1.2, 1.9)
    level = level * np.exp(rng.normal(0, 0.1 * severity, 3)).astype(np.float32)
    if rng.random() < 0.4:
        grey = level.mean(axis=2, keepdims=True)
        level = grey + (level - grey) * rng.uniform(0.0 if rng.random() < 0.25 else 0.3, 1.4)
    exposed: NDArray[np.float32] = np.clip(level, 0, 1).astype(np.float32) * np.float32(255)
    return exposed


def _moved(rng: np.random.Generator, image: NDArray[np.float32], severity: float) -> NDArray[np.float32]:
    length = int(rng.integers(2, 3 + max(1, round(image.shape[1] / 90 * severity))))
    kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
    angle = rng.choice([0.0, 0.0, np.pi / 2, rng.uniform(0, np.pi)])
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    start, end = (tuple(int(one) for one in np.round(length + sign * reach)) for sign in (-1, 1))
    cv2.line(kernel, start, end, 1.0)
    moved: NDArray[np.float32] = cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    return moved


def _grain(rng: np.random.Generator, shape: tuple[int, ...], severity: float) -> NDArray[np.float32]:
    strength = np.float32(min(rng.exponential(4.0 * severity), 16.0))
    grain = rng.standard_normal(shape, np.float32) * strength
    if rng.random() < 0.3:
        grain = cv2.GaussianBlur(grain, (0, 0), 0.8) * 1.8
    return grain


def _compressed(rng: np.random.Generator, image: Image, severity: float) -> Image:
    if rng.random() > 0.75:
        return image
    quality = int(rng.uniform(95 - 65 * severity, 96))
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
