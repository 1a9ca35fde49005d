"""The camera of one lane: pictures of its film, with shake, noise and the time."""

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from sample_videos.parking.cars import Car
from sample_videos.parking.scene import ENTRY, EXIT, backdrop, draw_arm
from sample_videos.parking.story import (
    CARS,
    CHAPTERS,
    FPS,
    VISITS,
    LaneName,
    Visit,
    begins_s,
    chapter_at,
    wall_time,
)
from sample_videos.parking.view import HEIGHT, WIDTH, Pixels
from sample_videos.parking.ways import arm_raised, distance

_NOISE = 1.6
_PATTERNS, _SPARE = 5, 256
"""Pictures of noise, and by how many columns they are wider than the film's, to be shifted."""
_GUST_S, _SHAKE_PX = 9.0, 1.4


class LaneCamera:
    """Draws pictures of the film; each one depends on its time and the seed alone.

    Args:
        lane: whose.
        plates: (H, W, 3) BGR pictures of the cars' plates, by the cars' names.
        seed: of noise and shake.
    """

    def __init__(self, lane: LaneName, plates: dict[str, Pixels], seed: int = 0) -> None:
        self._lane: LaneName = lane
        self._place = ENTRY if lane == "entry" else EXIT
        self._seed = seed
        self._cars = {
            visit: Car(CARS[visit.car].look, plates[visit.car], CHAPTERS[visit.chapter].light)
            for visit in VISITS
            if visit.lane == lane
        }
        self._empty: dict[int, Pixels] = {}

    def frame(self, film_s: float) -> Pixels:
        """The picture at a time of the film: (720, 1280, 3) uint8 BGR."""
        chapter = chapter_at(film_s)
        time_s = film_s - begins_s(chapter)
        picture = self._backdrop(chapter).copy()
        at = {visit: z for visit in self._cars if (z := self._here(visit, chapter, time_s)) is not None}
        for visit in sorted(at, key=lambda one: -at[one]):
            self._cars[visit].draw(picture, self._place.view, self._place.lane_m, at[visit])
        draw_arm(picture, self._place, CHAPTERS[chapter].light.sky, arm_raised(self._lane, chapter, time_s))
        for visit, z in at.items():
            self._cars[visit].shine(picture, self._place.view, self._place.lane_m, z)
        final = self._taken(picture, film_s)
        self._stamp(final, film_s)
        return final

    def plate_seen(self, visit: Visit, film_s: float) -> NDArray[np.float64] | None:
        """(4, 2) corners of the plate in the picture; None when it is not there, too near or partly beyond it."""
        z = self._here(visit, chapter_at(film_s), film_s - begins_s(chapter_at(film_s)))
        if z is None or z < 1.0:
            return None
        corners = self._place.view.pixels(self._cars[visit].plate_corners(self._place.lane_m, z))
        inside = (corners >= 0).all() and (corners < (WIDTH, HEIGHT)).all()
        return corners if inside else None

    def _here(self, visit: Visit, chapter: int, time_s: float) -> float | None:
        return distance(visit, time_s) if visit.chapter == chapter else None

    def _backdrop(self, chapter: int) -> Pixels:
        if chapter not in self._empty:
            light = CHAPTERS[chapter].light
            self._empty[chapter] = backdrop(self._place, light.sky, night=light.lamps)
        return self._empty[chapter]

    @cached_property
    def _patterns(self) -> list[NDArray[np.int16]]:
        random = np.random.default_rng(self._seed)
        return [
            (_NOISE * random.standard_normal((HEIGHT, WIDTH + _SPARE, 3), np.float32)).round().astype(np.int16)
            for _ in range(_PATTERNS)
        ]

    def _taken(self, picture: Pixels, film_s: float) -> Pixels:
        """As the sensor delivers it, in gusts of wind a bit off its place."""
        random = np.random.default_rng([self._seed, round(film_s * FPS)])
        gust = max(0.0, np.sin(2 * np.pi * film_s / _GUST_S) - 0.8) * 5
        right, down = random.normal(0, _SHAKE_PX * gust, 2) if gust else (0.0, 0.0)
        if gust:
            way = np.array([[1, 0, right], [0, 1, down]], np.float64)
            picture = cv2.warpAffine(picture, way, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        left = int(random.integers(_SPARE))
        noise = self._patterns[int(random.integers(_PATTERNS))][:, left : left + WIDTH]
        noisy: Pixels = cv2.add(cv2.GaussianBlur(picture, (0, 0), 0.7), noise, dtype=cv2.CV_8U)
        return noisy

    def _stamp(self, picture: Pixels, film_s: float) -> None:
        picture[12:46, 14:640] = 24
        text = f"CITYGATE SAMPLE  {self._place.name}  {wall_time(film_s):%Y-%m-%d %H:%M:%S}"
        cv2.putText(picture, text, (24, 36), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (225, 225, 225), 1, cv2.LINE_AA)
