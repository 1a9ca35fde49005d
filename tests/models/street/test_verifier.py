from pathlib import Path

import numpy as np
import pytest
import supervision as sv

from models.manifest import LocalSource, Network, TensorSpec
from models.street.detector import StreetDetector, street_detections
from models.street.open import street_detector
from models.street.verifier import MOST_VIEWS, SIDE, VerifiedDetector, Verifier, close_views, said_of
from tests.models.faces.networks import FakeSession
from tests.models.street.specs import street_model
from vision.errors import ConfigurationError, ModelContractError
from vision.street_classes import STREET_CLASSES, VEHICLES
from vision.types import FloatArray, Image

CLASSES = len(STREET_CLASSES)
PERSON, CAR, TRUCK, BIN, SMOKE = (
    STREET_CLASSES.index(name) for name in ("person", "car", "truck", "garbage_bin", "smoke")
)


class SecondLook:
    """Says of every box the same score, of its own class, and the same offsets; keeps what it was asked."""

    def __init__(self, score: float = 0.9, offsets: tuple[float, ...] = (0, 0, 0, 0), classes: int = CLASSES) -> None:
        self.network = Network(
            name="fake",
            inputs=(
                TensorSpec(name="views", shape=(0, 3, SIDE, SIDE)),
                TensorSpec(name="said", shape=(0, classes)),
            ),
            outputs=(TensorSpec(name="scores", shape=(0, classes)), TensorSpec(name="offsets", shape=(0, 4))),
            local=LocalSource(path=Path("fake.onnx"), sha256="0" * 64),
        )
        self._score, self._offsets = score, offsets
        self.asked: list[FloatArray] = []

    def run(self, *inputs: FloatArray) -> list[FloatArray]:
        views, said = inputs
        assert views.shape == (len(said), 3, SIDE, SIDE)
        self.asked.append(said)
        offsets = np.tile(np.array(self._offsets, np.float32), (len(said), 1))
        return [np.where(said > 0, np.float32(self._score), np.float32(0)), offsets]


class Finds:
    """A detector that finds the same in every picture, from a score on."""

    def __init__(self, *rows: tuple[float, ...]) -> None:
        self._rows = np.array(rows, np.float32).reshape(-1, 6)

    def detect(self, image: Image, min_score: float | None = None) -> sv.Detections:
        rows = self._rows[self._rows[:, 4] >= (min_score or 0)]
        return street_detections(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int64))


def street() -> Image:
    return np.full((100, 200, 3), 90, np.uint8)


def verified(found: Finds, look: SecondLook, **thresholds: float) -> VerifiedDetector:
    spec = street_model(**thresholds)
    assert spec.street
    table = spec.street.model_copy(update={"verified": ("person", *VEHICLES, "garbage_bin")})
    return VerifiedDetector(found, Verifier(look), spec.model_copy(update={"street": table}))


def test_a_view_shows_a_box_and_half_as_much_again_blue_first() -> None:
    image = np.zeros((96, 96, 3), np.uint8)
    image[24:72, 24:72] = (255, 0, 0)
    (view,) = close_views(image, np.array([[24, 24, 72, 72]], np.float32))
    assert view.shape == (3, SIDE, SIDE)
    # The box is the middle two thirds of the view: 8 to 40 of 48 pixels.
    assert view[0, 9:39, 9:39].min() == 1
    assert view[0, :7].max() == view[0, :, 41:].max() == -1
    assert view[1:].max() == -1


def test_the_detectors_score_stands_at_its_class() -> None:
    said = said_of(np.array([0.4, 0.7], np.float32), np.array([CAR, PERSON]))
    assert said.shape == (2, CLASSES)
    assert said.sum(axis=1).tolist() == pytest.approx([0.4, 0.7])
    assert (said[0, CAR], said[1, PERSON]) == (pytest.approx(0.4), pytest.approx(0.7))


def test_only_what_is_unsure_is_looked_at_again() -> None:
    look = SecondLook(score=0.9)
    rows = (0, 0, 20, 20, 0.8, CAR), (40, 0, 60, 20, 0.4, CAR), (80, 0, 99, 20, 0.1, CAR)
    found = verified(Finds(*rows), look, score=0.3, unsure=0.2, sure=0.7).detect(street())
    assert [said.max() for said in look.asked] == [pytest.approx(0.4)]
    assert np.asarray(found.confidence).tolist() == pytest.approx([0.8, (0.4 * 0.9) ** 0.5])


def test_a_second_look_raises_what_was_below_its_threshold_and_drops_what_was_above() -> None:
    rows = (0, 0, 20, 20, 0.2, CAR), (40, 0, 60, 20, 0.5, PERSON)
    sure = verified(Finds(*rows), SecondLook(1.0), score=0.4, unsure=0.15).detect(street())
    assert sure.data["class_name"].tolist() == ["person", "car"]
    doubting = verified(Finds(*rows), SecondLook(0.1), score=0.4, unsure=0.15).detect(street())
    assert len(doubting) == 0
    assert doubting.xyxy.shape == (0, 4)


def test_a_vehicle_becomes_the_vehicle_that_the_verifier_takes_it_for() -> None:
    class Truck(SecondLook):
        def run(self, *inputs: FloatArray) -> list[FloatArray]:
            scores, offsets = super().run(*inputs)
            scores[:, [PERSON, TRUCK]] = 1.0
            return [scores, offsets]

    rows = (0, 0, 20, 20, 0.5, CAR), (40, 0, 60, 20, 0.5, BIN)
    found = verified(Finds(*rows), Truck(0.64), score=0.3).detect(street())
    assert found.data["class_name"].tolist() == ["truck", "garbage_bin"]
    assert np.asarray(found.confidence).tolist() == pytest.approx([0.5**0.5, (0.5 * 0.64) ** 0.5])


def test_a_box_is_where_the_verifier_sees_it_inside_the_picture() -> None:
    look = SecondLook(offsets=(-0.5, 0.25, 0, 0.5))
    found = verified(Finds((4, 0, 24, 20, 0.5, CAR)), look, score=0.3).detect(street())
    assert found.xyxy.tolist() == [[0, 5, 24, 30]]


def test_what_turns_out_to_be_one_thing_is_reported_once() -> None:
    # Side by side they overlap by a third; grown by half to both sides by more than a half.
    rows = (50, 0, 70, 20, 0.5, CAR), (60, 0, 80, 20, 0.4, CAR)
    assert len(verified(Finds(*rows), SecondLook(), score=0.2).detect(street())) == 2
    assert len(verified(Finds(*rows), SecondLook(offsets=(-0.5, 0, 0.5, 0)), score=0.2).detect(street())) == 1


def test_of_many_the_most_doubtful_are_looked_at() -> None:
    rows = [(4 * n, 0, 4 * n + 3, 20, 0.16 + 0.02 * n, CAR) for n in range(MOST_VIEWS + 10)]
    look = SecondLook()
    verified(Finds(*rows), look, score=0.3, unsure=0.16, sure=0.64).detect(street())
    (asked,) = look.asked
    assert len(asked) == MOST_VIEWS
    # Around the geometric mean of both bounds, 0.32.
    assert asked.max(axis=1).mean() == pytest.approx(0.32, abs=0.02)


def test_of_other_classes_than_those_of_the_entry_nothing_is_asked() -> None:
    look = SecondLook(0.1)
    found = verified(Finds((0, 0, 20, 20, 0.5, SMOKE)), look, score=0.3).detect(street())
    assert np.asarray(found.confidence).tolist() == [0.5]
    assert not look.asked


def test_an_empty_street_needs_no_second_look() -> None:
    look = SecondLook()
    found = verified(Finds(), look, score=0.3).detect(street())
    assert found.xyxy.shape == (0, 4)
    assert found.data["class_name"].shape == (0,)
    assert not look.asked


def test_a_score_that_is_asked_for_goes_before_the_thresholds() -> None:
    rows = Finds((0, 0, 20, 20, 0.05, CAR))
    assert len(verified(rows, SecondLook(), score=0.3).detect(street())) == 0
    assert len(verified(rows, SecondLook(), score=0.3).detect(street(), 0.01)) == 1


def test_another_network_is_no_verifier() -> None:
    with pytest.raises(ModelContractError, match="wanted shapes"):
        Verifier(SecondLook(classes=3))
    with pytest.raises(ModelContractError, match="wanted shapes"):
        Verifier(FakeSession((0, 3, SIDE, SIDE), np.zeros((1, CLASSES), np.float32)))


def test_an_entrys_second_network_verifies() -> None:
    first = FakeSession((1, 3, 64, 64), np.zeros((1, 6, 84), np.float32))
    assert isinstance(street_detector(street_model(), [first]), StreetDetector)
    assert isinstance(street_detector(street_model(), [first, SecondLook()]), VerifiedDetector)
    with pytest.raises(ConfigurationError, match="got 3 networks"):
        street_detector(street_model(), [first, SecondLook(), SecondLook()])
