"""What happens in the street: who goes where and when, and which of it is an incident.

Two films of one street. In `kerb` a car stops where none may, a bag is left, a car drives the wrong way and a crowd
gathers; in `square` something smokes, and then somebody covers the camera and turns it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sample_videos.street.actors import BAG_WH, CAR_WH, PERSON_WH, SMOKE_WH, Box, Colour, standing_box

FilmName = Literal["kerb", "square"]
FILM_NAMES: tuple[FilmName, ...] = ("kerb", "square")
FPS = 5
SECONDS = 90.0
WIDTH, HEIGHT = 640, 360
CROWD_ZONE: Box = (380, 90, 630, 205)
CROWD = 8
"""So many people at once are one."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something with its way.

    Attributes:
        name: of the class: person, car, bag, smoke.
        way: seconds of film, x and y of the feet; straight in between, not there before and after.
        colour: of coat or paint.
        sways: by so many pixels, for nobody who waits stands like a post.
    """

    name: str
    way: tuple[tuple[float, float, float], ...]
    colour: Colour = (90, 90, 90)
    sways: float = 0.0

    def place(self, film_s: float) -> tuple[float, float] | None:
        """Where it stands; None: it is not there."""
        seconds, x, y = (np.array(column) for column in zip(*self.way, strict=True))
        if not seconds[0] <= film_s <= seconds[-1]:
            return None
        sway = self.sways * np.sin(2.3 * film_s + 0.1 * self.way[0][1] + self.way[0][0])
        return float(np.interp(film_s, seconds, x) + sway), float(np.interp(film_s, seconds, y))

    def box(self, film_s: float) -> Box | None:
        """Its box in the picture, cut at the border; None: nothing of it is in the picture."""
        place = self.place(film_s)
        if place is None:
            return None
        left, top, right, bottom = standing_box(*place, SIZES[self.name])
        left, right = max(0.0, left), min(float(WIDTH), right)
        return (left, max(0.0, top), right, min(float(HEIGHT), bottom)) if right - left > 4 else None


SIZES = {"person": PERSON_WH, "car": CAR_WH, "bag": BAG_WH, "smoke": SMOKE_WH}
_COATS: tuple[Colour, ...] = (
    *((60, 60, 170), (150, 90, 40), (50, 120, 60), (40, 40, 44), (150, 150, 160)),
    *((120, 60, 120), (40, 110, 180), (90, 70, 50), (70, 30, 110), (190, 170, 150)),
)


def _car(from_s: float, to_s: float, lane: float, paint: Colour, way: int) -> Actor:
    """One that drives through."""
    ends = (-70.0, WIDTH + 70.0)
    return Actor("car", ((from_s, ends[way < 0], lane), (to_s, ends[way > 0], lane)), paint)


def _walker(from_s: float, to_s: float, y: float, coat: Colour, way: int) -> Actor:
    """One who walks through."""
    ends = (-15.0, WIDTH + 15.0)
    return Actor("person", ((from_s, ends[way < 0], y), (to_s, ends[way > 0], y)), coat)


def _guest(number: int) -> Actor:
    """One of the crowd."""
    x, y = 405.0 + 22 * number, 150.0 + 9 * (number * 7 % 5)
    comes, goes = 46.0 + 0.9 * number, 72.0 + 1.1 * number
    edge = WIDTH + 15.0
    way = ((comes, edge, y), (comes + 6, x, y), (goes, x, y), (goes + 6, edge, y))
    return Actor("person", way, _COATS[number], sways=2.5)


_NEAR, _FAR = 345.0, 262.0
"""Where the wheels of cars go: the near lane to the left, the far one, at the kerb, to the right."""

PARKED = Actor("car", ((6, -70, _FAR), (10, 150, _FAR), (58, 150, _FAR), (62, 710, _FAR)), (70, 66, 150))
OWNER = Actor("person", ((18, -15, 182), (26, 300, 182), (29, 300, 182), (39, 655, 170)), (46, 96, 52))
BAG = Actor("bag", ((27, 318, 186), (SECONDS, 318, 186)))
GHOST_DRIVER = _car(40, 46, _NEAR, (60, 150, 190), 1)
SMOKE = Actor("smoke", ((14, 470, 175), (44, 470, 175)))
ACTORS: dict[FilmName, tuple[Actor, ...]] = {
    "kerb": (
        *(PARKED, OWNER, BAG, GHOST_DRIVER),
        *(_guest(number) for number in range(10)),
        _walker(2, 16, 160, _COATS[4], 1),
        _walker(60, 78, 120, _COATS[6], -1),
        _car(12, 17, _NEAR, (200, 196, 190), -1),
        _car(24, 29, _NEAR, (50, 50, 54), -1),
        _car(51, 56, _NEAR, (150, 80, 50), -1),
        _car(68, 73, _FAR, (120, 120, 126), 1),
        _car(79, 84, _NEAR, (66, 110, 70), -1),
    ),
    "square": (
        SMOKE,
        _walker(3, 20, 165, _COATS[0], 1),
        _walker(24, 40, 125, _COATS[1], -1),
        _walker(64, 80, 150, _COATS[2], 1),
        _car(8, 13, _NEAR, (180, 176, 170), -1),
        _car(30, 35, _FAR, (70, 66, 150), 1),
        _car(66, 71, _NEAR, (50, 50, 54), -1),
        _car(84, 89, _FAR, (150, 80, 50), 1),
    ),
}

COVERED: dict[FilmName, tuple[float, float] | None] = {"kerb": None, "square": (50.0, 62.0)}
"""From when to when a cloth hangs before the lens."""
TURNED_S: dict[FilmName, float | None] = {"kerb": None, "square": 72.0}
"""From when on the camera looks elsewhere."""


def boxes(film: FilmName, film_s: float) -> list[tuple[str, Box]]:
    """The classes and boxes of all that is in the picture, as a perfect detector would see them."""
    found = [(actor.name, actor.box(film_s)) for actor in ACTORS[film]]
    return [(name, box) for name, box in found if box is not None]


def crowd_times() -> tuple[float, float]:
    """From when to when a crowd stands in its zone of the film `kerb`."""
    left, top, right, bottom = CROWD_ZONE
    full = []
    for number in range(round(SECONDS * FPS)):
        feet = [((x0 + x1) / 2, y1) for name, (x0, _, x1, y1) in boxes("kerb", number / FPS) if name == "person"]
        if sum(left <= x <= right and top <= y <= bottom for x, y in feet) >= CROWD:
            full.append(number / FPS)
    return full[0], full[-1]
