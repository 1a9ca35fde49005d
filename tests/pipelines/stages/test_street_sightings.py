"""Incidents with the frames that show them."""

import numpy as np
import pytest

from pipelines.stages.street import StreetStage
from pipelines.stages.street_sightings import SightingStage, StreetSighting
from pipelines.street_cameras import StreetCamera
from tests.fakes import NOW
from tests.vision.street_pictures import at, street, taken
from vision.incidents import Incident, Phase
from vision.types import FloatArray, Frame, Image

BLACK: Image = np.zeros((180, 320, 3), np.uint8)


class ToldStage(StreetStage):
    """Tells what it is told to tell."""

    def __init__(self, *told: list[Incident]) -> None:
        super().__init__(StreetCamera(id="north"))
        self._told = iter(told)

    def process(self, frame: Frame) -> list[Incident]:
        return next(self._told)


def incident(number: str, phase: Phase, zone: str = "kerb", box: tuple[float, ...] = (0, 0, 1, 1)) -> Incident:
    xyxy: FloatArray = np.array(box, np.float32)
    return Incident(number, "north", "L07", zone, phase, "", NOW, NOW, xyxy)


def frame(number: int, image: Image = BLACK) -> Frame:
    return Frame("north", number, at(number / 3), image)


@pytest.mark.parametrize(
    ("xyxy", "sides"),
    [
        ((32, 18, 160, 90), (0.1, 0.1, 0.5, 0.5)),
        ((-20, -20, 400, 200), (0.0, 0.0, 1.0, 1.0)),
        ((330, 0, 400, 50), None),
    ],
)
def test_the_box_is_in_shares_of_the_picture_and_within_it(
    xyxy: tuple[float, ...], sides: tuple[float, ...] | None
) -> None:
    box = StreetSighting(incident("a", "start", box=xyxy), BLACK, last=True).box
    assert (box and box.sides) == (sides and pytest.approx(sides))


def test_an_end_is_the_last_when_nothing_of_its_kind_goes_on_in_its_zone() -> None:
    stage = SightingStage(
        ToldStage(
            [incident("a", "start"), incident("b", "start"), incident("c", "start", "road")],
            [incident("a", "end")],
            [incident("b", "end")],
        )
    )
    told = [one for number in range(3) for one in stage.process(frame(number))]
    assert [(one.incident.incident_id, one.last) for one in told[3:]] == [("a", False), ("b", True)]


def test_a_covered_camera_is_told_with_its_picture_and_not_trusted_before_it_is_told() -> None:
    stage = SightingStage(StreetStage(StreetCamera(id="north")))
    assert stage.trusted
    for number in range(15):
        assert stage.process(frame(number, taken(street(), number))) == []
    assert stage.trusted
    assert stage.process(frame(15)) == []
    assert not stage.trusted
    told = [one for number in range(16, 50) for one in stage.process(frame(number))]
    assert [(one.incident.kind, one.incident.detail, one.box and one.box.sides) for one in told] == [
        ("01050", "black", (0.0, 0.0, 1.0, 1.0))
    ]
    assert told[0].image.shape == (180, 320, 3)
    assert list(stage.finish()) == []
