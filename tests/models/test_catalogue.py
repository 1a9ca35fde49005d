import hashlib
from pathlib import Path

import pytest

from models.catalogue import Catalogue
from models.convert import packaged
from tests.models.graphs import doubling_graph
from vision.errors import ModelFileError, Uncalibrated


def test_packaged_networks_are_converted_once_and_then_read_from_the_cache(
    converted_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Catalogue(converted_home).open("mtcnn")
    cached = sorted((converted_home / "cache").glob("mtcnn-*.onnx"))
    assert len(cached) == 3

    def fail(_source: Path) -> None:
        pytest.fail("converted again")

    for name in ("mtcnn-pnet", "mtcnn-rnet", "mtcnn-onet"):
        monkeypatch.setitem(packaged.CONVERTERS, name, fail)  # type: ignore[arg-type]
    assert len(Catalogue(converted_home).open("mtcnn")) == 3


def test_a_damaged_cache_is_converted_again(converted_home: Path) -> None:
    catalogue = Catalogue(converted_home)
    catalogue.open("mtcnn")
    (cached,) = (converted_home / "cache").glob("mtcnn-pnet-*.onnx")
    whole = cached.read_bytes()
    cached.write_bytes(whole[:-100])
    catalogue.open("mtcnn")
    assert hashlib.sha256(cached.read_bytes()).digest() == hashlib.sha256(whole).digest()


def test_a_packaged_file_with_other_bytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tampered = tmp_path / "pnet.lz4"
    tampered.write_bytes(b"tampered")
    monkeypatch.setattr(packaged, "packaged_path", lambda _source: tampered)
    with pytest.raises(ModelFileError, match="wanted sha256 ea6b0c3e"):
        Catalogue(tmp_path).open("mtcnn")


def test_a_tensor_that_is_not_the_listed_one_is_named(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    spec = catalogue.manifest.get("mtcnn")
    source = spec.networks[0].packaged
    assert source is not None
    other = source.model_copy(update={"tensors": {**source.tensors, "conv1.bias": "0" * 64}})
    with pytest.raises(ModelFileError, match=r"got others: conv1\.bias$"):
        packaged.convert_packaged(other)


def test_a_remote_model_that_was_not_fetched_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="citygate models fetch yunet-320"):
        Catalogue(tmp_path).open("yunet-320")


def test_a_fetched_file_that_changed_on_disk_is_refused(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path)
    spec = catalogue.manifest.get("yunet-320")
    path = catalogue.fetched_path(spec, spec.networks[0])
    path.parent.mkdir()
    path.write_bytes(doubling_graph())
    with pytest.raises(ModelFileError, match="wanted sha256 81dbde15"):
        catalogue.open("yunet-320")


def test_a_model_without_a_curve_is_uncalibrated(tmp_path: Path) -> None:
    with pytest.raises(Uncalibrated, match="no calibration"):
        Catalogue(tmp_path).threshold("mtcnn", 1e-3)
