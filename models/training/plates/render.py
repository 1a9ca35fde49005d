"""Flat, clean plates, seen from straight ahead: Chinese ones by their design, others by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.training.plates.canvas import Canvas, shaded
from models.training.plates.designs import DESIGNS, Design
from models.training.plates.glyphs import FontSet, GlyphSet, Mask
from models.training.plates.latin import draw_latin
from models.training.plates.texts import chinese_text
from vision.errors import ConfigurationError
from vision.plate_alphabet import PlateKind
from vision.types import Image

LATIN_SHARE = 0.5
# Frequent kinds come more often than special ones, which still must be learnt.
_WEIGHTS: dict[PlateKind, float] = {"blue": 9.0, "yellow": 3.0, "yellow_double": 2.0, "green": 3.0}
_RED = (30, 30, 200)
_FONT_INSTEAD = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPlate:
    """One plate.

    Attributes:
        image: (H, W, 3) uint8 BGR, the plate fills it.
        text: what it says, without separators.
        spans: for each character its left and right end, 0..1 of the width.
    """

    image: Image
    text: str
    kind: PlateKind
    spans: tuple[tuple[float, float], ...]


class PlateRenderer:
    """Draws plates.

    Args:
        glyphs: folder of glyph pictures, see `GlyphSet`.
        fonts: for plates of other countries.
        chinese_fonts: for the characters that the glyph pictures lack, and now and then for the others.
        designs: of the kinds that are drawn by design; add your own country's.
        px_per_mm: resolution.
    """

    def __init__(
        self,
        glyphs: Path,
        fonts: Sequence[Path],
        chinese_fonts: Sequence[Path],
        designs: Sequence[Design] = DESIGNS,
        px_per_mm: float = 0.8,
    ) -> None:
        self._glyphs = GlyphSet(glyphs)
        self._fonts = FontSet(fonts)
        self._chinese_fonts = FontSet(chinese_fonts)
        self._designs = tuple(designs)
        self._weights = np.array([_WEIGHTS.get(design.kind, 1.0) for design in designs])
        self._weights /= self._weights.sum()
        self._px_per_mm = px_per_mm

    def draw(self, rng: np.random.Generator, kind: PlateKind | None = None) -> DrawnPlate:
        """One plate; without `kind` one by chance."""
        if kind in ("latin", "latin_double") or (kind is None and rng.random() < LATIN_SHARE):
            latin = draw_latin(rng, self._fonts, self._px_per_mm, double=kind == "latin_double" if kind else None)
            return DrawnPlate(latin.image, latin.text, "latin_double" if latin.double else "latin", latin.spans)
        designs = [design for design in self._designs if kind in (None, design.kind)]
        weights = self._weights if kind is None else None
        design = designs[rng.choice(len(designs), p=weights)]
        return self._draw(rng, design, chinese_text(rng, design.grammar))

    def draw_text(self, rng: np.random.Generator, kind: PlateKind, text: str) -> DrawnPlate:
        """A plate that says this text.

        Raises:
            ConfigurationError: no design of this kind has as many places as the text has characters.
        """
        for design in self._designs:
            if design.kind == kind and len(design.boxes) == len(text):
                return self._draw(rng, design, text)
        raise ConfigurationError(f"wanted a design {kind!r} for {len(text)} characters, got none")

    def _draw(self, rng: np.random.Generator, design: Design, text: str) -> DrawnPlate:
        canvas = Canvas(_ground(rng, design, self._px_per_mm), self._px_per_mm)
        ink = shaded(rng, design.ink, 14)
        bold = rng.normal(0, 0.35)
        font = self._chinese_fonts.choose(rng) if rng.random() < _FONT_INSTEAD else None
        for character, box, style in zip(text, design.boxes, design.styles, strict=True):
            colour = shaded(rng, _RED, 20) if character in design.red else ink
            place = np.array(box) + rng.normal(0, 0.6, 4)
            canvas.stamp(self._mask(rng, character, style, font), place, colour, bold)
        _furniture(rng, canvas, design, ink)
        spans = tuple((box[0] / design.size_mm[0], (box[0] + box[2]) / design.size_mm[0]) for box in design.boxes)
        return DrawnPlate(canvas.image, text, design.kind, spans)

    def _mask(self, rng: np.random.Generator, character: str, style: str, font: Path | None) -> Mask:
        mask = self._glyphs.mask(style, character) if font is None or character.isascii() else None
        return (
            mask if mask is not None else self._chinese_fonts.mask(font or self._chinese_fonts.choose(rng), character)
        )


def _ground(rng: np.random.Generator, design: Design, px_per_mm: float) -> Image:
    width, height = (round(side * px_per_mm) for side in design.size_mm)
    # Pigments fade and cameras differ: one offset for the plate, a small one for each part.
    offset = rng.normal(0, 16, 3)
    colours = [np.clip(np.array(shaded(rng, colour, 8)) + offset, 0, 255) for colour in design.ground]
    if design.ground_left_mm is not None:
        image = np.empty((height, width, 3))
        edge = round(design.ground_left_mm * px_per_mm)
        image[:, :edge], image[:, edge:] = colours
    else:
        down = np.linspace(0, 1, height)[:, None]
        rows = colours[0] * (1 - down) + colours[-1] * down
        image = np.repeat(rows[:, None], width, axis=1)
    return image.astype(np.uint8)


def _furniture(rng: np.random.Generator, canvas: Canvas, design: Design, ink: tuple[int, int, int]) -> None:
    """Rim, dot, screws and the new-energy mark."""
    width, height = design.size_mm
    if rng.random() < 0.85:
        inset = rng.uniform(1.5, 5)
        canvas.rim(inset, rng.uniform(1.2, 3), ink)
    if design.dot is not None and rng.random() < 0.92:
        canvas.disc(design.dot, rng.uniform(4, 7), ink)
    if design.kind.startswith("green"):
        canvas.disc((139, 62), 12, shaded(rng, (170, 120, 60), 40))
    screws = [(width * x, y) for x in (0.25, 0.75) for y in (9, height - 9)]
    for place in screws:
        if rng.random() < 0.75:
            grey = int(rng.integers(40, 235))
            canvas.disc(np.array(place) + rng.normal(0, 2, 2), rng.uniform(4, 8), (grey, grey, grey))
    canvas.image = cv2.GaussianBlur(canvas.image, (3, 3), 0)
