import io
import pickle
from pathlib import Path

import joblib
import lz4.frame
import numpy as np
import onnxruntime as ort
import pytest
from onnx import numpy_helper

from models.convert import mtcnn
from models.convert.hashing import tensor_sha256
from models.convert.mtcnn import LAYOUTS, SOURCE_SHA256, Network, convert, read_arrays
from tests.models.faces.networks import packaged_weights
from vision.errors import ModelFileError

NETWORKS: tuple[Network, ...] = ("pnet", "rnet", "onet")


class Trap:
    """Writes a file as soon as it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._path,)


def by_hand(weights: list[np.ndarray], window: np.ndarray) -> np.ndarray:
    """pnet's probability of a face for one 12x12 RGB window, as plain loops over the package's Keras weights."""
    x = (window.astype(np.float64) - 127.5) / 128
    for layer in range(3):
        kernel, bias, slope = weights[3 * layer : 3 * layer + 3]
        side = x.shape[0] - 2
        y = np.zeros((side, side, len(bias)))
        for row, column in np.ndindex(side, side):
            y[row, column] = np.tensordot(x[row : row + 3, column : column + 3], kernel, axes=3) + bias
        x = np.where(y > 0, y, y * slope.ravel())
        if layer == 0:
            x = x.reshape(5, 2, 5, 2, -1).max(axis=(1, 3))
    logits = x[0, 0] @ weights[11][0, 0] + weights[12]
    shares = np.exp(logits - logits.max())
    return shares / shares.sum()


@pytest.mark.parametrize("network", NETWORKS)
def test_the_arrays_found_in_the_pickle_are_those_that_joblib_loads(network: Network) -> None:
    source = packaged_weights(network)
    wanted = joblib.load(source)
    got = read_arrays(lz4.frame.decompress(source.read_bytes()), [array.shape for array in wanted])
    assert len(got) == len(wanted) > 10
    assert all(np.array_equal(one, other) for one, other in zip(got, wanted, strict=True))


def test_pnet_as_onnx_computes_what_its_weights_say() -> None:
    window = np.random.default_rng(0).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    session = ort.InferenceSession(convert(packaged_weights("pnet"), "pnet").SerializeToString())
    image = window.transpose(2, 0, 1)[np.newaxis].astype(np.float32)
    (scores,) = session.run(["scores"], {"image": image})
    assert scores[0, :, 0, 0] == pytest.approx(by_hand(joblib.load(packaged_weights("pnet")), window), abs=1e-5)


def test_pnet_takes_any_size_and_rounds_up_where_it_pools() -> None:
    session = ort.InferenceSession(convert(packaged_weights("pnet"), "pnet").SerializeToString())
    boxes, scores = session.run(["boxes", "scores"], {"image": np.zeros((2, 3, 13, 30), dtype=np.float32)})
    # 13 - 2 = 11, pooled to 6, less 4 is 2; 30 - 2 = 28, pooled to 14, less 4 is 10.
    assert boxes.shape == (2, 4, 2, 10)
    assert scores.sum(axis=1) == pytest.approx(np.ones((2, 2, 10)))


@pytest.mark.parametrize(("network", "outputs"), [("rnet", (4, 2)), ("onet", (4, 10, 2))])
def test_the_later_networks_take_batches(network: Network, outputs: tuple[int, ...]) -> None:
    session = ort.InferenceSession(convert(packaged_weights(network), network).SerializeToString())
    side = LAYOUTS[network].side
    for count in (1, 5):
        got = session.run(None, {"image": np.zeros((count, 3, side, side), dtype=np.float32)})
        assert [array.shape for array in got] == [(count, columns) for columns in outputs]


def test_every_tensor_has_a_digest_that_a_second_conversion_repeats() -> None:
    model = convert(packaged_weights("rnet"), "rnet")
    digests = tensor_sha256(model)
    assert len(digests) == len(model.graph.initializer) == 20
    assert digests == tensor_sha256(convert(packaged_weights("rnet"), "rnet"))


def test_one_changed_number_changes_the_digest_of_its_tensor_only() -> None:
    model = convert(packaged_weights("pnet"), "pnet")
    before = tensor_sha256(model)
    tensor = model.graph.initializer[0]
    changed = numpy_helper.to_array(tensor).copy()
    changed.flat[0] += 1
    tensor.CopyFrom(numpy_helper.from_array(changed, tensor.name))
    after = tensor_sha256(model)
    assert {name for name in before if before[name] != after[name]} == {tensor.name}


def test_a_tampered_pickle_is_refused_before_a_byte_of_it_is_read_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("the pickle was read")

    monkeypatch.setattr(mtcnn, "read_arrays", forbidden)
    content = bytearray(packaged_weights("pnet").read_bytes())
    content[-100] ^= 1
    tampered = tmp_path / "pnet.lz4"
    tampered.write_bytes(content)
    with pytest.raises(ModelFileError, match=SOURCE_SHA256["pnet"]):
        convert(tampered, "pnet")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be read"):
        convert(tmp_path / "pnet.lz4", "pnet")


def test_walking_a_pickle_executes_nothing_in_it(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    with pytest.raises(ModelFileError, match="wanted a pickle of 1 arrays, got 0"):
        read_arrays(pickle.dumps([Trap(trap)]), [(1,)])
    assert not trap.exists()


def test_bytes_that_are_no_pickle_are_refused() -> None:
    with pytest.raises(ModelFileError, match="wanted a pickle of 1 arrays"):
        read_arrays(b"\xff\xfe\xfd", [(1,)])


@pytest.mark.parametrize("shapes", [[(2, 3)], [(2, 3)] * 3])
def test_more_or_fewer_arrays_than_the_network_has_are_refused(shapes: list[tuple[int, ...]]) -> None:
    stream = io.BytesIO()
    joblib.dump([np.ones((2, 3), dtype=np.float32)] * 2, stream)
    with pytest.raises(ModelFileError, match=f"wanted a pickle of {len(shapes)} arrays"):
        read_arrays(stream.getvalue(), shapes)
