"""What moves, as boxes: parts joined, noise and standing things left out."""

import numpy as np
import pytest

from vision.background import Foreground
from vision.movers import MOVER, MoverLimits, movers

HEIGHT, WIDTH = 90, 160
Box = tuple[int, int, int, int]


def foreground(moving: tuple[Box, ...], standing: tuple[Box, ...] = ()) -> Foreground:
    """Of a picture that is twice as wide and four times as high."""
    masks = [np.zeros((HEIGHT, WIDTH), np.uint8) for _ in range(2)]
    for mask, boxes in zip(masks, (moving, standing), strict=True):
        for x0, y0, x1, y1 in boxes:
            mask[y0:y1, x0:x1] = 255
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    return Foreground(picture, picture, masks[1], masks[0], np.array([2.0, 4.0], np.float32))


def boxes(moving: tuple[Box, ...], standing: tuple[Box, ...] = (), limits: MoverLimits | None = None) -> list[Box]:
    return [
        tuple(box) for box in movers(foreground(moving, standing), limits or MoverLimits()).xyxy.astype(int).tolist()
    ]


def test_a_mover_is_a_box_in_pixels_of_the_picture() -> None:
    seen = movers(foreground(((20, 10, 60, 40),)), MoverLimits())
    assert seen.xyxy.tolist() == [[40, 40, 120, 160]]
    assert seen.data["class_name"].tolist() == [MOVER]


@pytest.mark.parametrize(
    ("join", "count"),
    [(0.0, 2), (0.04, 1)],
)
def test_the_parts_of_a_car_are_joined(join: float, count: int) -> None:
    parted = ((20, 10, 40, 40), (43, 10, 60, 40))
    assert len(boxes(parted, limits=MoverLimits(join=join))) == count


def test_what_is_small_is_no_mover() -> None:
    assert boxes(((20, 10, 25, 15),)) == []
    assert boxes(()) == []


def test_what_stands_is_no_mover_until_it_goes_on() -> None:
    assert boxes((), ((20, 10, 60, 40),)) == []
    # Its middle is of one colour and seems to stand.
    assert boxes(((20, 10, 40, 40),), ((40, 10, 60, 40),)) == [(40, 40, 120, 160)]
