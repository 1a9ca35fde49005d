"""A kit small enough to make for every test: drawn glyphs, a font out of matplotlib, a grey street."""

from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
import pytest

from models.training.plates.backgrounds import Backgrounds
from models.training.plates.render import PlateRenderer
from vision.plate_alphabet import ALPHABET

FONT = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"


@pytest.fixture(scope="session")
def glyphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Glyph pictures of every character: each a block of its own shape, black on white."""
    folder = tmp_path_factory.mktemp("glyphs")
    for number, character in enumerate(ALPHABET):
        picture = np.full((90, 45), 255, np.uint8)
        cv2.rectangle(picture, (5, 5), (10 + number % 30, 80 - number % 40), 0, -1)
        _, packed = cv2.imencode(".jpg", picture)
        packed.tofile(folder / f"140_{character}.jpg")
        packed.tofile(folder / f"220_{character}.jpg")
        packed.tofile(folder / f"green_{character}.jpg")
    return folder


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture without plates."""
    path = tmp_path_factory.mktemp("streets") / "street.jpg"
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 255, (120, 160, 3)).astype(np.uint8))
    return path


@pytest.fixture(scope="session")
def renderer(glyphs: Path) -> PlateRenderer:
    return PlateRenderer(glyphs, [FONT], [FONT])


@pytest.fixture(scope="session")
def backgrounds(street: Path) -> Backgrounds:
    return Backgrounds([street], [FONT])
