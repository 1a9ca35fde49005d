"""The reader's preprocessing and decoding, with hand-written outputs."""

import numpy as np
import pytest

from models.manifest import LocalSource, ModelSpec, Network, TensorSpec
from models.plates.reader import CROP_WH, DEFAULT_GATE_THRESHOLD, FURTHER_LOOKS, PlateReader
from tests.models.faces.networks import FakeSession
from tests.plate_cells import cells, kinds
from vision.errors import BadArray, ConfigurationError, ModelContractError
from vision.plate_alphabet import PlateKind
from vision.types import FloatArray, Image

INPUT = (1, 3, 48, 144)
FREE_INPUT = (0, 3, 48, 144)


def spec(family: str = "plate-ctc", **thresholds: float) -> ModelSpec:
    """A manifest entry; its network is not looked at."""
    tensor = (TensorSpec(name="x", shape=(1,)),)
    network = Network(name="n", inputs=tensor, outputs=tensor, local=LocalSource(path="n.onnx", sha256="0" * 64))
    return ModelSpec(
        id="mine",
        task="plate-reading",
        family=family,
        title="mine",
        licence="MIT",
        commercial_use=True,
        networks=(network,),
        thresholds=thresholds,
    )


def says(*texts: str, kind: PlateKind = "blue") -> tuple[FloatArray, FloatArray]:
    """The outputs of a network that is sure of these texts."""
    characters = np.stack([cells(text) for text in texts])
    return characters, np.stack([kinds(kind)] * len(texts))


def reader(session: FakeSession) -> PlateReader:
    return PlateReader(session, spec())


def picture(height: int = 48, width: int = 144) -> Image:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def test_a_plate_is_read_from_its_corners() -> None:
    reading = reader(FakeSession(INPUT, *says("浙B2V9L7"))).read(
        picture(100, 200), np.array([(20, 20), (120, 20), (120, 50), (20, 50)], np.float32)
    )
    assert reading is not None
    assert (reading.text, reading.kind, reading.plausible) == ("浙B2V9L7", "blue", True)


def test_the_network_sees_the_plate_with_its_margin_as_bgr_from_0_to_1() -> None:
    image = picture(96, 288)
    # 100/1.08 wide and 50/1.16 high around (144, 48): with the margins from (94, 23) to (194, 73).
    half_w, half_h = 50 / 1.08, 25 / 1.16
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    corners = signs * (half_w, half_h) + np.array([144, 48])
    session = FakeSession(INPUT, *says("浙B2V9L7"))
    image[23:73, 94:194] = (51, 102, 255)
    reader(session).read(image, corners.astype(np.float32))
    (seen,) = session.seen
    assert (seen.shape, seen.dtype) == (INPUT, np.float32)
    # Blue 51/255 = 0.2, green 102/255 = 0.4, red 255/255 = 1.0, up to the last row and column.
    means = seen[0, :, 2:-2, 2:-2].reshape(3, -1)
    assert means.min(axis=1) == pytest.approx([0.2, 0.4, 1.0], abs=0.01)
    assert means.max(axis=1) == pytest.approx([0.2, 0.4, 1.0], abs=0.01)


def test_a_crop_of_the_networks_size_is_passed_on_as_it_is() -> None:
    crop = picture()
    session = FakeSession(INPUT, *says("浙B2V9L7"))
    reader(session).read_crops([crop])
    assert session.seen[0][0].transpose(1, 2, 0) * 255 == pytest.approx(crop, abs=1e-3)


def test_crops_of_any_size_are_stretched_and_read_in_their_order_in_one_run() -> None:
    session = FakeSession(FREE_INPUT, *says("浙B2V9L7", "京A12345"))
    readings = reader(session).read_crops([picture(66, 190), picture(24, 94)])
    assert [reading and reading.text for reading in readings] == ["浙B2V9L7", "京A12345"]
    assert [seen.shape for seen in session.seen] == [(2, 3, CROP_WH[1], CROP_WH[0])]


def test_the_pixels_of_a_much_larger_crop_are_averaged() -> None:
    crop = np.zeros((2 * CROP_WH[1], 2 * CROP_WH[0], 3), np.uint8)
    crop[::2] = 200
    session = FakeSession(INPUT, *says("浙B2V9L7"))
    reader(session).read_crops([crop])
    assert session.seen[0] * 255 == pytest.approx(100, abs=1)


def test_a_network_for_one_plate_runs_once_for_each() -> None:
    session = FakeSession(INPUT, *says("浙B2V9L7"))
    assert len(reader(session).read_crops([picture(), picture()])) == 2
    assert [seen.shape for seen in session.seen] == [INPUT, INPUT]


def test_no_crops_are_no_readings() -> None:
    session = FakeSession(INPUT, *says("浙B2V9L7"))
    assert reader(session).read_crops([]) == []
    assert session.seen == []


def unsure(text: str, certainty: float) -> tuple[FloatArray, FloatArray]:
    """The outputs of a network that is so sure of each character."""
    characters, kind = says(text)
    return characters * np.float32(certainty), kind


def test_a_sure_reading_needs_one_look() -> None:
    session = FakeSession(INPUT, *unsure("浙B2V9L7", 0.96))
    reader(session).read_crops([picture()])
    assert len(session.seen) == 1


def test_an_unsure_reading_is_put_to_the_vote_of_further_looks_at_other_pixels() -> None:
    session = FakeSession(INPUT, *unsure("浙B2V9L7", 0.9))
    reading = reader(session).read(picture(100, 200), np.array([(20, 20), (120, 20), (120, 50), (20, 50)], np.float32))
    assert reading is not None
    # All say the same: (9 x 0.9) / 9.
    assert (reading.text, reading.confidence) == ("浙B2V9L7", pytest.approx(0.9))
    assert len(session.seen) == 1 + len(FURTHER_LOOKS) == 9
    assert len({seen.tobytes() for seen in session.seen}) == 9


def test_an_unsure_crop_is_looked_at_again_too() -> None:
    session = FakeSession(FREE_INPUT, *unsure("浙B2V9L7", 0.5))
    (reading,) = reader(session).read_crops([picture(66, 190)])
    assert reading is not None
    assert [len(seen) for seen in session.seen] == [1, 8]


def test_what_is_no_plate_is_no_reading() -> None:
    characters, _ = says("浙B2V9L7")
    assert reader(FakeSession(INPUT, characters, kinds(None)[None])).read_crops([picture()]) == [None]


def test_the_gates_threshold_comes_from_the_manifest() -> None:
    session = FakeSession(INPUT, *says("浙B2V9L7"))
    assert PlateReader(session, spec(gate=0.93)).gate_threshold == 0.93
    assert PlateReader(session, spec()).gate_threshold == DEFAULT_GATE_THRESHOLD


def test_wrong_corners_and_pictures_are_refused() -> None:
    one = reader(FakeSession(INPUT, *says("浙B2V9L7")))
    with pytest.raises(BadArray, match="convex"):
        one.read(picture(), np.array([(0, 0), (9, 9), (9, 0), (0, 9)], np.float32))
    with pytest.raises(BadArray, match="uint8 image"):
        one.read_crops([picture()[..., 0]])


def test_another_family_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="plate reader"):
        PlateReader(FakeSession(INPUT, *says("浙B2V9L7")), spec("arcface"))


@pytest.mark.parametrize(
    ("shape", "outputs"),
    [
        ((1, 3, 24, 94), says("浙B2V9L7")),
        ((1, 1, 48, 144), says("浙B2V9L7")),
        ((4, 3, 48, 144), says("浙B2V9L7")),
        (INPUT, says("浙B2V9L7")[:1]),
        (INPUT, says("浙B2V9L7")[::-1]),
        (INPUT, (np.zeros((1, 10, 77), np.float32), np.zeros((1, 19), np.float32))),
    ],
)
def test_a_network_of_other_shapes_is_refused(shape: tuple[int, ...], outputs: tuple[FloatArray, ...]) -> None:
    with pytest.raises(ModelContractError, match="wanted"):
        reader(FakeSession(shape, *outputs))
