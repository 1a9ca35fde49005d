from pathlib import Path

import numpy as np
import onnx
import pytest

from models.faces.scrfd import ScrfdDetector
from tests.models.faces.networks import ASTRONAUT_LANDMARKS, FakeSession, session
from vision.errors import BadArray, ModelContractError
from vision.types import Image

ROWS = (128, 32, 8)  # of a 64x64 input at strides 8, 16, 32, two anchors a cell


def tables() -> list[np.ndarray]:
    return [np.zeros((rows, columns), dtype=np.float32) for columns in (1, 4, 10) for rows in ROWS]


def test_a_face_comes_back_in_pixels_of_the_picture() -> None:
    outputs = tables()
    outputs[1][21] = 0.9  # the second anchor of cell (2, 2) of stride 16
    outputs[4][21] = [1, 1, 1, 1]
    network = FakeSession((1, 3, 64, 64), *outputs)
    faces = ScrfdDetector(network).detect(np.full((64, 128, 3), (0, 0, 255), dtype=np.uint8))
    # (16, 16, 48, 48) of the input, which shows the picture at a half.
    assert faces.xyxy.tolist() == [[32, 32, 96, 96]]
    assert faces.data["landmarks"].tolist() == [[[64, 64]] * 5]
    # Red first, (255 - 127.5) / 128.
    assert network.seen[0][0, :, 0, 0] == pytest.approx([0.99609375, -0.99609375, -0.99609375])


def test_no_face_is_empty_and_has_landmarks_of_no_face() -> None:
    faces = ScrfdDetector(FakeSession((1, 3, 64, 64), *tables())).detect(np.zeros((9, 9, 3), dtype=np.uint8))
    assert len(faces) == 0
    assert faces.data["landmarks"].shape == (0, 5, 2)


def test_a_file_without_landmarks_is_refused() -> None:
    with pytest.raises(ModelContractError, match="wanted the outputs of SCRFD with landmarks"):
        ScrfdDetector(FakeSession((1, 3, 64, 64), *tables()[:6]))


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(BadArray, match="wanted an"):
        ScrfdDetector(FakeSession((1, 3, 64, 64), *tables())).detect(np.zeros((64, 64, 3)))


@pytest.mark.shared_data
def test_the_public_file_finds_the_portrait(shared: Path, astronaut: Image) -> None:
    network = session(onnx.load(shared / "public-weights/face_scrfd_500m_kps.onnx"))
    faces = ScrfdDetector(network).detect(astronaut)
    assert len(faces) == 1
    assert np.abs(faces.data["landmarks"][0] - ASTRONAUT_LANDMARKS).max() < 8
