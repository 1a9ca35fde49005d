"""The camera of the gate clip: people between corridor and gate, with blur, changing light and noise."""

import math

import cv2
import numpy as np

from sample_videos.people import PEOPLE, Layer, PersonName, Pixels, cut_out
from sample_videos.scene import GATE_TOP, HEIGHT, WIDTH, corridor, gate
from sample_videos.walks import Pose, pose

FPS = 15
_SHUTTER = 0.5
"""How much of a frame's time the shutter is open."""
_NOISE = 4.0
_PATTERNS = 6
_SHARP_HEIGHT = 130.0
"""Faces less high stand behind the plane of focus."""
_REACH = 0.65
"""Of a portrait's width, to each side of the face: further nothing of it lies, tilted or smeared."""


class GateCamera:
    """Renders pictures of the clip; each one depends on its time and the seed alone.

    Args:
        seed: of noise and flicker.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._behind = corridor().astype(np.float32)
        self._before = gate()
        self._empty = _over(self._before, self._behind).astype(np.uint8)
        self._people = {person: cut_out(person) for person in PEOPLE}
        random = np.random.default_rng(seed)
        self._patterns = [
            (_NOISE * random.standard_normal((HEIGHT, WIDTH, 3), np.float32)).round().astype(np.int16)
            for _ in range(_PATTERNS)
        ]

    def frame(self, time_s: float) -> Pixels:
        """The picture at a time of the clip: (720, 1280, 3) uint8 BGR."""
        picture = self._empty.copy()
        for person in PEOPLE:
            at = pose(person, time_s)
            if at is not None:
                self._draw(picture, person, at)
        random = np.random.default_rng([self._seed, round(time_s * 1000)])
        curve = np.arange(256)[:, np.newaxis] * _light(time_s) * random.normal(1.0, 0.006)
        lit: Pixels = cv2.LUT(picture, np.clip(curve, 0, 255).astype(np.uint8)[np.newaxis])
        noise = np.roll(self._patterns[int(random.integers(_PATTERNS))], int(random.integers(WIDTH)), axis=1)
        final: Pixels = cv2.add(lit, noise, dtype=cv2.CV_8U)
        _stamp(final, time_s)
        return final

    def _draw(self, picture: Pixels, person: PersonName, at: Pose) -> None:
        """Put the person between corridor and gate."""
        columns, layer = self._placed(person, at)
        later = pose(person, at.time_s + _SHUTTER / FPS) or at
        layer = _moved(layer, later.x - at.x, later.y - at.y)
        out_of_focus = 0.4 + max(0.0, (_SHARP_HEIGHT - at.height) / 50)
        blurred: Layer = cv2.GaussianBlur(layer, (0, 0), out_of_focus)
        drawn = _over(blurred, self._behind[:, columns])
        drawn[GATE_TOP:] = _over(self._before[GATE_TOP:, columns], drawn[GATE_TOP:])
        picture[:, columns] = drawn.astype(np.uint8)

    def _placed(self, person: PersonName, at: Pose) -> tuple[slice, Layer]:
        """The person at the size and place of `at`, and the columns of the picture that hold them."""
        cutout = self._people[person]
        scale = at.height / cutout.face_height
        half_width = cutout.layer.shape[1] * scale * _REACH
        left = int(np.clip(at.x - half_width, 0, WIDTH - 1))
        right = int(np.clip(at.x + half_width, left + 1, WIDTH))
        turn: Layer = cv2.getRotationMatrix2D(cutout.face, -at.tilt_deg, scale)
        turn[:, 2] += np.array([at.x - left, at.y]) - cutout.face
        layer: Layer = cv2.warpAffine(cutout.layer, turn, (right - left, HEIGHT), flags=cv2.INTER_LINEAR)
        return slice(left, right), layer


def _moved(layer: Layer, right_px: float, down_px: float) -> Layer:
    """Smeared over the way it went while the shutter was open."""
    blurred: Layer = cv2.blur(layer, (1 + round(abs(right_px)), 1 + round(abs(down_px))))
    return blurred


def _over(layer: Layer, picture: Layer) -> Layer:
    """`layer` (H, W, 4) before `picture` (H, W, 3)."""
    seen: Layer = cv2.multiply(picture, cv2.merge([1 - layer[..., 3]] * 3))
    both: Layer = cv2.add(seen, np.ascontiguousarray(layer[..., :3]), dst=seen)
    return both


def _light(time_s: float) -> Layer:
    """(3,) factors of blue, green and red: clouds, a lamp that fails for a moment, doors that open behind."""
    clouds = 1.0 + 0.06 * math.sin(2 * math.pi * time_s / 7)
    lamp = 0.78 if 4.3 <= time_s < 4.5 or 4.65 <= time_s < 4.75 else 1.0
    doors = 0.16 * math.exp(-(((time_s - 11.0) / 0.9) ** 2))
    return (clouds * lamp * (1 + np.array([0.6, 0.9, 1.1]) * doors)).astype(np.float32)


def _stamp(picture: Pixels, time_s: float) -> None:
    picture[12:46, 14:420] = 24
    text = f"CITYGATE SAMPLE  GATE 3  {time_s:05.2f} s"
    cv2.putText(picture, text, (24, 36), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (225, 225, 225), 1, cv2.LINE_AA)
