"""Lamps against their surroundings."""

import numpy as np
import pytest

from vision.light_regions import LIT_CONTRAST, lamp_look, scene_level
from vision.types import Image
from vision.zones import polygon_mask

LAMP = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6))


def lamp(colour: tuple[int, int, int], around: int = 30) -> Image:
    """(100, 100, 3): a lamp of 20x20 in the middle."""
    image = np.full((100, 100, 3), around, np.uint8)
    image[40:61, 40:61] = colour
    return image


@pytest.mark.parametrize(
    ("colour", "contrast"), [((250, 250, 250), 220), ((10, 10, 210), 180), ((35, 35, 35), 5), ((0, 0, 0), -30)]
)
def test_a_lamp_shines_by_its_brightest_channel(colour: tuple[int, int, int], contrast: int) -> None:
    look = lamp_look(lamp(colour), polygon_mask(LAMP, (100, 100)))
    assert look.contrast == contrast
    assert (look.contrast >= LIT_CONTRAST) == (contrast > 100)


def test_a_lamp_at_the_border_has_a_ring_on_the_other_sides() -> None:
    image = lamp((30, 30, 30))
    image[:10, :10] = 200
    look = lamp_look(image, polygon_mask(((0, 0), (0.09, 0), (0.09, 0.09), (0, 0.09)), (100, 100)))
    assert (look.brightness, look.around) == (200, 30)


def test_a_region_that_is_the_whole_picture_has_nothing_around() -> None:
    whole = polygon_mask(((0, 0), (1, 0), (1, 1), (0, 1)), (100, 100))
    assert lamp_look(lamp((9, 9, 9), 9), whole).around == 0


def test_the_scene_is_as_dark_as_its_median() -> None:
    assert scene_level(lamp((255, 255, 255), 12)) == 12
