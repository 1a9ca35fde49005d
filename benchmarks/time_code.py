"""A number drawn into a picture and read back, so that a frame can be told from all others wherever it arrives.

A row of cells in the upper left corner: white, black, then the bits of the number, the highest first, and one cell that
makes the count of white ones even. Cells are large enough to outlive strong compression.
"""

import numpy as np

from vision.types import Image

CELL_PX = 16
BITS = 16
_CELLS = BITS + 3
_MIDDLE = slice(CELL_PX // 4, CELL_PX - CELL_PX // 4)


def draw_number(image: Image, number: int) -> Image:
    """The picture with the number in its corner.

    Args:
        image: (H, W, 3), at least 304 wide and 16 high; it is not changed.
        number: 0..65535.
    """
    bits = [number >> place & 1 for place in reversed(range(BITS))]
    cells = np.array([1, 0, *bits, sum(bits) % 2], np.uint8) * 255
    drawn = image.copy()
    drawn[:CELL_PX, : _CELLS * CELL_PX] = np.repeat(cells, CELL_PX)[None, :, None]
    return drawn


def read_number(image: Image) -> int | None:
    """The number in the picture's corner; None where there is none."""
    if image.shape[0] < CELL_PX or image.shape[1] < _CELLS * CELL_PX:
        return None
    strip = image[_MIDDLE, : _CELLS * CELL_PX].reshape(CELL_PX // 2, _CELLS, CELL_PX, -1)
    white = strip[:, :, _MIDDLE].mean(axis=(0, 2, 3)) > 127
    bits = [int(one) for one in white[2:-1]]
    if not white[0] or white[1] or sum(bits) % 2 != int(white[-1]):
        return None
    return int("".join(map(str, bits)), 2)
