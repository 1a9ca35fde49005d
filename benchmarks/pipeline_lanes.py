"""The lanes of the product with a probe behind each stage: which frame was handed on, and when."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.options import BenchOptions
from benchmarks.time_code import read_number
from models.faces.open import open_face_lane
from models.manifest import ModelSpec
from models.plates.open import open_plate_lane
from models.street.open import open_street_detector
from pipelines.ingest.worker import Stage
from pipelines.records.gate_values import Camera
from pipelines.settings import Settings
from pipelines.stages.face import FaceStage
from pipelines.stages.plate import PlateStage
from pipelines.stages.street import StreetStage
from pipelines.stages.street_sightings import SightingStage
from pipelines.street_cameras import StreetSettings
from vision.errors import ConfigurationError
from vision.types import Frame

STREET = StreetSettings.model_validate(
    {
        "zones": [
            {
                "id": "all",
                "points": [[0, 0], [1, 0], [1, 1], [0, 1]],
                "rules": [{"rule": "thing", "kind": "L07"}, {"rule": "parking", "kind": "09009"}],
            }
        ]
    }
)
"""Of the benchmark's street cameras: the whole picture is watched for things that were left and cars that stand."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A frame that passed its stage: the number in its corner, if that could be read."""

    camera_id: str
    number: int | None


@dataclass(slots=True, eq=False)
class Probe:
    """What arrived where events arrive.

    Attributes:
        moments: by camera, the number of each frame and when it arrived, seconds of the monotonic clock.
        events: what the stages found, by camera.
        stage_s: how long each frame took in its stage.
    """

    moments: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    stage_s: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, result: object) -> None:
        """Note a frame; whatever else arrives is an event of the stage."""
        now_s = time.monotonic()
        with self._lock:
            if not isinstance(result, Sight):
                self.events["found"] += 1
            elif result.number is not None:
                self.moments.setdefault(result.camera_id, []).append((result.number, now_s))


class ProbedStage:
    """A stage that hands on a `Sight` for each frame, behind what it found in it.

    Args:
        stage: of one camera.
        probe: shared.
    """

    def __init__(self, stage: Stage[Any], probe: Probe) -> None:
        self._stage = stage
        self._probe = probe

    def process(self, frame: Frame) -> Iterator[object]:
        """What the frame completed, and that it was looked at."""
        began_s = time.perf_counter()
        found = list(self._stage.process(frame))
        self._probe.stage_s.append(time.perf_counter() - began_s)
        yield from found
        yield Sight(frame.camera_id, read_number(frame.image))

    def finish(self) -> Iterator[object]:
        """Nothing: the benchmark is over."""
        yield from ()


@dataclass(frozen=True, slots=True, eq=False)
class ProbedLanes:
    """One lane for all cameras.

    Attributes:
        make: a stage for one camera.
        probe: shared.
        models: whose networks are used.
    """

    make: Callable[[Camera], Stage[Any]]
    probe: Probe
    models: tuple[ModelSpec, ...] = ()

    def check(self, camera: Camera) -> None:
        """Every camera is of the one lane."""

    def open(self, camera: Camera) -> tuple[Stage[Any], Callable[[Any], None]]:
        """A probed stage of this camera's own, and the probe."""
        return ProbedStage(self.make(camera), self.probe), self.probe.take


def open_lane(lane: str, options: BenchOptions) -> ProbedLanes:
    """The lane with the networks that an installation uses by default.

    Raises:
        ConfigurationError: a lane that is none.
        ModelError: its networks cannot be opened.
    """
    catalogue, shipped = options.open_catalogue(), Settings(home=options.home)
    if lane == "street":
        detector = open_street_detector(catalogue, str(shipped.street_detector))
        models = (catalogue.manifest.get(str(shipped.street_detector)),)
        return ProbedLanes(
            lambda camera: SightingStage(StreetStage(STREET.camera(camera.id), detector)), Probe(), models
        )
    if lane == "plate":
        ids = (str(shipped.plate_detector), str(shipped.plate_reader))
        plates = open_plate_lane(catalogue, detector_id=ids[0], reader_id=ids[1])
        return ProbedLanes(lambda _: PlateStage(plates), Probe(), tuple(map(catalogue.manifest.get, ids)))
    if lane == "face":
        ids = (shipped.face_detector, shipped.face_embedder)
        faces = open_face_lane(catalogue, detector_id=ids[0], embedder_ids=ids[1:], min_face_px=shipped.min_face_px)
        return ProbedLanes(lambda _: FaceStage(faces), Probe(), tuple(map(catalogue.manifest.get, ids)))
    raise ConfigurationError(f"--lane: wanted face, plate or street, got {lane!r}")
