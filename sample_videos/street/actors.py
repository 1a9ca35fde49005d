"""What moves in the street, drawn in pixels of the picture: people, cars, a bag, smoke."""

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
"""Blue, green, red, 0..255."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, pixels."""

PERSON_WH = (16, 46)
CAR_WH = (118, 46)
BAG_WH = (20, 15)
SMOKE_WH = (96, 124)
_SKIN, _GLASS, _RUBBER = (120, 150, 200), (92, 84, 74), (28, 28, 28)
_BITS = 3
_PUFFS = 14


def standing_box(x: float, y: float, size_wh: tuple[int, int]) -> Box:
    """The box of what stands with the middle of its lower edge at x, y."""
    return x - size_wh[0] / 2, y - size_wh[1], x + size_wh[0] / 2, y


def draw_person(picture: Pixels, x: float, y: float, coat: Colour, stride: float) -> None:
    """Somebody whose feet are at x, y; `stride` -1..1 is how far the legs are apart."""
    _line(picture, (x, y - 20), (x - 5 * stride, y), (60, 50, 48), 4)
    _line(picture, (x, y - 20), (x + 5 * stride, y), (70, 58, 54), 4)
    _fill(picture, [(x - 6, y - 37), (x + 6, y - 37), (x + 7, y - 17), (x - 7, y - 17)], coat)
    _line(picture, (x, y - 34), (x + 6 * stride, y - 20), _darker(coat), 3)
    _disc(picture, (x, y - 41), 5, _SKIN)
    _disc(picture, (x, y - 43.5), 4, (40, 36, 34))


def draw_car(picture: Pixels, x: float, y: float, paint: Colour, way: int) -> None:
    """A car from the side, its wheels at x, y; `way` 1 drives to the right, -1 to the left."""
    shape = [(-57, -8), (-57, -24), (-38, -28), (-22, -45), (18, -45), (36, -27), (56, -22), (58, -8)]
    _fill(picture, [(x + way * a, y + b) for a, b in [(-55, -6), (55, -6), (50, 0), (-50, 0)]], (46, 46, 48))
    _fill(picture, [(x + way * a, y + b) for a, b in shape], paint)
    for pane in ([(-32, -28), (-20, -42), (-3, -42), (-3, -28)], [(1, -28), (1, -42), (16, -42), (30, -28)]):
        _fill(picture, [(x + way * a, y + b) for a, b in pane], _GLASS)
    _line(picture, (x - way * 55, y - 17), (x + way * 55, y - 17), _darker(paint), 1)
    for wheel in (-34, 36):
        _disc(picture, (x + way * wheel, y - 8), 8.5, _RUBBER)
        _disc(picture, (x + way * wheel, y - 8), 4, (140, 140, 140))


def draw_bag(picture: Pixels, x: float, y: float) -> None:
    """A travel bag that lies at x, y."""
    left, top, right, bottom = standing_box(x, y, BAG_WH)
    _fill(picture, [(left, top + 4), (right, top + 4), (right - 1, bottom), (left + 1, bottom)], (96, 40, 30))
    _line(picture, (left + 5, top + 4), (left + 8, top), (60, 26, 20), 2)
    _line(picture, (left + 8, top), (right - 5, top + 4), (60, 26, 20), 2)
    _line(picture, (left + 3, top + 9), (right - 3, top + 9), (150, 90, 70), 1)


def draw_smoke(picture: Pixels, x: float, y: float, seconds: float, strength: float) -> None:
    """Puffs that rise from x, y, grow and thin out: the old ones behind, the new ones before them."""
    ages = [divmod(seconds * 0.55 + number / _PUFFS, 1.0)[::-1] for number in range(_PUFFS)]
    for age, number in sorted(((age, number) for number, (age, _) in enumerate(ages)), reverse=True):
        turns = ages[number][1]
        # Each puff is thick or thin, dark or light by chance, the next one another: smoke is never at rest.
        thick, shade = np.random.default_rng([number, int(turns)]).uniform((0.5, 80.0), (1.0, 215.0))
        sway = 22 * np.sin(number * 2.4 + turns * 1.7 + seconds * 1.9) * (0.3 + age)
        veil = np.zeros(picture.shape[:2], np.float32)
        middle = round(x + sway), round(y - 8 - 92 * age)
        cv2.circle(veil, middle, round(10 + 24 * age), float(thick * (1 - 0.7 * age)), -1)
        veil = cv2.GaussianBlur(veil, (0, 0), 4)[..., None] * strength
        picture[:] = (picture * (1 - veil) + shade * veil).astype(np.uint8)


def _darker(colour: Colour) -> Colour:
    blue, green, red = (round(one * 0.7) for one in colour)
    return blue, green, red


def _fixed(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0] * 2**_BITS), round(point[1] * 2**_BITS)


def _fill(picture: Pixels, corners: list[tuple[float, float]], colour: Colour) -> None:
    points = np.array([_fixed(corner) for corner in corners], np.int32)
    cv2.fillPoly(picture, [points], colour, cv2.LINE_AA, _BITS)


def _line(picture: Pixels, start: tuple[float, float], end: tuple[float, float], colour: Colour, width: int) -> None:
    cv2.line(picture, _fixed(start), _fixed(end), colour, width, cv2.LINE_AA, _BITS)


def _disc(picture: Pixels, middle: tuple[float, float], radius: float, colour: Colour) -> None:
    cv2.circle(picture, _fixed(middle), round(radius * 2**_BITS), colour, -1, cv2.LINE_AA, _BITS)
