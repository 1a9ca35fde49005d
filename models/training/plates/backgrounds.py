"""What lies around plates and what is mistaken for one: pieces of pictures, flat bodywork, signs."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from models.training.plates.canvas import Canvas, shaded
from models.training.plates.glyphs import FontSet
from vision.errors import ConfigurationError
from vision.types import Image

_LONGEST_SIDE = 480
_SIGN_CHARACTERS = (
    "大小中国人民商店超市银行酒楼美食烟茶药房理发汽车修配件出租房屋装饰有"
    "限公司学校医院停车场入口安全生产责任热线电话热烈欢迎优惠"
)


class Backgrounds:
    """Pictures without plates.

    Args:
        pictures: files; they are kept in memory, small.
        chinese_fonts: of the signs.

    Raises:
        ConfigurationError: a file that is no picture, or none at all.
    """

    def __init__(self, pictures: Sequence[Path], chinese_fonts: Sequence[Path]) -> None:
        if not pictures:
            raise ConfigurationError("wanted one background picture or more, got none")
        self._pictures = [_small(path) for path in pictures]
        self._fonts = FontSet(chinese_fonts)

    def patch(self, rng: np.random.Generator, size_wh: tuple[int, int]) -> Image:
        """Bodywork or a piece of a picture, stretched to that size."""
        if rng.random() < 0.45:
            return _bodywork(rng, size_wh)
        picture = self._pictures[rng.integers(len(self._pictures))]
        height, width = picture.shape[:2]
        side_w, side_h = int(rng.integers(30, width)), int(rng.integers(20, height))
        left, top = int(rng.integers(0, width - side_w + 1)), int(rng.integers(0, height - side_h + 1))
        patch: Image = cv2.resize(
            picture[top : top + side_h, left : left + side_w], size_wh, interpolation=cv2.INTER_AREA
        )
        return patch

    def sign(self, rng: np.random.Generator, size_wh: tuple[int, int]) -> Image:
        """A shop sign, a banner or a telephone number."""
        width, height = size_wh
        ground, ink = shaded(rng, (128, 128, 128), 90), shaded(rng, (128, 128, 128), 90)
        canvas = Canvas(np.full((height, width, 3), ground, np.uint8), 1.0)
        font = self._fonts.choose(rng)
        letters = "".join(_SIGN_CHARACTERS[rng.integers(len(_SIGN_CHARACTERS))] for _ in range(rng.integers(2, 9)))
        if rng.random() < 0.35:
            letters = "".join(str(one) for one in rng.integers(0, 10, rng.integers(11, 14)))
        elif rng.random() < 0.25:
            letters = "".join(chr(one) for one in rng.integers(ord("a"), ord("z") + 1, rng.integers(3, 12)))
        advance = width * rng.uniform(0.85, 1.3) / len(letters)
        size = height * rng.uniform(0.4, 0.9)
        for place, letter in enumerate(letters):
            box = np.array([place * advance, (height - size) / 2, advance * 0.85, size])
            canvas.stamp(self._fonts.mask(font, letter), box, ink)
        return canvas.image


def _bodywork(rng: np.random.Generator, size_wh: tuple[int, int]) -> Image:
    """A bumper: one colour from light above to dark below, with grain."""
    width, height = size_wh
    base = rng.integers(5, 245) + rng.normal(0, 15, 3)
    down = np.linspace(rng.uniform(0.8, 1.2), rng.uniform(0.5, 1.1), height)[:, None, None]
    body = np.clip(
        np.broadcast_to(base * down, (height, width, 3)) + rng.normal(0, 3, (height, width, 1)), 0, 255
    ).astype(np.uint8)
    for _ in range(rng.integers(0, 3)):  # seams and grilles
        y = int(rng.integers(height))
        shade = [int(one) for one in rng.integers(0, 120, 1).repeat(3)]
        cv2.line(body, (0, y), (width, int(y + rng.normal(0, 3))), shade, int(rng.integers(1, 5)))
    return body


def _small(path: Path) -> Image:
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ConfigurationError(f"{path}: wanted a picture")
    scale = _LONGEST_SIDE / max(picture.shape[:2])
    if scale >= 1:
        return np.asarray(picture, np.uint8)
    small: Image = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return small
