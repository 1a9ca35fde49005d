"""What turns one crop into a text: our reader or a peer, each timed alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from benchmarks.labels import read_picture
from benchmarks.options import Progress
from benchmarks.peers.ctc import CtcText
from benchmarks.plate_texts import TextPair
from benchmarks.timing import timed
from vision.types import Image, PlateReading

WARM_UPS = 5


@dataclass(frozen=True, slots=True)
class CropReading:
    """What a reader made of one crop.

    Attributes:
        text: empty where it read none.
        seconds: from decoded pixels to text.
    """

    text: str
    seconds: float


class CropReader(Protocol):
    """A reader as this benchmark runs it."""

    def read(self, picture: Path, image: Image) -> CropReading:
        """The plate that fills `image`, which is the file `picture`: a reader in another process opens it itself."""
        ...


class Slots(Protocol):
    """Our reader; `models.plates.reader.PlateReader` is one."""

    def read_crops(self, crops: Sequence[Image]) -> list[PlateReading | None]:
        """What each crop says; None where no whole plate is seen."""
        ...


class PeerNetwork(Protocol):
    """A public reader, such as `benchmarks.peers.crnn.CrnnReader`."""

    def read(self, crop: Image) -> CtcText:
        """The text of a crop."""
        ...


class OurReader:
    """Preprocessing, network and decoding of one crop at a time."""

    def __init__(self, reader: Slots) -> None:
        self._reader = reader

    def read(self, picture: Path, image: Image) -> CropReading:  # noqa: ARG002 - CropReader's arguments
        """See `CropReader`."""
        seconds, readings = timed(lambda: self._reader.read_crops([image]))
        return CropReading(readings[0].text if readings[0] else "", seconds)


class PeerReader:
    """A peer that runs in this process."""

    def __init__(self, network: PeerNetwork) -> None:
        self._network = network

    def read(self, picture: Path, image: Image) -> CropReading:  # noqa: ARG002 - CropReader's arguments
        """See `CropReader`."""
        seconds, found = timed(lambda: self._network.read(image))
        return CropReading(found.text, seconds)


@dataclass(frozen=True, slots=True)
class CropRun:
    """What one reader made of all crops, in their order."""

    pairs: list[TextPair] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def read_in_turn(
    readers: Mapping[str, CropReader], wanted: Mapping[Path, str], progress: Progress
) -> dict[str, CropRun]:
    """Every crop by every reader, one after the other, after a few warm-ups on the first.

    Raises:
        NotAnImage: a picture cannot be read.
    """
    runs = {name: CropRun() for name in readers}
    for number, (picture, text) in enumerate(progress(list(wanted.items()), "reading crops")):
        image = read_picture(picture)
        for name, reader in readers.items():
            for _ in range(WARM_UPS if number == 0 else 0):
                reader.read(picture, image)
            reading = reader.read(picture, image)
            runs[name].pairs.append(TextPair(text, reading.text))
            runs[name].seconds.append(reading.seconds)
    return runs
