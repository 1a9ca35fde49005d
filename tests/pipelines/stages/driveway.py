"""A driveway: cars that drive, wait and leave, and a plate lane that knows where they are and what their plates say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import supervision as sv

from models.plates.lane import PlateLane
from pipelines.stages.passage import PlateRules
from pipelines.stages.plate import PlateStage, PlateVisit
from tests.fake_plates import plate_reading
from tests.fakes import NOW
from vision.plate_alphabet import PlateKind
from vision.plate_detection import plate_detections
from vision.types import FloatArray, Frame, Image, PlateReading

WIDTH, HEIGHT = 640, 480


@dataclass(frozen=True)
class Car:
    """A plate of 120x30 pixels times its scale, around its centre.

    Attributes:
        read_as: what the reader says; None: not legible.
    """

    read_as: str | None = "京A12345"
    x: float = 300.0
    y: float = 250.0
    scale: float = 1.0
    kind: PlateKind = "blue"
    confidence: float = 0.95

    @property
    def corners(self) -> FloatArray:
        half_w, half_h = 60 * self.scale, 15 * self.scale
        signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32)
        return (signs * (half_w, half_h) + (self.x, self.y)).astype(np.float32)


Scene = Sequence[Sequence[Car]]

FAR, NEAR = Car(y=60, scale=0.5), Car(x=220, y=400, scale=1.4)


def drives(car: Car, seconds: float, fps: float = 10, *, back: bool = False) -> list[list[Car]]:
    """Frames in which the car comes from where FAR is to where NEAR is; `back`: the other way."""
    count = round(seconds * fps)
    parts = [number / max(count - 1, 1) for number in range(count)]
    return [[_on_the_way(car, part)] for part in (reversed(parts) if back else parts)]


def stands(car: Car, seconds: float, fps: float = 10) -> list[list[Car]]:
    """Frames in which the car stands at the barrier, where NEAR is."""
    return [[_on_the_way(car, 1.0)]] * round(seconds * fps)


def empty(seconds: float, fps: float = 10) -> list[list[Car]]:
    """Frames without a car."""
    return [[]] * round(seconds * fps)


def together(*scenes: Scene) -> list[list[Car]]:
    """The cars of all scenes at once."""
    return [[car for cars in moment for car in cars] for moment in zip(*scenes, strict=True)]


class Driveway:
    """A camera at a driveway.

    Args:
        scene: for each frame, the cars that are seen.
        fps: frames a second.
    """

    def __init__(self, scene: Scene, fps: float = 10) -> None:
        self._scene = scene
        self._fps = fps
        self._seen: Sequence[Car] = ()
        self.model_id = "driveway"
        self.gate_threshold = 0.8
        self.reads = 0
        self.lane = PlateLane(self, self)

    def frames(self) -> Iterable[Frame]:
        image = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
        for number, cars in enumerate(self._scene):
            self._seen = cars
            yield Frame("entry", number, NOW + timedelta(seconds=number / self._fps), image)

    def detect(self, image: Image) -> sv.Detections:
        corners = np.array([car.corners for car in self._seen], np.float32).reshape(-1, 4, 2)
        return plate_detections(corners, np.full(len(corners), 0.9, np.float32), np.zeros(len(corners), np.int64))

    def read(self, image: Image, corners: FloatArray) -> PlateReading | None:
        self.reads += 1
        car = min(self._seen, key=lambda one: float(np.abs(one.corners - corners).sum()))
        if car.read_as is None:
            return None
        return plate_reading(car.read_as, kind=car.kind, confidence=car.confidence)

    def watch(self, rules: PlateRules | None = None) -> list[tuple[int, PlateVisit]]:
        """The visits that a stage tells, each with the number of its frame; the end counts as one more frame."""
        stage = PlateStage(self.lane, rules, "garage/in")
        told = [(frame.seq, visit) for frame in self.frames() for visit in stage.process(frame)]
        return [*told, *((len(self._scene), visit) for visit in stage.finish())]


def watch(scene: Scene, fps: float = 10, rules: PlateRules | None = None) -> list[PlateVisit]:
    """The visits that a stage tells of the scene."""
    return [visit for _, visit in Driveway(scene, fps).watch(rules)]


def _on_the_way(car: Car, part: float) -> Car:
    x, y, scale = (
        start + (end - start) * part for start, end in ((car.x, car.x - 80), (FAR.y, NEAR.y), (FAR.scale, NEAR.scale))
    )
    return replace(car, x=x, y=y, scale=scale)
