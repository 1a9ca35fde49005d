"""The line between a gauge's marks and even water."""

import numpy as np
import pytest

from vision.types import Image
from vision.water_level import water_level

GAUGE = np.array([40, 20, 60, 120], np.float32)


def river(level: float, noise: float = 2.0) -> Image:
    """(140, 100, 3): a gauge of 100 rows with black marks of 5 on white, drowned up to `level`."""
    image = np.full((140, 100, 3), 120, np.float32)
    for row in range(20, 120, 10):
        image[row : row + 5, 40:60] = 230
        image[row + 5 : row + 10, 40:52] = 20
        image[row + 5 : row + 10, 52:60] = 230
    image[round(120 - 100 * level) :] = 90
    image += np.random.default_rng(0).normal(0, noise, image.shape)
    return image.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("level", [0.2, 0.5, 0.8])
def test_the_level_is_the_drowned_share_of_the_gauge(level: float) -> None:
    assert water_level(river(level), GAUGE) == pytest.approx(level, abs=0.06)


def test_without_a_line_nothing_is_said() -> None:
    assert water_level(np.full((140, 100, 3), 90, np.uint8), GAUGE) is None
    assert water_level(river(1.0), GAUGE) is None


def test_a_gauge_of_few_rows_is_not_read() -> None:
    assert water_level(river(0.5), np.array([40, 20, 60, 26], np.float32)) is None
