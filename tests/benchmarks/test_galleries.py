"""Parts of pictures for the report."""

import cv2
import numpy as np
import pytest

from benchmarks.galleries import WIDTH_PX, Gallery, Picture, around, file_name, png

GREY = np.full((100, 200, 3), 90, np.uint8)


def test_a_box_is_shown_with_what_is_around_it() -> None:
    # 40 x 10 with 24 and 6 pixels on each side: from (56, 34), 88 x 22, and the pixel that is begun
    part = around(GREY, np.array([80, 40, 120, 50], np.float32))
    assert part.shape == (23, 89, 3)
    assert part[6, 24].tolist() == [0, 200, 255]
    assert GREY.max() == 90


@pytest.mark.parametrize("box", [(-20, -5, 20, 5), (190, 95, 240, 120), (0, 0, 200, 100)])
def test_a_box_at_the_border_is_cut_there(box: tuple[float, ...]) -> None:
    height, width = around(GREY, np.array(box, np.float32)).shape[:2]
    assert 0 < height <= 100
    assert 0 < width <= 200


def test_a_box_outside_the_picture_still_gives_one() -> None:
    assert around(GREY, np.array([900, 900, 940, 910], np.float32)).size > 0
    assert around(GREY, np.array([-940, -910, -900, -900], np.float32)).size > 0


def test_pictures_are_shown_at_one_width() -> None:
    shown = cv2.imdecode(np.frombuffer(png(GREY), np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (WIDTH_PX // 2, WIDTH_PX, 3)


def test_a_file_is_named_after_its_gallery() -> None:
    gallery = Gallery("Errors: 2", (Picture(GREY, ("wanted", "got")),))
    assert file_name(gallery, 7) == "errors-2-007.png"
