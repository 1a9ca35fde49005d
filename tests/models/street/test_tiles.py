import numpy as np
import pytest

from models.street.tiles import TiledDetector, tile_boxes
from tests.models.street.specs import BrightSpots
from vision.errors import ConfigurationError


def test_parts_cover_the_picture_and_overlap() -> None:
    # 200 wide by parts of 100 that overlap by 20 at least: 1 + ceil(100 / 80) = 3, 50 apart.
    assert tile_boxes((200, 60), (100, 100), 0.2) == [(0, 0, 100, 60), (50, 0, 150, 60), (100, 0, 200, 60)]


def test_a_small_picture_is_looked_at_once() -> None:
    spots = BrightSpots()
    found = TiledDetector(spots, (100, 100)).detect(np.zeros((60, 100, 3), np.uint8))
    assert spots.seen == [(100, 60)]
    assert len(found) == 0


def test_a_large_picture_is_looked_at_whole_and_in_parts() -> None:
    spots = BrightSpots()
    TiledDetector(spots, (100, 100)).detect(np.zeros((100, 200, 3), np.uint8))
    assert spots.seen == [(200, 100), (100, 100), (100, 100), (100, 100)]


def test_what_several_looks_see_is_one_object_in_pixels_of_the_picture() -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[40:60, 110:130] = 255
    found = TiledDetector(BrightSpots(), (100, 100)).detect(image)
    assert found.xyxy.tolist() == [[110, 40, 130, 60]]
    assert found.data["class_name"].tolist() == ["person"]


def test_an_object_that_an_inner_edge_cuts_comes_from_the_look_that_has_it_whole() -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[40:60, 30:170] = 255
    # Every part sees a piece of it, up to its own edge.
    found = TiledDetector(BrightSpots(), (100, 100)).detect(image)
    assert found.xyxy.tolist() == [[30, 40, 170, 60]]


def test_an_object_at_the_pictures_own_border_is_kept() -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[0:20, 0:30] = 255
    assert TiledDetector(BrightSpots(), (100, 100)).detect(image).xyxy.tolist() == [[0, 0, 30, 20]]


@pytest.mark.parametrize(("tile_wh", "overlap"), [((16, 100), 0.2), ((100, 100), 1.0)])
def test_parts_that_cannot_cover_a_picture_are_refused(tile_wh: tuple[int, int], overlap: float) -> None:
    with pytest.raises(ConfigurationError, match="wanted parts"):
        TiledDetector(BrightSpots(), tile_wh, overlap)
