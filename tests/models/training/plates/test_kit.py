"""A kit names its files by patterns beside the TOML file."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from models.training.plates.crops import CropRenderer
from models.training.plates.kit import read_kit
from tests.models.training.conftest import FONT
from vision.errors import ConfigurationError

_KIT = 'glyphs = "glyphs"\nfonts = ["*.ttf"]\nchinese_fonts = ["font.ttf"]\nbackgrounds = ["streets/*.jpg"]\n'


def test_a_kit_draws_crops(tmp_path: Path, glyphs: Path, street: Path) -> None:
    shutil.copytree(glyphs, tmp_path / "glyphs")
    shutil.copytree(street.parent, tmp_path / "streets")
    shutil.copy(FONT, tmp_path / "font.ttf")
    (tmp_path / "kit.toml").write_text(_KIT, encoding="utf-8")
    kit = read_kit(tmp_path / "kit.toml")
    assert kit.fonts == (tmp_path / "font.ttf",)
    assert CropRenderer(kit.plates(), kit.around()).draw(np.random.default_rng(1)).image.shape == (48, 144, 3)


def test_a_pattern_that_nothing_fits_is_named(tmp_path: Path) -> None:
    (tmp_path / "kit.toml").write_text(_KIT, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"\*\.ttf: wanted a file or more, got none"):
        read_kit(tmp_path / "kit.toml")


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kit.toml").write_text('glyphs = "."\nwallpaper = "x"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="wallpaper"):
        read_kit(tmp_path / "kit.toml")
