"""The README's picture: both lanes, with what is read and answered there."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sample_videos.parking.camera import LaneCamera
from sample_videos.parking.story import CARS, CURRENCY, VISITS, LaneName, Visit, begins_s
from sample_videos.parking.view import Pixels

_SHOWN: tuple[tuple[LaneName, str], ...] = (("entry", "lorry"), ("exit", "minibus"))
_WIDTH, _HEIGHT = 640, 360
_CAPTION_PX, _FONT_PX = 34, 19
_COLOURS = {"accepted": (80, 200, 90), "rejected": (235, 90, 70), "unknown": (240, 200, 60)}
"""Red, green, blue."""
_PALETTE = 256


def readme_picture(cameras: dict[LaneName, LaneCamera], font: Path) -> Image.Image:
    """One frame of each lane while a car stands there, side by side, in 256 colours.

    Args:
        cameras: of the lanes.
        font: with Chinese characters.
    """
    picture = Image.new("RGB", (_WIDTH * len(_SHOWN), _HEIGHT))
    for number, (lane, car) in enumerate(_SHOWN):
        visit = next(one for one in VISITS if (one.lane, one.car) == (lane, car))
        film_s = round(begins_s(visit.chapter) + visit.stops_s + 0.5, 1)
        part = _captioned(cameras[lane].frame(film_s), visit, font)
        corners = cameras[lane].plate_seen(visit, film_s)
        if corners is not None:
            _outline(part, corners, visit)
        picture.paste(part, (number * _WIDTH, 0))
    return picture.quantize(_PALETTE, dither=Image.Dither.NONE)


def _captioned(frame: Pixels, visit: Visit, font: Path) -> Image.Image:
    # A palette has no room for noise.
    calm = cv2.bilateralFilter(frame, 5, 14, 3)
    small = cv2.resize(calm, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA)
    part = Image.fromarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
    pen, top = ImageDraw.Draw(part), _HEIGHT - _CAPTION_PX
    pen.rectangle((0, top, _WIDTH, _HEIGHT), fill=(24, 24, 24))
    face = ImageFont.truetype(str(font), _FONT_PX)
    car, colour = CARS[visit.car], _COLOURS[visit.decision]
    due = f", {visit.due} {CURRENCY}" if visit.due else ""
    pen.text((12, top + 2), f"{car.text}  {car.kind}", fill=(235, 235, 235), font=face)
    answer = f"{visit.decision}: {visit.reason}{due}"
    pen.text((_WIDTH - 12, top + 2), answer, fill=colour, font=face, anchor="ra")
    return part


def _outline(part: Image.Image, corners: np.ndarray[tuple[int, ...], np.dtype[np.float64]], visit: Visit) -> None:
    places = [(float(x) / 2, float(y) / 2) for x, y in corners]
    ImageDraw.Draw(part).line([*places, places[0]], fill=_COLOURS[visit.decision], width=3, joint="curve")
