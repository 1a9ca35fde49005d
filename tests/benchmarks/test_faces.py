"""The whole face benchmark on a few real pairs, and its peer."""

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.faces import run
from benchmarks.options import BenchOptions
from benchmarks.peers.dlib import DlibRecogniser
from models.catalogue import Catalogue
from vision.errors import BadInput, ConfigurationError


@pytest.mark.shared_data
def test_a_few_real_pairs_give_the_metrics_of_the_contract(shared: Path, converted_home: Path) -> None:
    pairs, peers = 16, ("dlib",)
    result = run(BenchOptions("bench", converted_home, shared / "faces" / "lfw", limit=pairs, peers=peers))
    assert result.n == pairs
    wanted = {"accuracy", "accuracy_std", "fnmr_at_fmr", "failed_images", "detect_ms_p50", "embed_ms_p50"}
    assert wanted <= set(result.metrics)
    assert result.metrics["failed_images"] == 0
    assert isinstance(result.metrics["accuracy"], float)
    assert result.metrics["accuracy"] >= 0.9
    assert set(result.peers) == {"dlib"}
    assert set(result.ratios) == {"embed_speed_vs_dlib"}
    assert [model.id for model in result.models] == ["mtcnn", "dlib-resnet-v1"]
    assert str(result.conditions["variant"])
    assert result.scores is not None
    assert result.scores.genuine.size == result.scores.impostor.size == pairs // 2


def test_an_unknown_peer_is_refused(tmp_path: Path, converted_home: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"never read")
    (tmp_path / "pairs.csv").write_text("fold,image_a,image_b,same\n0,a.png,a.png,1\n")
    with pytest.raises(ConfigurationError, match="no model 'nobody'"):
        run(BenchOptions("bench", converted_home, tmp_path, peers=("nobody",)))


def test_pictures_are_needed(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--data"):
        run(BenchOptions("bench", tmp_path))
    with pytest.raises(BadInput, match=r"pairs\.csv"):
        run(BenchOptions("bench", tmp_path, tmp_path))


def test_a_machine_without_dlib_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "dlib", None)
    with pytest.raises(ConfigurationError, match="pip install dlib-bin"):
        DlibRecogniser(Catalogue(tmp_path).manifest.get("dlib-resnet-v1"))


def test_dlib_is_given_weights_of_a_package_only(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="wanted weights in a package"):
        DlibRecogniser(Catalogue(tmp_path).manifest.get("yunet-320"))


def test_dlib_scores_by_its_own_distance(tmp_path: Path) -> None:
    peer = DlibRecogniser(Catalogue(tmp_path).manifest.get("dlib-resnet-v1"))
    a = np.array([[1.0, 0.0], [1.0, 0.0]], np.float32)
    b = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    # distances 0 and sqrt(2): 1 - 0 / 2 and 1 - 2 / 2
    assert peer.similarity(a, b).tolist() == pytest.approx([1.0, 0.0], abs=1e-6)
