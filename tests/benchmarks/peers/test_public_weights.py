from pathlib import Path

import pytest

from benchmarks.options import BenchOptions
from benchmarks.peers.crnn import CLASSES as CRNN_CLASSES
from benchmarks.peers.crnn import CRNN
from benchmarks.peers.lprnet import CLASSES as LPRNET_CLASSES
from benchmarks.peers.lprnet import LPRNET
from benchmarks.peers.public_weights import open_public, weights_folder
from benchmarks.peers.yolov5face import YOLOV5_FACE
from vision.errors import ConfigurationError, ModelFileError


def options(data: Path) -> BenchOptions:
    return BenchOptions("bench", data, data)


def test_the_folder_lies_beside_the_set_or_one_above(tmp_path: Path) -> None:
    near, far = tmp_path / "plates", tmp_path / "plates" / "crops"
    far.mkdir(parents=True)
    weights = tmp_path / "public-weights"
    weights.mkdir()
    assert weights_folder(options(far), None) == weights.resolve()
    assert weights_folder(options(near), None) == weights.resolve()
    assert weights_folder(options(far), near) == near


def test_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(ConfigurationError, match="--weights: wanted a folder of public networks"):
        weights_folder(options(tmp_path / "a" / "b"), None)


def test_another_file_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / CRNN.file).write_bytes(b"not it")
    with pytest.raises(ModelFileError, match="wanted sha256"):
        open_public(CRNN, tmp_path, options(tmp_path))


def test_every_class_has_its_character() -> None:
    assert CRNN.outputs[0][1][-1] == len(CRNN_CLASSES) == len(set(CRNN_CLASSES))
    assert LPRNET.outputs[0][1][1] == len(LPRNET_CLASSES) == len(set(LPRNET_CLASSES))


@pytest.mark.shared_data
@pytest.mark.parametrize("network", [CRNN, LPRNET, YOLOV5_FACE], ids=lambda network: network.used.id)
def test_the_public_files_are_those_that_the_figures_hold_for(shared: Path, network) -> None:
    session = open_public(network, shared / "public-weights", options(shared))
    assert session.network.name == network.used.id
