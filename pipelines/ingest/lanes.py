"""What is done with the frames of each lane: the stage that looks at them, and who takes what it finds."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from models.faces.lane import FaceLane
from models.plates.lane import PlateLane
from pipelines.ingest.worker import Stage
from pipelines.records.gate_values import Camera
from pipelines.stages.face import FaceStage, TrackSink
from pipelines.stages.passage import PlateRules
from pipelines.stages.plate import PlateStage, VisitSink
from pipelines.stages.sparing import StreetDetector
from pipelines.stages.street import StreetStage
from pipelines.stages.street_sightings import SightingSink, SightingStage, StreetSighting
from pipelines.stages.visit import TrackRules
from pipelines.street.line_counts import LineCount
from vision.errors import ConfigurationError
from vision.quality import QualityLimits

FACE_LANE = "face"
PLATE_LANE = "plate"
STREET_LANE = "street"
LANES = (FACE_LANE, PLATE_LANE, STREET_LANE)

Deliver = Callable[[Any], None]


@dataclass(frozen=True, slots=True, eq=False)
class FaceWork:
    """What is done with the frames of face cameras.

    Attributes:
        lane: the face networks, shared by all cameras.
        sink: decides on visits.
        limits, rules: of the stage; None: the defaults.
    """

    lane: FaceLane
    sink: TrackSink
    limits: QualityLimits | None = None
    rules: TrackRules | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlateWork:
    """What is done with the frames of plate cameras.

    Attributes:
        lane: the plate networks, shared by all cameras.
        sink: decides on visits.
        rules: of the stage; None: the defaults.
    """

    lane: PlateLane
    sink: VisitSink
    rules: PlateRules | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StreetWork:
    """What is done with the frames of street cameras.

    Attributes:
        sink: makes reports of what is told.
        detector: shared by all cameras; None: rules over classes see nobody.
    """

    sink: SightingSink
    detector: StreetDetector | None = None


class Opener(Protocol):
    """Opens a stage for each camera; `Lanes` does."""

    def check(self, camera: Camera) -> None:
        """Refuse a camera whose frames nothing here can look at."""
        ...

    def open(self, camera: Camera) -> tuple[Stage[Any], Deliver]:
        """A stage for this camera alone, and who takes its results."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """The lanes of a process.

    Attributes:
        faces: for the cameras of lane `face`.
        plates, street: for those of lane `plate` and `street`; None: none is taken.
    """

    faces: FaceWork
    plates: PlateWork | None = None
    street: StreetWork | None = None

    def check(self, camera: Camera) -> None:
        """Refuse a camera whose frames nothing here can look at.

        Raises:
            ConfigurationError: a lane that is not known, or without networks here.
        """
        if camera.lane not in LANES:
            raise ConfigurationError(f"camera {camera.id}: wanted a lane of {', '.join(LANES)}, got {camera.lane!r}")
        if camera.lane == PLATE_LANE and self.plates is None:
            raise ConfigurationError(
                f"camera {camera.id}: wanted plate networks for lane {PLATE_LANE!r}, got none: set "
                "CITYGATE_PLATE_DETECTOR and CITYGATE_PLATE_READER"
            )
        if camera.lane == STREET_LANE and self.street is None:
            raise ConfigurationError(f"camera {camera.id}: wanted somebody who takes its incidents, got nobody")

    def open(self, camera: Camera) -> tuple[Stage[Any], Deliver]:
        """A stage for this camera alone, and who takes its results.

        Raises:
            ConfigurationError: see `check`.
        """
        self.check(camera)
        if camera.lane == PLATE_LANE and self.plates:
            return PlateStage(self.plates.lane, self.plates.rules, camera.lane_id), self.plates.sink.on_visit
        if camera.street is not None and self.street:
            watched = StreetStage(camera.street.camera(camera.id), self.street.detector)
            return SightingStage(watched), partial(_tell_of_street, self.street.sink)
        return FaceStage(self.faces.lane, self.faces.limits, self.faces.rules), self.faces.sink.on_track


def _tell_of_street(sink: SightingSink, told: StreetSighting | LineCount) -> None:
    if isinstance(told, LineCount):
        sink.on_count(told)
    else:
        sink.on_sighting(told)
