"""The place before each camera: ground, houses, island and the barrier's arm."""

from dataclasses import dataclass

import cv2
import numpy as np

from sample_videos.parking.drawing import Drawing
from sample_videos.parking.view import HEIGHT, WIDTH, Pixels, Points, Sheet, View

STOP_M = 5.7
"""Where the front of a car stands before the barrier, from the camera's foot."""
_BARRIER_M = 3.0
_GROUND_M, _GROUND_FROM_M, _GROUND_MIDDLE_M = 46.0, 4.4, 7.0
"""Width of the ground; where it comes into the picture; and its middle, to the side to which the camera looks."""
_ARM_LENGTH_M, _ARM_HEIGHT_M = 3.4, 0.74
_ASPHALT, _KERB, _LINE, _GRASS = (98, 96, 94), (168, 170, 172), (214, 216, 216), (66, 104, 84)
_BRICK, _PLASTER, _PANE, _SKY = (98, 116, 158), (186, 196, 204), (120, 104, 84), (236, 222, 204)
_RED, _WHITE, _YELLOW, _POST = (40, 40, 190), (232, 232, 232), (40, 190, 235), (70, 66, 62)


@dataclass(frozen=True, slots=True)
class Place:
    """One lane and the camera beside it.

    Attributes:
        lane_m: the lane's middle, to the right of the camera.
        wall: colour of the house behind.
        seed: of stains and windows.
    """

    name: str
    lane_m: float
    wall: tuple[int, int, int]
    seed: int

    @property
    def view(self) -> View:
        """The camera."""
        return View(yaw_deg=11.0 if self.lane_m > 0 else -11.0)


ENTRY = Place("ENTRY", -1.5, _PLASTER, 1)
EXIT = Place("EXIT", 1.5, _BRICK, 2)


def backdrop(place: Place, light: tuple[float, float, float], *, night: bool) -> Pixels:
    """(720, 1280, 3): the place without cars and barrier arm."""
    view, rng = place.view, np.random.default_rng(place.seed)
    picture: Pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:] = np.clip(np.array(_SKY) * light, 0, 255)
    side = -1.0 if place.lane_m < 0 else 1.0
    _house(place, rng, night=night).lit(light).hang(picture, view, _standing(side * 8.0, 46.0, 9.0, 34.0))
    _hedge(rng).lit(light).hang(picture, view, _standing(-side * 10.0, 18.0, 1.5, 24.0))
    left, right = side * _GROUND_MIDDLE_M - _GROUND_M / 2, side * _GROUND_MIDDLE_M + _GROUND_M / 2
    flat = np.array([[left, 0, 34.0], [right, 0, 34.0], [right, 0, _GROUND_FROM_M], [left, 0, _GROUND_FROM_M]])
    _ground(place, rng).lit(light).hang(picture, view, flat)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.1)  # the lens looks sharply at the barrier
    for foot, sheet in ((0.55, _post().lit(light)), (1.15, _machine().lit(light))):
        sheet.hang(picture, view, _standing(-side * foot, 0.34, 1.25, 6.4 + foot))
    return picture


def draw_arm(picture: Pixels, place: Place, light: tuple[float, float, float], raised: float) -> None:
    """Draw the barrier's arm.

    Args:
        picture: drawn on.
        place: whose.
        light: factors of blue, green and red.
        raised: 0 shut, 1 upright.
    """
    side = -1.0 if place.lane_m < 0 else 1.0
    angle = raised * np.pi / 2 * 0.96
    along = np.array([side * np.cos(angle), np.sin(angle), 0.0])
    across = np.array([-side * np.sin(angle), np.cos(angle), 0.0]) * 0.045
    pivot = np.array([side * 0.15, _ARM_HEIGHT_M, _BARRIER_M])
    ends = [pivot, pivot + along * _ARM_LENGTH_M]
    corners = np.array([ends[0] + across, ends[1] + across, ends[1] - across, ends[0] - across])
    _arm().lit(light).hang(picture, place.view, corners)


def _ground(place: Place, rng: np.random.Generator) -> Sheet:
    """Road, lane and grass, from where the picture begins up to the house."""
    length, begin = 34.0 - _GROUND_FROM_M, _GROUND_FROM_M
    sheet = Drawing((_GROUND_M, length), 32)
    side = float(np.sign(place.lane_m))
    middle = _GROUND_M / 2 - side * _GROUND_MIDDLE_M
    lane = middle + place.lane_m
    street = 25.0 - begin
    sheet.box((0, 0), (_GROUND_M, length), _GRASS)
    sheet.box((lane - 1.9, 0), (lane + 1.9, length), _ASPHALT)
    sheet.box((0, street), (_GROUND_M, length), _ASPHALT)
    for x in (lane - 1.9, lane + 1.75):
        sheet.box((x, 0), (x + 0.15, street), _KERB)
    low, high = sorted((lane - side * 1.75, middle - side * 1.6))
    sheet.box((low, 0), (high, 11 - begin), (150, 150, 148))
    for x in (lane - 1.45, lane + 1.38):
        sheet.box((x, 0), (x + 0.07, street), _LINE)
    sheet.box((lane - 1.4, STOP_M - 0.8 - begin), (lane + 1.4, STOP_M - 0.5 - begin), _LINE)
    for y in (10.0, 17.0):
        sheet.fill([(lane, y - 1.2), (lane + 0.4, y), (lane + 0.12, y), (lane + 0.12, y + 1.6), (lane - 0.12, y + 1.6),
                    (lane - 0.12, y), (lane - 0.4, y)], _LINE)  # fmt: skip
    for x in range(0, int(_GROUND_M), 3):
        sheet.box((x, street + 4.4), (x + 1.5, street + 4.55), _LINE)
    for _ in range(14):
        x, y = lane + rng.uniform(-1.2, 1.2), rng.uniform(0, 18)
        sheet.line([(x, y), (x + rng.normal(0, 0.5), y + rng.uniform(0.5, 2))], (80, 78, 76), 0.03)
    sheet.grain(rng, 5)
    sheet.grain(rng, 7, cell_px=24)
    return sheet.sheet()


def _house(place: Place, rng: np.random.Generator, *, night: bool) -> Sheet:
    sheet = Drawing((46.0, 9.0), 18)
    sheet.box((0, 0), (46, 9), place.wall)
    sheet.box((0, 0), (46, 0.9), (120, 122, 124))
    for x in np.arange(1.0, 45.0, 2.6):
        for y in (1.7, 4.8):
            shining = night and rng.random() < 0.35
            sheet.box((x, y), (x + 1.5, y + 1.7), (250, 252, 255) if shining else _PANE)
            sheet.line([(x + 0.75, y), (x + 0.75, y + 1.7)], _KERB, 0.08)
    sheet.grain(rng, 5, cell_px=6)
    return sheet.sheet()


def _hedge(rng: np.random.Generator) -> Sheet:
    sheet = Drawing((18.0, 1.5), 24)
    sheet.box((0, 0), (18, 1.3), (44, 84, 58))
    for x in np.arange(0, 18, 0.3):
        sheet.disc((x, 1.2 + rng.normal(0, 0.06)), 0.24, (46 + int(rng.integers(14)), 88, 60))
    sheet.grain(rng, 12, cell_px=4)
    return sheet.sheet()


def _post() -> Sheet:
    """A post in yellow and black."""
    sheet = Drawing((0.34, 1.25), 160)
    for number in range(5):
        sheet.box((0.06, number * 0.25), (0.28, number * 0.25 + 0.25), _YELLOW if number % 2 else _POST)
    sheet.shade(0.75)
    return sheet.sheet()


def _machine() -> Sheet:
    """A machine that gives out tickets."""
    sheet = Drawing((0.34, 1.25), 160)
    sheet.box((0, 0), (0.34, 1.25), (150, 110, 60))
    sheet.box((0.06, 0.85), (0.28, 1.1), (60, 54, 50))
    sheet.box((0.1, 0.62), (0.24, 0.66), (30, 30, 30))
    sheet.disc((0.17, 0.48), 0.04, (60, 60, 200))
    sheet.shade(0.8)
    return sheet.sheet()


def _arm() -> Sheet:
    sheet = Drawing((_ARM_LENGTH_M, 0.09), 160)
    for number in range(12):
        sheet.box((number * 0.3, 0), (number * 0.3 + 0.3, 0.09), _WHITE if number % 2 else _RED)
    return sheet.sheet()


def _standing(x: float, width: float, height: float, z: float) -> Points:
    """(4, 3): a rectangle that stands on the ground with its middle at x, z."""
    half = width / 2
    return np.array([[x - half, height, z], [x + half, height, z], [x + half, 0.0, z], [x - half, 0.0, z]])
