"""The plates of the story, drawn as the training pictures are."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from models.training.plates.designs import DESIGNS, Design
from models.training.plates.render import PlateRenderer
from sample_videos.parking.story import CARS, PlateSpec
from sample_videos.parking.view import Pixels
from vision.plate_alphabet import PlateKind

_WHITE, _BLACK, _BLUE = (242, 242, 242), (22, 22, 22), (150, 70, 20)
_PLACES_MM = (62, 120, 202, 256, 310, 392, 450)
_EUROPEAN = Design(
    "latin",
    (520, 110),
    (_BLUE, _WHITE),
    _BLACK,
    tuple((float(x), 17.0, 44.0, 76.0) for x in _PLACES_MM),
    ("140",) * 7,
    ("letter", "letter", "digit", "digit", "digit", "letter", "letter"),
    ground_left_mm=44,
)
_MUD = (58, 78, 96)


def draw_plates(glyphs: Path, chinese_font: Sequence[Path]) -> dict[str, Pixels]:
    """(H, W, 3) BGR pictures of the plates, by the names of their cars.

    Args:
        glyphs: folder of glyph pictures, see `models.training.plates.glyphs.GlyphSet`.
        chinese_font: for the characters that the glyph pictures lack.
    """
    renderer = PlateRenderer(glyphs, chinese_font, chinese_font, (*DESIGNS, _EUROPEAN), px_per_mm=1.0)
    return {name: _plate(renderer, spec) for name, spec in CARS.items()}


def _plate(renderer: PlateRenderer, spec: PlateSpec) -> Pixels:
    rng = np.random.default_rng(spec.seed)
    plate = renderer.draw_text(rng, cast("PlateKind", spec.kind), spec.text).image
    return _muddy(rng, plate) if spec.muddy else plate


def _muddy(rng: np.random.Generator, plate: Pixels) -> Pixels:
    """Under a crust through which a bit of everything shows, and nothing whole."""
    height, width = plate.shape[:2]
    coarse = rng.random((4, 10)).astype(np.float32)
    crust = np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * 0.9 + 0.55, 0, 0.985)[
        ..., None
    ]
    earth = np.array(_MUD) + rng.normal(0, 9, (height, width, 1))
    covered: Pixels = np.clip(plate * (1 - crust) + earth * crust, 0, 255).astype(np.uint8)
    return covered
