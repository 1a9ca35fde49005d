"""Plates without Chinese characters, of many shapes, colours and fonts, with the small print that is not read."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.training.plates.bands import draw_left_band, draw_right_band
from models.training.plates.canvas import Canvas, Colour, shaded
from models.training.plates.emblems import draw_emblem
from models.training.plates.glyphs import FontSet
from models.training.plates.texts import latin_text
from vision.plate_alphabet import DIGITS, LETTERS
from vision.types import Image

_SMALL_PRINT = LETTERS + DIGITS + "  .-"
_WHITE, _BLACK = (240, 240, 240), (20, 20, 20)


@dataclass(frozen=True, slots=True)
class Look:
    """One family of plates.

    Attributes:
        size_mm: width and height.
        colours: ground and ink, one pair by chance.
        band: chance of a coloured band on the left (and half of that on the right).
        header: chance of a strip with small print above the text.
        coloured: chance that this strip has a colour of its own.
        footer: the same below.
        picture: chance of a picture behind the text.
        text_height: of the plate's height.
        double: two lines.
    """

    size_mm: tuple[float, float]
    colours: tuple[tuple[Colour, Colour], ...]
    band: float
    header: float
    footer: float
    picture: float
    text_height: tuple[float, float]
    double: bool = False
    coloured: float = 0.3


_EU = ((_WHITE, _BLACK),) * 6 + (((30, 190, 240), _BLACK), (_WHITE, (40, 30, 170)), (_BLACK, _WHITE))
_BRAZIL = (
    ((150, 150, 150), _BLACK),
    ((180, 182, 180), _BLACK),
    ((50, 50, 160), _WHITE),
    (_WHITE, _BLACK),
    (_WHITE, (60, 60, 200)),
)
_MERCOSUR = ((_WHITE, _BLACK),) * 5 + ((_WHITE, (40, 30, 170)), (_WHITE, (140, 80, 30)))
_US = (
    (_WHITE, _BLACK), (_WHITE, (120, 40, 30)), (_WHITE, (40, 30, 150)), (_WHITE, (50, 90, 30)),
    ((230, 215, 190), (120, 50, 20)), ((190, 220, 240), (40, 40, 40)), ((160, 90, 30), _WHITE),
    ((60, 140, 235), _BLACK), ((130, 215, 245), (110, 60, 20)), ((60, 40, 150), _WHITE),
    ((170, 200, 160), (60, 70, 20)),
)  # fmt: skip
_DARK = ((_BLACK, _WHITE), (_BLACK, (200, 200, 200)), (_WHITE, _BLACK))
LOOKS = (
    (Look((520, 110), _EU, 0.85, 0.03, 0.05, 0.0, (0.62, 0.76)), 30),
    (Look((340, 110), _EU, 0.6, 0.03, 0.05, 0.0, (0.62, 0.76)), 4),
    (Look((400, 130), _BRAZIL, 0.1, 0.9, 0.05, 0.0, (0.5, 0.66)), 18),
    (Look((400, 130), _MERCOSUR, 0.0, 1.0, 0.0, 0.0, (0.52, 0.66), coloured=1.0), 7),
    (Look((340, 130), _DARK, 0.05, 0.7, 0.3, 0.0, (0.5, 0.66)), 8),
    (Look((305, 152), _US, 0.02, 0.85, 0.8, 0.55, (0.42, 0.6)), 26),
    (Look((280, 200), _EU, 0.3, 0.1, 0.1, 0.0, (0.34, 0.4), double=True), 6),
    (Look((200, 170), _BRAZIL, 0.0, 0.5, 0.05, 0.0, (0.32, 0.38), double=True), 3),
)
"""Families and their weights."""


@dataclass(frozen=True, slots=True, eq=False)
class LatinPlate:
    """As `render.DrawnPlate`."""

    image: Image
    text: str
    double: bool
    spans: tuple[tuple[float, float], ...]


def draw_latin(rng: np.random.Generator, fonts: FontSet, px_per_mm: float, *, double: bool | None = None) -> LatinPlate:
    """One plate; one or two lines by chance unless `double` says so."""
    looks = [(look, weight) for look, weight in LOOKS if double in (None, look.double)]
    weights = np.array([weight for _, weight in looks], float)
    look = looks[rng.choice(len(looks), p=weights / weights.sum())][0]
    # Nations differ in sizes, cameras in pixels that are not square.
    width, height = look.size_mm[0] * rng.uniform(0.9, 1.1), look.size_mm[1] * rng.uniform(0.92, 1.08)
    ground, ink = look.colours[rng.integers(len(look.colours))]
    ground, ink = shaded(rng, ground, 14), shaded(rng, ink, 14)
    shape = round(height * px_per_mm), round(width * px_per_mm)
    canvas = Canvas(np.full((*shape, 3), ground, np.uint8), px_per_mm)
    if rng.random() < look.picture:
        _picture(rng, canvas.image)
    left, right = _bands(rng, canvas, fonts, look, (width, height))
    top, bottom = _strips(rng, canvas, fonts, look, (width, height), ink)
    text = latin_text(rng)
    lines = _lines(rng, text) if look.double else [text]
    spans = _write(rng, canvas, fonts, lines, (left, top, right, bottom), ink, height * rng.uniform(*look.text_height))
    if rng.random() < 0.5:
        canvas.rim(rng.uniform(1, 5), rng.uniform(1, 3), ink)
    _holes(rng, canvas, (width, height))
    read = "".join(character for character in "".join(lines) if character.isalnum())
    return LatinPlate(canvas.image, read, look.double, tuple((a / width, b / width) for a, b in spans))


def _lines(rng: np.random.Generator, text: str) -> list[str]:
    breaks = [place for place, sign in enumerate(text) if not sign.isalnum()]
    middle = breaks[0] if breaks else int(rng.integers(2, max(3, len(text) - 2)))
    return [text[:middle].strip(" -"), text[middle:].strip(" -")]


def _write(
    rng: np.random.Generator,
    canvas: Canvas,
    fonts: FontSet,
    lines: list[str],
    area_mm: tuple[float, float, float, float],
    ink: Colour,
    text_mm: float,
) -> list[tuple[float, float]]:
    """Draw the lines, centred in the area; back come the characters' left and right ends."""
    left, top, right, bottom = area_mm
    font, bold = fonts.choose(rng), rng.normal(0, 0.4)
    squeeze, spread = rng.uniform(0.75, 1.1), rng.uniform(0.06, 0.22)
    # Dashes are drawn or left out; in other gaps stand emblems, on many plates.
    has_dashes, has_emblems = rng.random() < 0.45, rng.random() < 0.5
    blank = rng.uniform(0.45, 0.85) if has_emblems else rng.uniform(0.2, 0.5)
    line_mm = (bottom - top) / len(lines)
    height = min(text_mm, line_mm * 0.92)
    spans: list[tuple[float, float]] = []
    for number, line in enumerate(lines):
        y = top + line_mm * (number + 0.5) - height / 2 + rng.normal(0, 0.01) * height
        widths = [_advance(fonts, font, sign, height, squeeze, blank) for sign in line]
        gap = spread * height
        total = sum(widths) + gap * (len(line) - 1)
        fit = min(1.0, (right - left) * 0.97 / total)
        x = (left + right - total * fit) / 2 + rng.normal(0, 0.15) * max((right - left) - total * fit, 0) / 2
        for sign, width in zip(line, widths, strict=True):
            box = np.array([x, y, width * fit, height])
            if sign.isalnum():
                canvas.stamp(fonts.mask(font, sign), box + rng.normal(0, 0.4, 4), ink, bold)
                spans.append((x, x + width * fit))
            elif sign == "-" and has_dashes:
                canvas.stamp(
                    np.ones((2, 4), np.float32), np.array([x, y + height * 0.45, width * fit, height * 0.12]), ink
                )
            elif has_emblems:
                draw_emblem(rng, canvas, (x + width * fit / 2, y + height / 2), width * fit * rng.uniform(0.9, 1.3))
            x += (width + gap) * fit
    return spans


def _advance(fonts: FontSet, font: Path, sign: str, height: float, squeeze: float, blank: float) -> float:
    if not sign.isalnum():
        return height * blank
    mask = fonts.mask(font, sign)
    return max(float(mask.shape[1] / mask.shape[0]) * height * squeeze, height * 0.12)


def _picture(rng: np.random.Generator, image: Image) -> None:
    """Soft coloured clouds and a few shapes, as behind the characters of US plates."""
    height, width = image.shape[:2]
    clouds = cv2.resize(
        rng.integers(60, 255, (4, 6, 3)).astype(np.uint8), (width, height), interpolation=cv2.INTER_CUBIC
    )
    share = rng.uniform(0.1, 0.5)
    image[:] = cv2.addWeighted(image, 1 - share, clouds, share, 0)
    for _ in range(rng.integers(0, 4)):
        colour = [int(one) for one in rng.integers(40, 255, 3)]
        shape = image.copy()
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.ellipse(
            shape,
            centre,
            (int(rng.integers(8, 70)), int(rng.integers(5, 40))),
            float(rng.integers(180)),
            0,
            360,
            colour,
            -1,
        )
        share = rng.uniform(0.15, 0.6)
        image[:] = cv2.addWeighted(image, 1 - share, shape, share, 0)


def _bands(
    rng: np.random.Generator, canvas: Canvas, fonts: FontSet, look: Look, size_mm: tuple[float, float]
) -> tuple[float, float]:
    """Draw the country's bands; back come the left and right ends of what remains."""
    width, height = size_mm
    left, right = 0.03 * width, 0.97 * width
    band = min(44.0, width * 0.12) * rng.uniform(0.8, 1.1)
    if rng.random() < look.band:
        draw_left_band(rng, canvas, fonts, (band, height))
        left = band * rng.uniform(1.04, 1.2)
        if rng.random() < 0.4:
            draw_right_band(rng, canvas, fonts, width - band, (band, height))
            right = width - band * 1.1
    return left, right


def _strips(
    rng: np.random.Generator, canvas: Canvas, fonts: FontSet, look: Look, size_mm: tuple[float, float], ink: Colour
) -> tuple[float, float]:
    """Draw the small print above and below; back come the upper and lower ends of what remains."""
    width, height = size_mm
    top, bottom = 0.06 * height, 0.94 * height
    font = fonts.choose(rng)
    if rng.random() < look.header:
        strip = height * rng.uniform(0.14, 0.24)
        if rng.random() < look.coloured:
            canvas.stamp(np.ones((2, 2), np.float32), np.array([0, 0, width, strip]), shaded(rng, (140, 60, 20), 50))
        _small_print(rng, canvas, fonts, font, (width, strip * 0.15, strip * 0.7), ink)
        top = strip
    if rng.random() < look.footer:
        strip = height * rng.uniform(0.1, 0.2)
        _small_print(rng, canvas, fonts, font, (width, height - strip * 0.9, strip * 0.7), ink)
        bottom = height - strip
    return top, bottom


def _small_print(
    rng: np.random.Generator,
    canvas: Canvas,
    fonts: FontSet,
    font: Path,
    place_mm: tuple[float, float, float],
    ink: Colour,
) -> None:
    """Words nobody reads, centred: `place_mm` is the plate's width, the line's top and its height."""
    width, y, height = place_mm
    letters = [_SMALL_PRINT[rng.integers(len(_SMALL_PRINT))] for _ in range(rng.integers(4, 18))]
    colour = shaded(rng, ink, 40) if rng.random() < 0.6 else shaded(rng, (120, 120, 120), 80)
    advance = min(height * rng.uniform(0.6, 0.9), width * 0.9 / len(letters))
    x = (width - advance * len(letters)) / 2
    for letter in letters:
        if letter.isalnum():
            canvas.stamp(fonts.mask(font, letter), np.array([x, y, advance * 0.8, height]), colour)
        x += advance


def _holes(rng: np.random.Generator, canvas: Canvas, size_mm: tuple[float, float]) -> None:
    width, height = size_mm
    for x in (rng.uniform(0.08, 0.3), rng.uniform(0.7, 0.92)):
        for y in (0.08, 0.92):
            if rng.random() < 0.35:
                grey = int(rng.integers(20, 230))
                canvas.disc((x * width, y * height), rng.uniform(2, 6), (grey, grey, grey))
