from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.manifest import LocalSource, ModelSpec, Network, TensorSpec
from models.plates.detector import PlateDetector, canvas_size, close_up
from vision.errors import BadArray, ConfigurationError, ModelContractError

SHAPES = ((1, 2, 0, 0), (1, 8, 0, 0)) * 3


class FakeSession:
    """Maps of the right size for every picture.

    In whole pictures it sees, with 0.9, a plate of 96 x 24 around the cell of stride 8 at (52, 20); in close-ups, which
    are 192 x 128, one of two lines and 92 x 24 in the middle, with `again`.
    """

    def __init__(self, seen: float = 0.9, again: float = 0.4, outputs: tuple[tuple[int, ...], ...] = SHAPES) -> None:
        self.network = Network(
            name="fake",
            inputs=(TensorSpec(name="image", shape=(1, 3, 0, 0)),),
            outputs=tuple(TensorSpec(name=f"y{number}", shape=shape) for number, shape in enumerate(outputs)),
            local=LocalSource(path=Path("fake.onnx"), sha256="0" * 64),
        )
        self.scores = (seen, again)
        self.seen: list[NDArray[np.float32]] = []

    def run(self, *inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self.seen.extend(inputs)
        height, width = inputs[0].shape[2:]
        outputs = [np.zeros((1, n, height // s, width // s), np.float32) for s in (8, 16, 32) for n in (2, 8)]
        if (width, height) != (192, 128):
            outputs[0][0, 0, 2, 6] = self.scores[0]
            outputs[1][0, :, 2, 6] = [-48, -12, 48, -12, 48, 12, -48, 12]
        else:
            # The middle, (96, 64), is 4 pixels left and above the centre of cell (8, 12).
            outputs[0][0, 1, 8, 12] = self.scores[1]
            outputs[1][0, :, 8, 12] = np.array([-46, -12, 46, -12, 46, 12, -46, 12]) - 4
        return outputs


def spec(**thresholds: float) -> ModelSpec:
    return ModelSpec(
        id="plates",
        task="plate-detection",
        family="plate-corners",
        title="test",
        licence="MIT",
        commercial_use=True,
        networks=(FakeSession().network,),
        thresholds=thresholds,
    )


def test_a_plate_comes_back_as_it_is_seen_from_near() -> None:
    session = FakeSession()
    plates = PlateDetector(session, spec()).detect(np.zeros((360, 640, 3), np.uint8))
    # 640 x 360 lies 12 rows down in 640 x 384: the first look says (4, -4) to (100, 20), around (52, 8). The close-up
    # is as large as its canvas, from (-44, -56) on; there the plate goes from (50, 52) to (142, 76).
    assert plates.data["landmarks"].tolist() == [[[6, -4], [98, -4], [98, 20], [6, 20]]]
    assert plates.xyxy.tolist() == [[6, -4, 98, 20]]
    # The square root of 0.9 x 0.4.
    assert plates.confidence == pytest.approx([0.6])
    assert plates.class_id is not None
    assert plates.class_id.tolist() == [1]
    assert [one.shape for one in session.seen] == [(1, 3, 384, 640), (1, 3, 128, 192)]


def test_a_larger_picture_is_scaled_both_ways() -> None:
    plates = PlateDetector(FakeSession(), spec()).detect(np.zeros((720, 1280, 3), np.uint8))
    # All is twice as large.
    assert plates.xyxy.tolist() == [[12, -8, 196, 40]]


def test_no_plate_is_an_empty_answer_with_every_array() -> None:
    plates = PlateDetector(FakeSession(seen=0.1), spec()).detect(np.zeros((48, 64, 3), np.uint8))
    assert len(plates) == 0
    assert plates.data["landmarks"].shape == (0, 4, 2)
    assert plates.confidence is not None
    assert plates.class_id is not None


def test_a_plate_that_is_not_seen_again_is_none() -> None:
    assert len(PlateDetector(FakeSession(again=0.01), spec(score=0.05)).detect(np.zeros((360, 640, 3), np.uint8))) == 0


class CrowdedSession(FakeSession):
    """Sees `likely` plates with 0.5 and `weak` ones with 0.3, 80 pixels below each other or beside."""

    def __init__(self, likely: int, weak: int) -> None:
        super().__init__()
        self.plates = [0.5] * likely + [0.3] * weak

    def run(self, *inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        outputs = super().run(*inputs)
        if inputs[0].shape[2:] != (128, 192):
            outputs[0][:] = 0
            for number, score in enumerate(self.plates):
                cell = (5 + 10 * (number // 4), 8 + 18 * (number % 4))
                outputs[0][0, 0, *cell] = score
                outputs[1][0, :, *cell] = [-48, -12, 48, -12, 48, 12, -48, 12]
        return outputs


@pytest.mark.parametrize(
    ("likely", "weak", "looks"),
    [(0, 0, 0), (0, 1, 1), (0, 5, 2), (1, 5, 2), (4, 4, 4), (9, 0, 6)],
)
def test_what_is_less_likely_is_looked_at_again_only_while_there_is_little_else(
    likely: int, weak: int, looks: int
) -> None:
    session = CrowdedSession(likely, weak)
    PlateDetector(session, spec()).detect(np.zeros((384, 640, 3), np.uint8))
    assert len(session.seen) == 1 + looks


def test_the_network_sees_blue_first_from_0_to_1_with_grey_borders() -> None:
    session = FakeSession()
    PlateDetector(session, spec()).detect(np.full((360, 640, 3), (255, 51, 0), np.uint8))
    whole, close = session.seen
    for seen, inside in ((whole, (200, 300)), (close, (120, 100))):
        assert seen[0, :, *inside].tolist() == pytest.approx([1.0, 0.2, 0.0])
        assert seen[0, :, 0, 0].tolist() == pytest.approx([114 / 255] * 3)


def test_the_manifests_threshold_drops_weaker_plates() -> None:
    image = np.zeros((360, 640, 3), np.uint8)
    assert len(PlateDetector(FakeSession(), spec(score=0.59)).detect(image)) == 1
    assert len(PlateDetector(FakeSession(), spec(score=0.61)).detect(image)) == 0


def test_a_close_up_beyond_the_picture_is_grey_there() -> None:
    image = np.full((40, 60, 3), 7, np.uint8)
    corners = np.array([[0, 0], [48, 0], [48, 12], [0, 12]], np.float32)
    part, offset = close_up(image, corners)
    # 48 wide is half of 96: 96 x 64 around (24, 6), from (-24, -26) to (72, 38).
    assert offset.tolist() == [-24, -26]
    assert part.shape == (64, 96, 3)
    assert (part[26:, 24:84] == 7).all()
    assert (part[:26] == 114).all()
    assert (part[:, 84:] == 114).all()
    far, _ = close_up(image, corners + 500)
    assert (far == 114).all()


@pytest.mark.parametrize(
    ("picture", "canvas"),
    [
        ((1920, 1080), (640, 384)),  # 640 x 360
        ((640, 640), (640, 640)),
        ((559, 900), (416, 640)),  # 397.5 x 640
        ((94, 24), (160, 64)),  # 1.5 times: 141 x 36
        ((2000, 3), (640, 32)),
    ],
)
def test_pictures_are_seen_at_640_pixels_or_a_little_enlarged(
    picture: tuple[int, int], canvas: tuple[int, int]
) -> None:
    assert canvas_size(*picture) == canvas


def test_the_detector_knows_its_model() -> None:
    assert PlateDetector(FakeSession(), spec()).model_id == "plates"


def test_another_family_is_refused() -> None:
    wrong = spec().model_copy(update={"family": "yunet"})
    with pytest.raises(ConfigurationError, match="wanted a plate detector"):
        PlateDetector(FakeSession(), wrong)


@pytest.mark.parametrize("outputs", [SHAPES[:4], SHAPES[::-1], ((1, 2, 0, 0), (1, 10, 0, 0)) * 3])
def test_a_network_with_other_outputs_is_refused(outputs: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ModelContractError, match="wanted scores and corners"):
        PlateDetector(FakeSession(outputs=outputs), spec())


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(BadArray, match="wanted an"):
        PlateDetector(FakeSession(), spec()).detect(np.zeros((64, 64), np.uint8))
