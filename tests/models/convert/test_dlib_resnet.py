"""dlib's face network: the ONNX against dlib itself."""

import sys
from pathlib import Path

import cv2
import dlib
import numpy as np
import onnx
import onnxruntime as ort
import pytest
from skimage.data import astronaut

from models.convert import dlib_file
from models.convert.dlib_resnet import convert, packaged_file
from models.convert.hashing import tensor_sha256
from vision.errors import ModelFileError
from vision.types import FloatArray, Image

# dlib sums in another order; float32 carries 7 digits and the components stay below 0.6.
TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def model() -> onnx.ModelProto:
    return convert(packaged_file())


@pytest.fixture(scope="module")
def session(model: onnx.ModelProto) -> ort.InferenceSession:
    return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def chips() -> list[Image]:
    """RGB: the astronaut's face, nearer and farther, and noise."""
    picture = astronaut()
    faces = [cv2.resize(picture[30:side, 120 : 90 + side], (150, 150)) for side in (230, 260, 200)]
    noise = np.random.default_rng(0).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    return [*faces, noise]


def embed(session: ort.InferenceSession, chips: list[Image]) -> FloatArray:
    batch = np.stack(chips).transpose(0, 3, 1, 2).astype(np.float32)
    embeddings: FloatArray = session.run(["embedding"], {"image": batch})[0]
    return embeddings


def test_embeddings_equal_those_of_dlib(session: ort.InferenceSession, chips: list[Image]) -> None:
    peer = dlib.face_recognition_model_v1(str(packaged_file()))
    expected = [np.array(peer.compute_face_descriptor(np.ascontiguousarray(chip))) for chip in chips]
    np.testing.assert_allclose(embed(session, chips), expected, rtol=0, atol=TOLERANCE)


def test_a_batch_gives_what_its_chips_give_alone(session: ort.InferenceSession, chips: list[Image]) -> None:
    alone = np.concatenate([embed(session, [chip]) for chip in chips])
    np.testing.assert_allclose(embed(session, chips), alone, rtol=0, atol=TOLERANCE)


def test_no_chips_are_no_embeddings(session: ort.InferenceSession) -> None:
    empty = np.empty((0, 3, 150, 150), np.float32)
    assert session.run(["embedding"], {"image": empty})[0].shape == (0, 128)


def test_the_graph_has_29_convolutions_of_the_file(model: onnx.ModelProto) -> None:
    learned = [name for name in tensor_sha256(model) if name.endswith(("stem.weight", "first.weight", "second.weight"))]
    assert len(learned) == 29


def test_two_conversions_have_the_same_tensors(model: onnx.ModelProto) -> None:
    digests = tensor_sha256(model)
    assert len(digests) == 29 * 2 + 3 * 2 + 2 * 2 + 1  # convolutions, three widenings, two growings, the projection
    assert tensor_sha256(convert(packaged_file())) == digests


def test_the_package_is_not_imported_to_find_its_file() -> None:
    assert packaged_file().is_file()
    assert dlib_file.PACKAGE not in sys.modules


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "network.dat"
    damaged.write_bytes(packaged_file().read_bytes()[:-1000])
    with pytest.raises(ModelFileError, match=r"wanted sha256 55533b28.*22465066 bytes"):
        convert(damaged)


def test_a_file_with_one_changed_bit_is_refused(tmp_path: Path) -> None:
    content = bytearray(packaged_file().read_bytes())
    content[10_000_000] ^= 1
    tampered = tmp_path / "network.dat"
    tampered.write_bytes(content)
    with pytest.raises(ModelFileError, match="wanted sha256"):
        convert(tampered)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="wanted dlib's face network"):
        convert(tmp_path / "nothing.dat")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dlib_file, "PACKAGE", "no_such_package_here")
    with pytest.raises(ModelFileError, match="no_such_package_here"):
        packaged_file()
