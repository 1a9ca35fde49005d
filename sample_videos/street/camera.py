"""The camera of the street: pictures of a film, with noise, a cloth before the lens, and another view at last."""

from functools import cached_property

import cv2
import numpy as np

from sample_videos.street.actors import Pixels, draw_bag, draw_car, draw_person, draw_smoke
from sample_videos.street.story import ACTORS, COVERED, FPS, HEIGHT, TURNED_S, WIDTH, Actor, FilmName

MARGIN = (60, 35)
"""How much of the street lies beyond the picture on each side, pixels: there the camera turns to."""
_TURNED = (-52, -30)
_TURN_S = 1.0
_NOISE = 2.2
_STRIDES_S = 1.7


def seen(street: Pixels, corner: tuple[int, int]) -> Pixels:
    """The part of the street (360, 640, 3) whose upper left corner lies at x, y."""
    left, top = corner
    return np.ascontiguousarray(street[top : top + HEIGHT, left : left + WIDTH])


def taken(picture: Pixels, random: np.random.Generator) -> Pixels:
    """The picture as a camera gives it: a little soft, with noise."""
    noise = random.normal(0, _NOISE, (HEIGHT, WIDTH, 1)).astype(np.float32)
    final: Pixels = (cv2.GaussianBlur(picture, (0, 0), 0.6) + noise).round().clip(0, 255).astype(np.uint8)
    return final


class DrawnStreet:
    """Draws pictures of a film; each one depends on its time and the seed alone.

    Args:
        film: which one.
        seed: of noise and paving.
    """

    def __init__(self, film: FilmName, seed: int = 0) -> None:
        self._film: FilmName = film
        self._seed = seed

    def frame(self, film_s: float) -> Pixels:
        """The picture at a time of the film: (360, 640, 3) uint8 BGR."""
        street = self.empty.copy()
        present = [(actor, place) for actor in ACTORS[self._film] if (place := actor.place(film_s))]
        for actor, (x, y) in sorted(present, key=lambda one: one[1][1]):
            self._draw(street, actor, x + MARGIN[0], y + MARGIN[1], film_s)
        picture = self._veiled(seen(street, self._view(film_s)), film_s)
        return taken(picture, np.random.default_rng([self._seed, round(film_s * FPS)]))

    def _draw(self, street: Pixels, actor: Actor, x: float, y: float, film_s: float) -> None:
        if actor.name == "person":
            before = actor.place(film_s - 0.1)
            walks = before is not None and abs(before[0] - (x - MARGIN[0])) > 1.0
            stride = float(np.sin(2 * np.pi * film_s * _STRIDES_S)) if walks else 0.15
            draw_person(street, x, y, actor.colour, stride)
        elif actor.name == "car":
            draw_car(street, x, y, actor.colour, 1 if actor.way[-1][1] > actor.way[0][1] else -1)
        elif actor.name == "bag":
            draw_bag(street, x, y)
        else:
            fades = min(film_s - actor.way[0][0], actor.way[-1][0] - film_s, 3.0) / 3.0
            draw_smoke(street, x, y, film_s, fades)

    def _view(self, film_s: float) -> tuple[int, int]:
        """The street's pixel in the picture's upper left corner."""
        turned_s = TURNED_S[self._film]
        share = 0.0 if turned_s is None else float(np.clip((film_s - turned_s) / _TURN_S, 0, 1))
        return round(MARGIN[0] + share * _TURNED[0]), round(MARGIN[1] + share * _TURNED[1])

    def _veiled(self, picture: Pixels, film_s: float) -> Pixels:
        """Behind the cloth, which comes from the left within a second."""
        covered = COVERED[self._film]
        if covered is None or not covered[0] <= film_s <= covered[1]:
            return picture
        width = round(WIDTH * min(1.0, film_s - covered[0], covered[1] - film_s))
        shade = np.linspace(70, 96, WIDTH, dtype=np.float32)[None, :, None] * np.array([0.8, 0.9, 1.0], np.float32)
        veiled = picture.copy()
        veiled[:, :width] = shade[:, :width].round().astype(np.uint8)
        return veiled

    @cached_property
    def empty(self) -> Pixels:
        """(430, 760, 3): houses, pavement, kerb and road."""
        random = np.random.default_rng(self._seed)
        width, height = WIDTH + 2 * MARGIN[0], HEIGHT + 2 * MARGIN[1]
        street = np.zeros((height, width, 3), np.uint8)
        street[:120] = (132, 140, 152)
        for x in range(14, width, 74):
            cv2.rectangle(street, (x, 12), (x + 44, 66), (78, 70, 64), -1)
            cv2.rectangle(street, (x + 3, 15), (x + 41, 36), (150, 138, 124), -1)
            cv2.rectangle(street, (x + 8, 78), (x + 30, 119), (60 + x % 50, 70, 96), -1)
        for y in range(120, 235, 16):
            for x in range(-(y % 32), width, 30):
                grey = int(random.integers(136, 168))
                cv2.rectangle(street, (x, y), (x + 28, y + 14), (grey, grey + 2, grey + 4), -1)
        street[235:243] = (190, 192, 194)
        street[243:] = (88, 86, 84)
        for x in range(10, width, 90):
            cv2.rectangle(street, (x, 318), (x + 44, 322), (206, 208, 210), -1)
        speckle = random.normal(0, 5, street.shape[:2])[..., None]
        empty: Pixels = (street + cv2.GaussianBlur(speckle, (0, 0), 0.8)[..., None]).clip(0, 255).astype(np.uint8)
        return empty
