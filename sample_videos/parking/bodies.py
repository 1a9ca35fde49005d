"""The shapes of cars, and their sheets: front, bonnet, screen, roof and side, drawn in metres."""

from dataclasses import dataclass
from typing import Literal

from sample_videos.parking.drawing import Colour, Drawing, Place
from sample_videos.parking.view import Sheet

BodyName = Literal["saloon", "hatch", "suv", "minibus", "lorry", "patrol"]

_FINE, _COARSE = 330.0, 150.0
_DARK, _RUBBER, _CHROME = (34, 32, 30), (24, 24, 24), (196, 192, 188)
_GLASS, _SKY = (74, 66, 58), (168, 156, 142)


@dataclass(frozen=True, slots=True)
class Body:
    """Measures of a car, metres.

    Attributes:
        size: width, height, length.
        bumper: lower edge of the front.
        nose: upper edge of the front.
        bonnet: length of the bonnet; 0: the driver sits above the engine.
        belt: lower edge of the windows.
        screen: how far the screen leans back.
        taper: how much narrower the roof is, on each side.
        plate: height of the plate's middle.
        box: height of the load's box behind the cabin; None: there is none.
    """

    size: tuple[float, float, float]
    bumper: float
    nose: float
    bonnet: float
    belt: float
    screen: float
    taper: float
    plate: float
    box: float | None = None


BODIES: dict[BodyName, Body] = {
    "saloon": Body((1.82, 1.46, 4.6), 0.2, 0.78, 1.0, 0.94, 0.75, 0.2, 0.45),
    "hatch": Body((1.74, 1.52, 4.0), 0.19, 0.84, 0.8, 0.98, 0.65, 0.17, 0.46),
    "suv": Body((1.9, 1.72, 4.6), 0.26, 1.0, 0.95, 1.12, 0.6, 0.17, 0.52),
    "minibus": Body((1.95, 2.3, 5.2), 0.26, 1.0, 0.35, 1.18, 0.6, 0.14, 0.5),
    "lorry": Body((2.2, 2.5, 6.4), 0.4, 1.35, 0.0, 1.36, 0.12, 0.06, 0.66, box=3.0),
    "patrol": Body((1.82, 1.46, 4.6), 0.2, 0.78, 1.0, 0.94, 0.75, 0.2, 0.45),
}


def front(body: Body, paint: Colour, *, lamps_on: bool) -> Sheet:
    """From the ground to the nose, as wide as the car."""
    width, nose, low = body.size[0], body.nose, body.bumper
    sheet = Drawing((width, nose), _FINE)
    half = width / 2
    sheet.box((0.08, 0.0), (0.3, 0.45), _RUBBER, mirrored=True)
    sheet.box((0.2, low - 0.06), (width - 0.2, low + 0.1), _DARK)
    skirt = [(0.02, low + 0.1), (0.1, low), (half, low), (half, nose), (0.3, nose), (0.06, nose - 0.015)]
    sheet.fill([*skirt, (0.0, nose - 0.12)], paint, mirrored=True)
    sheet.line([(0.06, nose - 0.3), (half, nose - 0.33), (width - 0.06, nose - 0.3)], _darker(paint, 0.7), 0.012)
    _grille(sheet, body)
    _lamps(sheet, body, lamps_on=lamps_on)
    sheet.box((half - 0.28, body.plate - 0.1), (half + 0.28, body.plate + 0.1), _darker(paint, 0.45))
    sheet.shade(0.62)
    return sheet.sheet()


def _grille(sheet: Drawing, body: Body) -> None:
    half, top = body.size[0] / 2, body.nose - 0.08
    height = min(0.2, (top - body.plate - 0.13) * 0.9)
    wide = half * 0.5
    sheet.fill([(half - wide, top), (half - wide * 0.8, top - height), (half, top - height), (half, top)], _DARK,
               mirrored=True)  # fmt: skip
    for bar in range(1, 4):
        y = top - height * bar / 4
        sheet.line([(half - wide * 0.85, y), (half + wide * 0.85, y)], _CHROME, 0.008)
    sheet.disc((half, top - height / 2), 0.045, _CHROME)
    intake = body.bumper + 0.09
    sheet.fill([(0.4, intake), (half, intake), (half, intake + 0.07), (0.36, intake + 0.07)], _DARK, mirrored=True)


def _lamps(sheet: Drawing, body: Body, *, lamps_on: bool) -> None:
    top = body.nose - 0.1
    glass: Colour = (250, 252, 255) if lamps_on else (214, 208, 200)
    sheet.fill([(0.07, top - 0.02), (0.42, top - 0.06), (0.38, top - 0.17), (0.1, top - 0.19)], (58, 54, 52),
               mirrored=True)  # fmt: skip
    sheet.fill([(0.1, top - 0.04), (0.39, top - 0.075), (0.36, top - 0.155), (0.12, top - 0.17)], glass, mirrored=True)
    sheet.disc((0.22, top - 0.11), 0.05, (255, 255, 255) if lamps_on else (150, 146, 144), mirrored=True)
    sheet.disc((0.16, body.bumper + 0.16), 0.045, (150, 146, 140), mirrored=True)


def bonnet(body: Body, paint: Colour) -> Sheet:
    """From the nose up to the screen, as wide as the car."""
    width = body.size[0]
    sheet = Drawing((width, max(body.bonnet, 0.3)), _COARSE)
    sheet.box((0, 0), (width, max(body.bonnet, 0.3)), _lighter(paint, 1.16))
    for x in (0.3, width - 0.3):
        sheet.line([(x, 0), (x + (0.1 if x < width / 2 else -0.1), body.bonnet)], _darker(paint, 0.86), 0.02)
    sheet.line([(0.05, 0.02), (width - 0.05, 0.02)], _darker(paint, 0.6), 0.015)
    return sheet.sheet()


def screen(body: Body, paint: Colour) -> Sheet:
    """The windscreen between its pillars, as wide as the car at its foot."""
    width, height = body.size[0], 0.8
    sheet = Drawing((width, height), _COARSE)
    sheet.box((0, 0), (width, height), paint)
    sheet.box((0.09, 0.02), (width - 0.09, height - 0.05), _GLASS)
    sheet.fill(
        [(0.12, 0.5), (0.5, height - 0.06), (1.0, height - 0.06), (0.3, 0.03), (0.12, 0.03)], _lighter(_GLASS, 1.35)
    )
    for x in (0.38, width - 0.72):
        sheet.box((x, 0.1), (x + 0.34, 0.42), _darker(_GLASS, 0.7))
        sheet.box((x + 0.09, 0.42), (x + 0.25, 0.6), _darker(_GLASS, 0.7))
    sheet.line([(width / 2 - 0.1, 0.03), (0.3, 0.12)], _RUBBER, 0.02)
    sheet.line([(width - 0.3, 0.03), (width / 2 + 0.05, 0.12)], _RUBBER, 0.02)
    sheet.box((width / 2 - 0.09, height - 0.16), (width / 2 + 0.09, height - 0.08), _RUBBER)
    return sheet.sheet()


def roof(body: Body, paint: Colour) -> Sheet:
    """Bare metal under the sky."""
    size = (body.size[0], 1.0)
    sheet = Drawing(size, 40)
    sheet.box((0, 0), size, _lighter(paint, 1.2))
    return sheet.sheet()


def side(body: Body, paint: Colour, stripe: Colour | None = None) -> Sheet:
    """From the ground to the belt, the front at the left."""
    _, _, length = body.size
    sheet = Drawing((length, body.belt), _COARSE)
    low = body.bumper + 0.02
    corners: list[Place] = [(0.0, low), (0.0, body.nose), (max(body.bonnet, 0.02), body.belt)]
    sheet.fill([*corners, (length, body.belt), (length, low + 0.1), (length - 0.3, low)], _darker(paint, 0.9))
    for x in (length * 0.32, length * 0.57, length * 0.8):
        sheet.line([(x, low), (x, body.belt)], _darker(paint, 0.55), 0.012)
        sheet.box((x - 0.22, body.belt - 0.18), (x - 0.06, body.belt - 0.14), _CHROME)
    if stripe:
        sheet.box((0.2, body.belt - 0.42), (length - 0.1, body.belt - 0.24), stripe)
    for x in (0.85, length - 0.85):
        sheet.disc((x, 0.33), 0.4, _darker(paint, 0.25))
        sheet.disc((x, 0.32), 0.32, _RUBBER)
        sheet.disc((x, 0.32), 0.2, (128, 124, 122))
        sheet.disc((x, 0.32), 0.06, _DARK)
    sheet.shade(0.55)
    return sheet.sheet()


def windows(paint: Colour) -> Sheet:
    """The side's glass between its pillars, the front at the left."""
    length = 2.4
    sheet = Drawing((length, 0.5), _COARSE)
    sheet.box((0, 0), (length, 0.5), _darker(paint, 0.9))
    for left, right in ((0.12, 0.85), (0.93, 1.6), (1.68, 2.28)):
        sheet.box((left, 0.04), (right, 0.44), _GLASS)
        sheet.fill([(left, 0.3), (left + 0.3, 0.44), (left + 0.5, 0.44), (left, 0.16)], _lighter(_GLASS, 1.5))
    return sheet.sheet()


def load(width: float, height: float, colour: Colour) -> Sheet:
    """The front or the side of a lorry's box."""
    sheet = Drawing((width, height), 60)
    sheet.box((0, 0), (width, height), colour)
    for number in range(1, round(width / 0.4)):
        sheet.line([(number * 0.4, 0), (number * 0.4, height)], _darker(colour, 0.85), 0.02)
    sheet.shade(0.75)
    return sheet.sheet()


def beacon() -> Sheet:
    """The lights on a patrol car's roof."""
    sheet = Drawing((1.1, 0.14), _COARSE)
    sheet.box((0, 0), (0.5, 0.14), (40, 30, 200))
    sheet.box((0.6, 0), (1.1, 0.14), (210, 70, 20))
    sheet.box((0.5, 0), (0.6, 0.14), _DARK)
    return sheet.sheet()


def shadow() -> Sheet:
    """What lies on the ground under a car."""
    sheet = Drawing((2.0, 4.0), 40)
    sheet.fill([(0.1, 0.1), (1.9, 0.1), (1.9, 3.9), (0.1, 3.9)], (30, 30, 30))
    return sheet.sheet()


def _darker(colour: Colour, factor: float) -> Colour:
    blue, green, red = (min(round(one * factor), 255) for one in colour)
    return blue, green, red


_lighter = _darker
