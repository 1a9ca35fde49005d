"""Whole scenes: real pictures, drawn cars, signs and plates put together, then seen through a camera."""

from dataclasses import replace

import cv2
import numpy as np

from models.training.plates.camera import photographed
from models.training.plates.render import DrawnPlate, PlateRenderer
from models.training.scenes.bodywork import car_face, mounted
from models.training.scenes.light import lit, matched, with_glare
from models.training.scenes.panels import SetPlate, mapped, outline, paste
from models.training.scenes.photographs import Photograph, Photographs
from models.training.scenes.real_plates import RealPlates
from models.training.scenes.scene import Scene, covers_stamp, cut_out, painted_over, set_panel, without_unseen
from models.training.scenes.signs import SignRenderer
from vision.types import FloatArray, Image

# Width and height of scenes: the shapes of surveillance, dashboard and telephone cameras.
SHAPES = ((16, 9), (4, 3), (1, 1), (3, 4), (9, 14))
LONGEST_SIDES = (512, 512, 640)
# Plates on vehicles narrower than this cannot be seen: nothing on them needs to be left out of the training.
_LEAST_VEHICLE_PX = 60
# The kinds of scenes and how often each comes.
_MIX = {"replaced": 0.4, "vehicle": 0.17, "car": 0.16, "close": 0.1, "empty": 0.17}
_REAL_PLATE_SHARE = 0.12
_KEPT_SHARE = 0.3
_PLATE_PX = (40.0, 384.0)
_TRIES = 6
_LEAST_VIEW_PX = 160


class SceneRenderer:
    """Draws scenes.

    Args:
        plates: draws flat plates.
        real_plates: cut out of pictures.
        photographs: backgrounds, and cars with labelled plates.
        signs: draws what is mistaken for plates.
    """

    def __init__(
        self, plates: PlateRenderer, real_plates: RealPlates, photographs: Photographs, signs: SignRenderer
    ) -> None:
        self._plates = plates
        self._real_plates = real_plates
        self._photographs = photographs
        self._signs = signs

    def draw(self, rng: np.random.Generator) -> Scene:
        """One scene."""
        sort = rng.choice(list(_MIX), p=list(_MIX.values()))
        shape = np.array(SHAPES[rng.integers(len(SHAPES))])
        across, down = np.round(shape / shape.max() * rng.choice(LONGEST_SIDES)).astype(int)
        size_wh = (int(across), int(down))
        if sort == "replaced":
            scene = self._replaced(rng, size_wh)
        elif sort == "vehicle":
            scene = self._on_vehicles(rng, size_wh)
        else:
            scene = self._signed(rng, _plain(rng, self._photographs.any(rng), size_wh), int(rng.integers(0, 4)))
            if sort == "empty":
                scene = self._signed(rng, scene, int(rng.integers(0, 7)))
            else:
                for _ in range(rng.choice([1, 2, 3], p=[0.7, 0.2, 0.1])):
                    scene = self._added(rng, scene, on_car=sort == "car")
        return self._taken(rng, scene)

    def _drawn(self, rng: np.random.Generator) -> DrawnPlate:
        return self._real_plates.draw(rng) if rng.random() < _REAL_PLATE_SHARE else self._plates.draw(rng)

    def _replaced(self, rng: np.random.Generator, size_wh: tuple[int, int]) -> Scene:
        """A real car near its plate, which is kept, or covered by a drawn one."""
        photograph = self._photographs.with_plates(rng)
        mirrored = rng.random() < 0.4
        if mirrored:
            photograph = photograph.mirrored()
        chosen = photograph.plates[rng.integers(len(photograph.plates))]
        seen = photograph.view(_window(rng, photograph, chosen, size_wh), size_wh)
        scene = Scene(seen.image, (), np.empty((0, 4), np.float32))
        if rng.random() < 0.6:
            scene = self._signed(rng, replace(scene, plates=seen.plates), int(rng.integers(1, 4)))
        plates = []
        image = scene.image
        for plate in seen.plates:
            if not mirrored and (rng.random() < _KEPT_SHARE or plate.width < _PLATE_PX[0] / 2):
                plates.append(plate)
                continue
            image, placed = self._covered(rng, image, plate)
            plates += placed
        return Scene(image, tuple(plates), scene.unknown)

    def _covered(self, rng: np.random.Generator, image: Image, plate: SetPlate) -> tuple[Image, tuple[SetPlate, ...]]:
        """The picture with another plate in the place of `plate`, which is painted over first."""
        drawn = self._drawn(rng)
        image = painted_over(image, plate.corners)
        around = cut_out(image, plate.corners)
        panel = mounted(rng, drawn.image, drawn.kind, around)
        panel = replace(panel, image=matched(rng, panel.image, around))
        # In the old plate's plane, 440 by 140 as the standard has it: the new one lies there, centred and in scale.
        long = 440 * (
            rng.uniform(0.9, 1.12) if drawn.image.shape[1] > 2.4 * drawn.image.shape[0] else rng.uniform(0.6, 0.9)
        )
        old = panel.plates[0].corners
        scale = long / panel.plates[0].width
        on_plane = (outline(panel.size_wh) - old.mean(axis=0)) * scale + (220, 70)
        plane = cv2.getPerspectiveTransform(outline((440, 140)), plate.corners.astype(np.float32))
        return paste(image, panel, mapped(on_plane, plane))

    def _on_vehicles(self, rng: np.random.Generator, size_wh: tuple[int, int]) -> Scene:
        """A street with plates set on the vehicles; what else is on these is left open."""
        photograph = self._photographs.with_vehicles(rng)
        seen = photograph.view(_around_vehicle(rng, photograph, size_wh), size_wh)
        scene = _open_on_vehicles(seen)
        if rng.random() < 0.3:
            scene = self._signed(rng, scene, int(rng.integers(1, 3)))
        for left, top, right, bottom in seen.vehicles:
            wide = float(right - left)
            if wide < 2 * _LEAST_VEHICLE_PX or rng.random() < 0.2:
                continue
            centre = np.array([left + wide * rng.uniform(0.3, 0.7), top + (bottom - top) * rng.uniform(0.55, 0.88)])
            drawn = self._drawn(rng)
            around = seen.image[int(max(0, centre[1])) :, int(max(0, centre[0])) :][:20, :20]
            panel = mounted(rng, drawn.image, drawn.kind, around)
            scene = set_panel(rng, scene, panel, centre, float(np.clip(wide * rng.uniform(0.16, 0.4), 30, 400)))
        return scene

    def _added(self, rng: np.random.Generator, scene: Scene, *, on_car: bool) -> Scene:
        """The scene with a plate more, where there is room: on a drawn car or with what is around a plate only."""
        height, width = scene.image.shape[:2]
        drawn = self._drawn(rng)
        largest = width * 0.95 if not on_car and rng.random() < 0.12 else min(_PLATE_PX[1], width * 0.6)
        long = float(np.exp(rng.uniform(np.log(_PLATE_PX[0]), np.log(largest))))
        panel = car_face(rng, drawn.image, drawn.kind, long) if on_car else mounted(rng, drawn.image, drawn.kind)
        for _ in range(_TRIES):
            margin = min(0.45, 0.3 * long / width)
            centre = np.array([rng.uniform(margin, 1 - margin) * width, rng.uniform(0.12, 0.95) * height])
            placed = set_panel(rng, scene, panel, centre, long)
            if placed is not scene:
                return placed
        return scene

    def _signed(self, rng: np.random.Generator, scene: Scene, count: int) -> Scene:
        """The scene with so many signs, where they cover no plate."""
        height, width = scene.image.shape[:2]
        for _ in range(count):
            panel = self._signs.draw(rng)
            long = float(np.exp(rng.uniform(np.log(30), np.log(width * 0.7))))
            centre = rng.random(2) * (width, height)
            scene = set_panel(rng, scene, panel, centre, long)
        return scene

    def _taken(self, rng: np.random.Generator, scene: Scene) -> Scene:
        """The scene as a camera delivers it."""
        image = lit(rng, scene.image)
        if scene.plates and rng.random() < 0.12:
            plate = scene.plates[0]
            image = with_glare(rng, image, plate.corners.mean(axis=0), plate.width)
        if rng.random() < 0.3 and not covers_stamp(scene):
            image = self._signs.stamp(rng, image)
        return without_unseen(replace(scene, image=photographed(rng, image, float(rng.uniform(0.2, 1.0)))))


def _plain(rng: np.random.Generator, photograph: Photograph, size_wh: tuple[int, int]) -> Scene:
    """A part of a picture as it is."""
    height, width = photograph.image.shape[:2]
    share = rng.uniform(0.5, 1.0)
    side_w = min(width * share, height * share * size_wh[0] / size_wh[1])
    side_h = side_w * size_wh[1] / size_wh[0]
    left, top = rng.uniform(0, width - side_w), rng.uniform(0, height - side_h)
    return _open_on_vehicles(photograph.view(np.array([left, top, left + side_w, top + side_h]), size_wh))


def _window(rng: np.random.Generator, photograph: Photograph, plate: SetPlate, size_wh: tuple[int, int]) -> FloatArray:
    """The part of the picture in which the plate has a wanted width and lies anywhere."""
    height, width = photograph.image.shape[:2]
    wanted = np.exp(rng.uniform(np.log(_PLATE_PX[0]), np.log(min(_PLATE_PX[1], 0.6 * size_wh[0]))))
    scale = max(wanted / plate.width, size_wh[0] / width, size_wh[1] / height)
    side = np.array(size_wh) / scale
    low, high = plate.corners.min(axis=0), plate.corners.max(axis=0)
    first, last = high - side, low
    start = first + rng.random(2) * (last - first)
    start = np.clip(start, 0, np.maximum(np.array([width, height]) - side, 0))
    return np.asarray([*start, *(start + side)], dtype=np.float32)


def _around_vehicle(rng: np.random.Generator, photograph: Photograph, size_wh: tuple[int, int]) -> FloatArray:
    """The part of the picture around one vehicle, the larger ones first."""
    height, width = photograph.image.shape[:2]
    sizes = photograph.vehicles[:, 2] - photograph.vehicles[:, 0]
    left, top, right, bottom = photograph.vehicles[rng.choice(len(sizes), p=sizes**2 / np.sum(sizes**2))]
    side_w = max(float(right - left) * rng.uniform(0.8, 2.5), _LEAST_VIEW_PX)
    side_w = min(side_w, width, height * size_wh[0] / size_wh[1])
    side = np.array([side_w, side_w * size_wh[1] / size_wh[0]])
    middle = np.array([left + right, top + bottom]) / 2 + rng.normal(0, 0.12, 2) * side
    start = np.clip(middle - side / 2, 0, np.array([width, height]) - side)
    return np.asarray([*start, *(start + side)], dtype=np.float32)


def _open_on_vehicles(photograph: Photograph) -> Scene:
    wide = photograph.vehicles[:, 2] - photograph.vehicles[:, 0] >= _LEAST_VEHICLE_PX
    return Scene(photograph.image, photograph.plates, photograph.vehicles[wide])
