"""Plates are drawn as their kind asks, and the same seed draws the same plate."""

from pathlib import Path

import numpy as np
import pytest

from models.training.plates.glyphs import FontSet, GlyphSet
from models.training.plates.render import PlateRenderer
from vision.errors import ConfigurationError
from vision.plate_alphabet import KINDS, PlateKind


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_drawn(renderer: PlateRenderer, kind: PlateKind) -> None:
    plate = renderer.draw(np.random.default_rng(5), kind)
    assert plate.kind == kind
    assert plate.image.dtype == np.uint8
    assert plate.image.ndim == 3
    assert len(plate.spans) == len(plate.text) >= 4
    assert all(-0.1 < left < right < 1.1 for left, right in plate.spans)


def test_a_single_line_plate_has_its_shape(renderer: PlateRenderer) -> None:
    # 440 x 140 mm at 0.8 pixels each.
    assert renderer.draw(np.random.default_rng(6), "blue").image.shape == (112, 352, 3)
    assert renderer.draw(np.random.default_rng(6), "yellow_double").image.shape == (176, 352, 3)


def test_a_blue_plate_is_blue(renderer: PlateRenderer) -> None:
    means = [renderer.draw(np.random.default_rng(seed), "blue").image.mean(axis=(0, 1)) for seed in range(20)]
    blue, _, red = np.mean(means, axis=0)
    assert blue > red + 40


def test_the_same_seed_draws_the_same_plate(renderer: PlateRenderer) -> None:
    one, other = (renderer.draw(np.random.default_rng(7)) for _ in range(2))
    assert one.text == other.text
    np.testing.assert_array_equal(one.image, other.image)


def test_without_a_kind_both_chinese_and_other_plates_come(renderer: PlateRenderer) -> None:
    rng = np.random.default_rng(8)
    kinds = {renderer.draw(rng).kind for _ in range(60)}
    assert "latin" in kinds
    assert "blue" in kinds


def test_a_folder_without_glyphs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="wanted glyph pictures"):
        GlyphSet(tmp_path)


def test_a_style_falls_back_to_its_family(glyphs: Path) -> None:
    shapes = GlyphSet(glyphs)
    exact, family = shapes.mask("220", "A"), shapes.mask("220_up", "A")
    assert exact is not None
    assert family is not None
    np.testing.assert_array_equal(exact, family)
    assert shapes.mask("140", "?") is None


def test_no_font_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="wanted one font or more"):
        FontSet([])
