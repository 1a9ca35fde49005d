"""The coloured bands at the ends of a plate, with the country's stars and letters, which are not read."""

from pathlib import Path

import numpy as np

from models.training.plates.canvas import Canvas, Colour, shaded
from models.training.plates.glyphs import FontSet
from vision.plate_alphabet import DIGITS, LETTERS

_SOLID = np.ones((2, 2), np.float32)
_BLUE, _YELLOW, _WHITE = (160, 70, 20), (60, 200, 230), (240, 240, 240)
_STARS = 12


def draw_left_band(rng: np.random.Generator, canvas: Canvas, fonts: FontSet, size_mm: tuple[float, float]) -> None:
    """Stars or a flag above, one to three letters below; `size_mm` is the band's width and height."""
    width, height = size_mm
    colour = shaded(rng, _BLUE, 25)
    canvas.stamp(_SOLID, np.array([0, 0, width, height]), colour)
    centre = np.array([width / 2, height * rng.uniform(0.28, 0.4)])
    if rng.random() < 0.6:
        _ring(rng, canvas, centre, width * rng.uniform(0.24, 0.34))
    else:
        canvas.disc(centre, width * rng.uniform(0.15, 0.3), shaded(rng, _YELLOW, 40))
    if rng.random() < 0.85:
        letters = _characters(rng, LETTERS, int(rng.integers(1, 4)))
        tall = height * rng.uniform(0.16, 0.32)
        _print(rng, canvas, fonts, letters, (width * 0.08, height * 0.94 - tall, width * 0.84, tall), _WHITE)


def draw_right_band(
    rng: np.random.Generator, canvas: Canvas, fonts: FontSet, left_mm: float, size_mm: tuple[float, float]
) -> None:
    """A disc or an emblem above, a department or a year below."""
    width, height = size_mm
    canvas.stamp(_SOLID, np.array([left_mm, 0, width, height]), shaded(rng, _BLUE, 25))
    if rng.random() < 0.6:
        centre = (left_mm + width / 2, height * rng.uniform(0.25, 0.4))
        canvas.disc(centre, width * rng.uniform(0.2, 0.35), shaded(rng, (140, 140, 140), 70))
    if rng.random() < 0.7:
        letters = _characters(rng, DIGITS if rng.random() < 0.6 else LETTERS, 2)
        tall = height * rng.uniform(0.14, 0.3)
        _print(rng, canvas, fonts, letters, (left_mm + width * 0.1, height * 0.92 - tall, width * 0.8, tall), _WHITE)


def _ring(rng: np.random.Generator, canvas: Canvas, centre: np.ndarray, radius: float) -> None:
    colour = shaded(rng, _YELLOW, 30)
    for angle in np.arange(_STARS) * 2 * np.pi / _STARS:
        canvas.disc(centre + radius * np.array([np.cos(angle), np.sin(angle)]), radius * 0.16, colour)


def _characters(rng: np.random.Generator, pool: str, count: int) -> str:
    return "".join(pool[rng.integers(len(pool))] for _ in range(count))


def _print(
    rng: np.random.Generator,
    canvas: Canvas,
    fonts: FontSet,
    letters: str,
    box_mm: tuple[float, float, float, float],
    colour: Colour,
) -> None:
    x, y, width, height = box_mm
    font: Path = fonts.choose(rng)
    advance = min(width / len(letters), height * 0.8)
    x += (width - advance * len(letters)) / 2
    for place, letter in enumerate(letters):
        canvas.stamp(fonts.mask(font, letter), np.array([x + place * advance, y, advance * 0.82, height]), colour)
