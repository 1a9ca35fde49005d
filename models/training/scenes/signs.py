"""What is mistaken for a plate: signs, banners, telephone numbers, number boards, stamped dates, grids of windows."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from models.training.plates.canvas import Canvas
from models.training.plates.glyphs import FontSet
from models.training.scenes.bodywork import grille
from models.training.scenes.panels import Panel, opaque
from vision.types import Image

_CHARACTERS = (
    "大小中国人民商店超市银行酒楼美食烟茶药房理发汽车修配件出租房屋装饰有限公司学校医院停车场入"
    "口安全生产责任热线电话热烈欢迎优惠京津沪苏浙粤川路街号年月日"
)
_PITCH_PX = 40
_ROAD_SIGN_BLUE = (150, 70, 10)


class SignRenderer:
    """Draws boards that are no plates.

    Args:
        fonts: of Latin text.
        chinese_fonts: of Chinese text.
    """

    def __init__(self, fonts: Sequence[Path], chinese_fonts: Sequence[Path]) -> None:
        self._fonts = FontSet(fonts)
        self._chinese_fonts = FontSet(chinese_fonts)

    def draw(self, rng: np.random.Generator) -> Panel:
        """One board by chance."""
        chance = rng.random()
        if chance < 0.1:
            return _slots(rng)
        if chance < 0.16:
            return _windows(rng)
        if chance < 0.24:
            return _fence(rng)
        if chance < 0.48:
            return self._lettering(rng)
        return opaque(self._board(rng))

    def stamp(self, rng: np.random.Generator, image: Image) -> Image:
        """The picture with a camera's date, time and place written into it."""
        height, width = image.shape[:2]
        stamped = image.copy()
        ink = (255, 255, 255) if rng.random() < 0.7 else tuple(int(one) for one in rng.integers(0, 256, 3))
        colour = (ink[0], ink[1], ink[2])
        top = rng.random() < 0.5
        for line in range(rng.integers(1, 3)):
            y = height * (rng.uniform(0.02, 0.06) + 0.06 * line if top else rng.uniform(0.86, 0.9) + 0.06 * line)
            x = width * rng.uniform(0.01, 0.5)
            if rng.random() < 0.35:
                self._write(
                    rng, Canvas(stamped, 1.0), self._words(rng), (x, y, rng.uniform(0.022, 0.05) * height), colour
                )
            else:
                face = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_DUPLEX]))
                scale = rng.uniform(0.5, 1.1) * height / 480
                place = (int(x), int(y + 0.04 * height))
                cv2.putText(stamped, _date(rng), place, face, scale, colour, int(rng.integers(1, 3)), cv2.LINE_AA)
        return stamped

    def _board(self, rng: np.random.Generator) -> Image:
        """A sign with one to five lines; never both shaped and filled like a plate."""
        lines = int(rng.choice([1, 1, 2, 3, 4, 5]))
        ground, ink = _colours(rng)
        tall = _PITCH_PX * rng.uniform(1.0, 1.8)
        texts = [self._words(rng) for _ in range(lines)]
        sizes = [tall * rng.uniform(0.5, 0.8) for _ in texts]
        longest = max(len(text) * size * 0.75 for text, size in zip(texts, sizes, strict=True))
        width = int(np.clip(longest * rng.uniform(1.05, 1.6), _PITCH_PX, 1200))
        canvas = Canvas(np.full((int(tall * lines * rng.uniform(1.0, 1.3)), width, 3), ground, np.uint8), 1.0)
        for row, (text, size) in enumerate(zip(texts, sizes, strict=True)):
            x = rng.uniform(0.01, 0.12) * width
            self._write(rng, canvas, text, (x, row * tall + (tall - size) / 2, size), ink)
        if rng.random() < 0.3:
            canvas.rim(rng.uniform(1, 4), rng.uniform(1, 3), ink)
        return canvas.image

    def _lettering(self, rng: np.random.Generator) -> Panel:
        """Letters without a board, as on vans, walls and shutters."""
        text = self._words(rng)
        tall = _PITCH_PX * rng.uniform(0.8, 1.5)
        mask = Canvas(np.zeros((int(tall * 1.2), int(len(text) * tall * 0.8) + 8, 3), np.uint8), 1.0)
        self._write(rng, mask, text, (2, tall * 0.1, tall), (255, 255, 255))
        image = np.empty_like(mask.image)
        image[:] = rng.integers(0, 256, 3)
        return Panel(image, mask.image[..., 0].copy())

    def _words(self, rng: np.random.Generator) -> str:
        chance = rng.random()
        if chance < 0.4:
            picks = rng.integers(len(_CHARACTERS), size=rng.integers(2, 11))
            return "".join(_CHARACTERS[one] for one in picks)
        if chance < 0.6:  # a telephone number
            return "1" + "".join(str(one) for one in rng.integers(0, 10, rng.integers(9, 12)))
        if chance < 0.7:  # a house or a route
            return "".join(str(one) for one in rng.integers(0, 10, rng.integers(1, 4)))
        first = ord("a") if rng.random() < 0.5 else ord("A")
        return "".join(chr(one) for one in rng.integers(first, first + 26, rng.integers(3, 14)))

    def _write(
        self,
        rng: np.random.Generator,
        canvas: Canvas,
        text: str,
        place: tuple[float, float, float],
        ink: tuple[int, ...],
    ) -> None:
        """Draw the text from place (x, y, height) on to the right, as far as the canvas reaches."""
        x, y, tall = place
        # Plate fonts hold capitals and digits only.
        plain = text.isascii() and text.isalnum() and text == text.upper()
        family = self._fonts if plain and rng.random() < 0.7 else self._chinese_fonts
        font = family.choose(rng)
        for letter in text:
            if letter.isalnum():
                mask = family.mask(font, letter)
                long = tall * min(1.1, mask.shape[1] / mask.shape[0])
                if x + long >= canvas.image.shape[1]:
                    return
                canvas.stamp(mask, np.array([x, y, long, tall]), (ink[0], ink[1], ink[2]))
                x += long
            x += tall * 0.18


def _date(rng: np.random.Generator) -> str:
    """A date and time, or a counter."""
    year, month, day, hour, minute, second = rng.integers((2009, 1, 1, 0, 0, 0), (2026, 13, 29, 24, 60, 60))
    mark = rng.choice(["-", "/", "."])
    gap = " " * int(rng.integers(1, 6))
    if rng.random() < 0.2:
        return f"{minute:05}/{second:05}"
    return f"{year}{mark}{month:02}{mark}{day:02}{gap}{hour:02}:{minute:02}:{second:02}"


def _colours(rng: np.random.Generator) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Ground and ink of a board."""
    if rng.random() < 0.25:
        return _ROAD_SIGN_BLUE, (245, 245, 245)
    ground = tuple(int(one) for one in rng.integers(0, 256, 3))
    light = sum(ground) > 384
    ink = rng.integers(0, 90, 3) if light else rng.integers(170, 256, 3)
    return (ground[0], ground[1], ground[2]), (int(ink[0]), int(ink[1]), int(ink[2]))


def _slots(rng: np.random.Generator) -> Panel:
    """A grille of a plate's shape."""
    tall = int(rng.integers(50, 120))
    image = np.zeros((tall, int(tall * rng.uniform(1.5, 6)), 3), np.uint8)
    grille(rng, image, (0, 0, image.shape[1], tall))
    return opaque(image)


def _fence(rng: np.random.Generator) -> Panel:
    """Bars with the scene between them."""
    tall, pitch = int(rng.integers(40, 160)), int(rng.integers(6, 24))
    alpha = np.zeros((tall, int(tall * rng.uniform(1, 5))), np.uint8)
    thick = int(rng.integers(1, max(2, pitch // 2)))
    for start in range(0, alpha.shape[1], pitch):
        alpha[:, start : start + thick] = 255
    for row in (0, tall - thick):
        alpha[row : row + thick] = 255
    image = np.empty((*alpha.shape, 3), np.uint8)
    image[:] = rng.integers(0, 256)
    return Panel(image, alpha)


def _windows(rng: np.random.Generator) -> Panel:
    """A row or a grid of window panes, or a zebra crossing's bars."""
    rows, columns = int(rng.integers(1, 4)), int(rng.integers(2, 10))
    pane_w, pane_h, gap = (int(one) for one in rng.integers((12, 20, 3), (50, 70, 16)))
    image = np.empty((rows * (pane_h + gap) + gap, columns * (pane_w + gap) + gap, 3), np.uint8)
    image[:] = rng.integers(0, 256, 3)
    for row in range(rows):
        for column in range(columns):
            x, y = gap + column * (pane_w + gap), gap + row * (pane_h + gap)
            image[y : y + pane_h, x : x + pane_w] = np.clip(rng.integers(0, 256) + rng.normal(0, 15, 3), 0, 255)
    return opaque(image)
