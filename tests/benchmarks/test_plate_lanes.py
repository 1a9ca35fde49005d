"""Our lane as the benchmark runs it, on drawn plates."""

from pathlib import Path

import numpy as np

from benchmarks.peers.ctc import CtcText
from benchmarks.peers.yolov5face import PeerPlate
from benchmarks.plate_lanes import OurLane, PublicLane
from tests.fake_plates import FakePlateDetector, FakePlateReader, car_picture
from vision.types import Image

NOWHERE = Path("never-opened.png")


def lane(gate: float | None = None) -> OurLane:
    return OurLane(FakePlateDetector(), FakePlateReader(gate_threshold=0.8), gate)


def test_every_plate_comes_with_its_text_kind_and_times() -> None:
    look = lane().look(NOWHERE, car_picture("皖A12345", "京B67890"))
    assert sorted(look.texts) == ["京B67890", "皖A12345"]
    assert [(plate.accepted, plate.kind) for plate in look.plates] == [(True, "blue")] * 2
    assert len(look.read_s) == 2
    assert look.detect_s is not None
    assert 0 < look.detect_s + sum(look.read_s) <= look.seconds


def test_the_times_of_one_picture_are_its_own() -> None:
    ours = lane()
    ours.look(NOWHERE, car_picture("皖A12345", "京B67890"))
    assert len(ours.look(NOWHERE, car_picture("皖A12345")).read_s) == 1


def test_a_plate_that_is_not_legible_is_found_without_a_text() -> None:
    look = lane().look(NOWHERE, car_picture("皖A12345", legible=False))
    assert [(plate.text, plate.accepted, plate.kind) for plate in look.plates] == [("", False, None)]
    assert look.texts == ()


def test_an_implausible_text_is_read_but_not_accepted() -> None:
    (plate,) = lane().look(NOWHERE, car_picture("皖A1")).plates
    assert (plate.text, plate.accepted) == ("皖A1", False)


def test_the_gate_may_be_set_for_one_run() -> None:
    assert lane().gate_threshold == 0.8
    strict = lane(gate=1.1)
    assert strict.gate_threshold == 1.1
    assert [plate.accepted for plate in strict.look(NOWHERE, car_picture("皖A12345")).plates] == [False]


class FakePeerDetector:
    """Finds two plates in every picture."""

    def detect(self, image: Image) -> list[PeerPlate]:
        corners = np.array([(0, 0), (8, 0), (8, 4), (0, 4)], np.float32)
        return [PeerPlate(np.array([0, 0, 8, 4], np.float32), corners, 0.9, double) for double in (False, True)]


class FakePeerReader:
    """Reads plates of two lines only."""

    def read(self, image: Image, plate: PeerPlate) -> CtcText:
        return CtcText("AB12", 0.6) if plate.double else CtcText("", 0.0)


def test_a_peer_without_a_gate_accepts_every_text() -> None:
    look = PublicLane(FakePeerDetector(), FakePeerReader()).look(NOWHERE, car_picture())
    assert [(plate.text, plate.accepted, plate.confidence) for plate in look.plates] == [
        ("", False, 0.0),
        ("AB12", True, 0.6),
    ]
    assert len(look.read_s) == 2
    assert look.detect_s is not None
    assert look.seconds == look.detect_s + sum(look.read_s)
