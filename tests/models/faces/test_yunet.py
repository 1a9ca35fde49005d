from pathlib import Path

import numpy as np
import onnx
import pytest

from models.faces.yunet import YunetDetector
from tests.models.faces.networks import ASTRONAUT_LANDMARKS, FakeSession, session
from vision.errors import BadArray, ModelContractError
from vision.types import Image

CELLS = (64, 16, 4)  # of a 64x64 input at strides 8, 16, 32


def tables() -> list[np.ndarray]:
    return [np.zeros((1, cells, columns), dtype=np.float32) for columns in (1, 1, 4, 10) for cells in CELLS]


def one_face() -> list[np.ndarray]:
    """A face of 32 x 32 around (32, 32) of the input, in cell (2, 2) of stride 16."""
    outputs = tables()
    outputs[1][0, 10] = outputs[4][0, 10] = 0.9
    outputs[7][0, 10] = [0, 0, np.log(2), np.log(2)]
    return outputs


def test_a_face_comes_back_in_pixels_of_the_picture() -> None:
    network = FakeSession((1, 3, 64, 64), *one_face())
    faces = YunetDetector(network).detect(np.full((64, 128, 3), 50, dtype=np.uint8))
    # 128 x 64 is halved to 64 x 32 in the corner: (16, 16, 48, 48) of the input is (32, 32, 96, 96) of the picture.
    assert faces.xyxy.tolist() == [[32, 32, 96, 96]]
    assert faces.data["landmarks"].tolist() == [[[64, 64]] * 5]
    assert faces.confidence == pytest.approx([0.9])
    assert network.seen[0].shape == (1, 3, 64, 64)
    assert (network.seen[0][0, :, :32] == 50).all()
    assert (network.seen[0][0, :, 32:] == 0).all()


def test_the_network_sees_blue_first() -> None:
    network = FakeSession((1, 3, 64, 64), *tables())
    YunetDetector(network).detect(np.full((64, 64, 3), (1, 2, 3), dtype=np.uint8))
    assert network.seen[0][0, :, 0, 0].tolist() == [1, 2, 3]


def test_faces_below_the_smallest_or_the_score_are_left_out() -> None:
    image = np.zeros((64, 64, 3), dtype=np.uint8)
    network = FakeSession((1, 3, 64, 64), *one_face())
    assert len(YunetDetector(network, min_face_px=32).detect(image)) == 1
    for detector in (YunetDetector(network, min_face_px=33), YunetDetector(network, min_score=0.91)):
        faces = detector.detect(image)
        assert len(faces) == 0
        assert faces.data["landmarks"].shape == (0, 5, 2)


def test_a_network_with_other_outputs_is_refused() -> None:
    outputs = tables()
    for wrong in (outputs[:9], outputs[::-1], [*outputs[:-1], np.zeros((1, 4, 8), dtype=np.float32)]):
        with pytest.raises(ModelContractError, match="wanted the outputs of YuNet"):
            YunetDetector(FakeSession((1, 3, 64, 64), *wrong))


@pytest.mark.parametrize("shape", [(1, 1, 64, 64), (4, 3, 64, 64), (1, 3, 60, 64), (1, 3, 0, 0), (1, 64)])
def test_a_network_with_another_input_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelContractError, match="wanted"):
        YunetDetector(FakeSession(shape, *tables()))


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(BadArray, match="wanted an"):
        YunetDetector(FakeSession((1, 3, 64, 64), *tables())).detect(np.zeros((64, 64), dtype=np.uint8))


@pytest.mark.shared_data
@pytest.mark.parametrize("size", [320, 640])
def test_the_public_files_find_the_portrait(shared: Path, astronaut: Image, size: int) -> None:
    network = session(onnx.load(shared / f"public-weights/face_yunet_n_{size}.onnx"))
    faces = YunetDetector(network).detect(astronaut)
    assert len(faces) == 1
    assert np.abs(faces.data["landmarks"][0] - ASTRONAUT_LANDMARKS).max() < 8


@pytest.mark.shared_data
def test_an_scrfd_file_is_refused(shared: Path) -> None:
    network = session(onnx.load(shared / "public-weights/face_scrfd_500m_kps.onnx"))
    with pytest.raises(ModelContractError, match="wanted the outputs of YuNet"):
        YunetDetector(network)
