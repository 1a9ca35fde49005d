"""The shapes of characters, as masks: from glyph pictures or from a font."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vision.errors import ConfigurationError

Mask = NDArray[np.float32]
"""(H, W) float32 0..1: how much of each pixel the character covers."""

_FONT_PX = 120
_INK = 0.5


class GlyphSet:
    """Glyph pictures, black on white, named `STYLE_CHARACTER.jpg`, each as wide as its place.

    Args:
        folder: of the pictures; the styles of Chinese plates are `140` (single line), `220_up` and `220_down` (double
            line) and `green` (new energy).

    Raises:
        ConfigurationError: no such pictures there.
    """

    def __init__(self, folder: Path) -> None:
        self._masks = {path.stem: _read_mask(path) for path in sorted(folder.glob("*_*.jpg"))}
        if not self._masks:
            raise ConfigurationError(f"{folder}: wanted glyph pictures STYLE_CHARACTER.jpg, got none")

    def mask(self, style: str, character: str) -> Mask | None:
        """The character in that style, or in a more general one of its family; None when the set lacks it."""
        names = (f"{style}_{character}", f"{style.split('_', maxsplit=1)[0]}_{character}")
        return next((self._masks[name] for name in names if name in self._masks), None)


class FontSet:
    """Characters out of fonts, cut out tight.

    Args:
        paths: TrueType, OpenType or WOFF2 files; those that lack a character are passed over for it.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        if not paths:
            raise ConfigurationError("wanted one font or more, got none")
        self._paths = tuple(paths)
        self._mask = lru_cache(maxsize=20_000)(_draw_mask)

    def choose(self, rng: np.random.Generator) -> Path:
        """One font."""
        return self._paths[rng.integers(len(self._paths))]

    def mask(self, font: Path, character: str) -> Mask:
        """The character in one of the set's fonts."""
        return self._mask(font, character)


def _read_mask(path: Path) -> Mask:
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ConfigurationError(f"{path}: wanted a picture")
    # Not cut tight: a 1 keeps the blank at its sides.
    mask: Mask = 1 - picture.astype(np.float32) / 255
    return mask


def _draw_mask(font: Path, character: str) -> Mask:
    face = ImageFont.truetype(str(font), _FONT_PX)
    canvas = Image.new("L", (_FONT_PX * 2, _FONT_PX * 2))
    ImageDraw.Draw(canvas).text((_FONT_PX // 2, _FONT_PX // 4), character, fill=255, font=face)
    mask = np.asarray(canvas, np.float32) / np.float32(255)
    if not (mask > _INK).any():
        raise ConfigurationError(f"{font.name}: lacks {character!r}")
    return _tight(mask)


def _tight(mask: Mask) -> Mask:
    rows, columns = np.nonzero(mask > _INK)
    return np.ascontiguousarray(mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
