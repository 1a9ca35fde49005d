"""Cars in the space before a camera: their sheets, hung up where the car is."""

from dataclasses import dataclass

import cv2
import numpy as np

from sample_videos.parking import bodies
from sample_videos.parking.bodies import BODIES, BodyName
from sample_videos.parking.drawing import Colour
from sample_videos.parking.view import Pixels, Points, Sheet, View

_WHITE, _POLICE_BLUE = (238, 238, 236), (150, 70, 30)
_LAMP_COLOUR = np.array([0.82, 0.94, 1.0])
_LAMP_M, _HALO_M = 0.2, 1.5


@dataclass(frozen=True, slots=True)
class Light:
    """What shines on the scene.

    Attributes:
        sky: factors of blue, green and red on everything.
        plate: the same on plates, which throw the camera's own lamp back.
        lamps: whether cars drive with their lamps on.
    """

    sky: tuple[float, float, float]
    plate: float
    lamps: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What a car looks like.

    Attributes:
        plate_m: width and height of its plate.
    """

    body: BodyName
    paint: Colour
    plate_m: tuple[float, float]


class Car:
    """One car under one light.

    Args:
        look: of the car.
        plate: (H, W, 3) BGR.
        light: what shines on it.
    """

    def __init__(self, look: Look, plate: Pixels, light: Light) -> None:
        self._body = BODIES[look.body]
        self._plate_m = look.plate_m
        self._lamps = light.lamps
        body, paint, sky = self._body, look.paint, np.array(light.sky)
        stripe = _POLICE_BLUE if look.body == "patrol" else None
        self._front = bodies.front(body, paint, lamps_on=light.lamps).lit(sky)
        self._bonnet = bodies.bonnet(body, paint).lit(sky)
        self._screen = bodies.screen(body, paint).lit(sky)
        self._roof = bodies.roof(body, paint).lit(sky)
        self._side = bodies.side(body, paint, stripe).lit(sky)
        self._windows = bodies.windows(paint).lit(sky)
        self._shadow = bodies.shadow()
        self._beacon = bodies.beacon().lit(np.maximum(sky, 0.7)) if look.body == "patrol" else None
        self._load = bodies.load(body.size[0], body.box, _WHITE).lit(sky) if body.box else None
        self._load_side = bodies.load(body.size[2], body.box, _WHITE).lit(sky * 0.9) if body.box else None
        layer = np.dstack([plate, np.full(plate.shape[:2], 255, np.uint8)])
        self._plate = Sheet(layer).lit(light.plate)

    def draw(self, picture: Pixels, view: View, x: float, z: float) -> None:
        """Draw it with the middle of its front at x, z metres."""
        width, _, length = self._body.size
        at, half = np.array([x, 0.0, z]), width / 2
        outer = half if x < 0 else -half  # the side that the camera sees
        ground = np.array([[-half, 0, length], [half, 0, length], [half, 0, -0.15], [-half, 0, -0.15]])
        self._shadow.hang(picture, view, ground + at)
        self._draw_load(picture, view, at, outer)
        for sheet, corners in self._shell(outer):
            sheet.hang(picture, view, corners + at)
        if self._beacon:
            self._beacon.hang(picture, view, _upright(1.1, 1.44, 1.58, 2.0) + at)
        self._bonnet.hang(picture, view, self._bonnet_corners() + at)
        self._front.hang(picture, view, _upright(width, 0.0, self._body.nose, 0.0) + at)
        self._plate.hang(picture, view, self.plate_corners(x, z))

    def plate_corners(self, x: float, z: float) -> Points:
        """(4, 3): where the plate hangs."""
        wide, high = self._plate_m
        middle = self._body.plate
        hung: Points = _upright(wide, middle - high / 2, middle + high / 2, -0.04) + np.array([x, 0.0, z])
        return hung

    def shine(self, picture: Pixels, view: View, x: float, z: float) -> None:
        """Add the light of its lamps; nothing by day."""
        if not self._lamps:
            return
        half, y = self._body.size[0] / 2 - 0.22, self._body.nose - 0.21
        for side in (-half, half):
            place = np.array([x + side, y, z - 0.02])
            if view.seen(place[None])[0, 2] > 1.0:
                at, scale = view.pixels(place[None])[0], view.scale(place)
                _glow(picture, at, _LAMP_M * scale, 160)
                _glow(picture, at, _HALO_M * scale, 46)

    def _shell(self, outer: float) -> list[tuple[Sheet, Points]]:
        """Roof, side, windows and screen, the farthest first."""
        body = self._body
        width, height, length = body.size
        half, foot, top = width / 2, body.bonnet, body.bonnet + body.screen
        inset = half - body.taper
        end = 0.9 if body.box else length - 0.25
        edge = outer - body.taper * np.sign(outer)
        side = np.array([[outer, body.belt, 0], [outer, body.belt, length], [outer, 0, length], [outer, 0, 0]])
        glass = np.array(
            [[edge, height, top], [edge, height, end], [outer, body.belt, length], [outer, body.belt, foot]]
        )
        if body.box:
            glass[1:3, 2] = 1.7
        roof = np.array([[-inset, height, end], [inset, height, end], [inset, height, top], [-inset, height, top]])
        pane = np.array(
            [[-inset, height, top], [inset, height, top], [half, body.belt, foot], [-half, body.belt, foot]]
        )
        shell = [(self._side, side), (self._windows, glass), (self._screen, pane)]
        # Who stands lower than the roof does not see it.
        return [(self._roof, roof), *shell] if height < 1.6 else shell

    def _draw_load(self, picture: Pixels, view: View, at: Points, outer: float) -> None:
        if self._load is None or self._load_side is None or self._body.box is None:
            return
        width, _, length = self._body.size
        high, begin, low = self._body.box, 1.9, 0.7
        flank = np.array([[outer, high, begin], [outer, high, length], [outer, low, length], [outer, low, begin]])
        self._load_side.hang(picture, view, flank + at)
        self._load.hang(picture, view, _upright(width, low, high, begin) + at)

    def _bonnet_corners(self) -> Points:
        half, body = self._body.size[0] / 2, self._body
        far = max(body.bonnet, 0.01)
        return np.array(
            [[-half, body.belt, far], [half, body.belt, far], [half, body.nose, 0.0], [-half, body.nose, 0.0]]
        )


def _upright(width: float, low: float, high: float, z: float) -> Points:
    """(4, 3): a rectangle that faces the camera's way."""
    half = width / 2
    return np.array([[-half, high, z], [half, high, z], [half, low, z], [-half, low, z]])


def _glow(picture: Pixels, at: Points, radius_px: float, strength: float) -> None:
    """Add a round light that fades to its edge."""
    low = np.clip(np.floor(at - radius_px), 0, (picture.shape[1], picture.shape[0])).astype(int)
    high = np.clip(np.ceil(at + radius_px), 0, (picture.shape[1], picture.shape[0])).astype(int)
    if (high <= low).any():
        return
    x, y = np.arange(low[0], high[0]) - at[0], np.arange(low[1], high[1]) - at[1]
    distance = np.hypot(x[None, :], y[:, None]) / radius_px
    light = strength * np.clip(1 - distance, 0, 1) ** 2
    patch = picture[low[1] : high[1], low[0] : high[0]]
    patch[:] = cv2.add(patch, (light[..., None] * _LAMP_COLOUR).astype(np.uint8))
