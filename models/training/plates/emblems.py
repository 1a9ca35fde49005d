"""What stands in the gaps of a text and is not read: crests, seals, outlines of states."""

import numpy as np
from numpy.typing import NDArray

from models.training.plates.canvas import Canvas, Colour, shaded

_SHIELD = np.array([(-0.4, -0.5), (0.4, -0.5), (0.4, 0.1), (0.0, 0.5), (-0.4, 0.1)])


def draw_emblem(rng: np.random.Generator, canvas: Canvas, centre_mm: tuple[float, float], size_mm: float) -> None:
    """One of them, about so high and wide."""
    draw = (_crest, _seals, _outline)[rng.integers(3)]
    draw(rng, canvas, np.array(centre_mm), size_mm)


def _crest(rng: np.random.Generator, canvas: Canvas, centre: NDArray[np.float64], size: float) -> None:
    """A shield with bars or a disc."""
    canvas.polygon(centre + _SHIELD * size, _paint(rng))
    canvas.polygon(centre + _SHIELD * size * 0.8, _paint(rng))
    for _ in range(rng.integers(1, 4)):
        middle = centre + rng.normal(0, 0.12, 2) * size
        if rng.random() < 0.5:
            canvas.disc(middle, size * rng.uniform(0.08, 0.2), _paint(rng))
        else:
            half = np.array([rng.uniform(0.04, 0.3), rng.uniform(0.04, 0.3)]) * size
            canvas.polygon(middle + np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half, _paint(rng))


def _seals(rng: np.random.Generator, canvas: Canvas, centre: NDArray[np.float64], size: float) -> None:
    """One round sticker, or two one above the other."""
    two = rng.random() < 0.5
    radius = size * (0.24 if two else 0.4) * rng.uniform(0.8, 1.1)
    for offset in (-0.26, 0.26) if two else (0.0,):
        middle = centre + np.array([0, offset * size])
        canvas.disc(middle, radius, _paint(rng))
        canvas.disc(middle, radius * rng.uniform(0.4, 0.85), _paint(rng))


def _outline(rng: np.random.Generator, canvas: Canvas, centre: NDArray[np.float64], size: float) -> None:
    """An uneven patch, as a state's shape or an animal."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
    reach = rng.uniform(0.2, 0.5, 9) * size
    canvas.polygon(centre + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None], _paint(rng))


def _paint(rng: np.random.Generator) -> Colour:
    return shaded(rng, (128, 128, 128), 80)
