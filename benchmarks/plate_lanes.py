"""What finds and reads the plates of one scene: our lane or a peer's, each timed alike."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import supervision as sv

from benchmarks.peers.ctc import CtcText
from benchmarks.peers.yolov5face import PeerPlate
from benchmarks.timing import timed
from models.plates.lane import Detector, PlateLane, Reader
from vision.types import FloatArray, Image, PlateReading


@dataclass(frozen=True, slots=True, eq=False)
class FoundPlate:
    """One plate that a lane found.

    Attributes:
        xyxy: (4,) float32 pixels.
        text: empty where it is not legible.
        accepted: whether the lane would let a gate act on it.
        confidence: of the reading, 0..1.
        kind: where the lane tells kinds apart.
    """

    xyxy: FloatArray
    text: str
    accepted: bool
    confidence: float = 0.0
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What a lane made of one scene.

    Attributes:
        plates: most certain first.
        seconds: of everything, from decoded pixels to readings.
        detect_s: of finding the plates; None where that is not measured by itself.
        read_s: of reading each plate.
    """

    plates: tuple[FoundPlate, ...]
    seconds: float
    detect_s: float | None = None
    read_s: tuple[float, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Of the legible plates."""
        return tuple(plate.text for plate in self.plates if plate.text)


class SceneLane(Protocol):
    """A lane as this benchmark runs it.

    Attributes:
        finds_plates: whether its boxes are plates; otherwise only its texts are judged.
    """

    finds_plates: bool

    def look(self, picture: Path, image: Image) -> Look:
        """The plates of `image`, which is the file `picture`: a lane in another process opens it itself."""
        ...


class PeerDetector(Protocol):
    """A public detector; `benchmarks.peers.yolov5face.Yolov5FaceDetector` is one."""

    def detect(self, image: Image) -> list[PeerPlate]:
        """The plates of a picture, best first."""
        ...


class PeerPlateReader(Protocol):
    """A public reader; `benchmarks.peers.yolov5face.Yolov5FaceCrnn` is one."""

    def read(self, image: Image, plate: PeerPlate) -> CtcText:
        """The text of a found plate."""
        ...


class OurLane:
    """The plate lane as a gate runs it.

    Args:
        detector: finds the plates.
        reader: reads them.
        gate: the confidence from which on a gate acts on a reading; None: the reader's own.
    """

    finds_plates = True

    def __init__(self, detector: Detector, reader: Reader, gate: float | None = None) -> None:
        self._detector = _TimedDetector(detector)
        self._reader = _TimedReader(reader, gate)
        self._lane = PlateLane(self._detector, self._reader)

    @property
    def gate_threshold(self) -> float:
        """The confidence from which on a reading counts as accepted."""
        return self._lane.gate_threshold

    def look(self, picture: Path, image: Image) -> Look:  # noqa: ARG002 - SceneLane's arguments
        """See `SceneLane`."""
        self._reader.seconds.clear()
        seconds, observations = timed(lambda: self._lane.find(image))
        plates = tuple(
            FoundPlate(
                observation.xyxy,
                observation.reading.text if observation.reading else "",
                self._lane.accepts(observation),
                observation.reading.confidence if observation.reading else 0.0,
                observation.reading.kind if observation.reading else None,
            )
            for observation in observations
        )
        return Look(plates, seconds, self._detector.seconds, tuple(self._reader.seconds))


class PublicLane:
    """YOLOv5-face and CRNN; they have no gate: every text they read counts as accepted."""

    finds_plates = True

    def __init__(self, detector: PeerDetector, reader: PeerPlateReader) -> None:
        self._detector = detector
        self._reader = reader

    def look(self, picture: Path, image: Image) -> Look:  # noqa: ARG002 - SceneLane's arguments
        """See `SceneLane`."""
        detect_s, plates = timed(lambda: self._detector.detect(image))
        found, read_s = [], []
        for plate in plates:
            seconds, read = timed(partial(self._reader.read, image, plate))
            found.append(FoundPlate(plate.xyxy, read.text, bool(read.text), read.confidence))
            read_s.append(seconds)
        return Look(tuple(found), detect_s + sum(read_s), detect_s, tuple(read_s))


class _TimedDetector:
    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.model_id = detector.model_id
        self.seconds = 0.0

    def detect(self, image: Image) -> sv.Detections:
        self.seconds, plates = timed(lambda: self._detector.detect(image))
        return plates


class _TimedReader:
    def __init__(self, reader: Reader, gate: float | None) -> None:
        self._reader = reader
        self.model_id = reader.model_id
        self.gate_threshold = reader.gate_threshold if gate is None else gate
        self.seconds: list[float] = []

    def read(self, image: Image, corners: FloatArray) -> PlateReading | None:
        seconds, reading = timed(lambda: self._reader.read(image, corners))
        self.seconds.append(seconds)
        return reading
