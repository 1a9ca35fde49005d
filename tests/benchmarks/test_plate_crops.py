"""The benchmark of crops: on a network that always says one text, and on real pictures with the public peers."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.options import BenchOptions
from benchmarks.plate_crops import errors, listings, run, speed_ratios
from benchmarks.plate_readers import CropRun
from benchmarks.plate_texts import TextPair
from tests.benchmarks.plate_graphs import write_reader
from vision.errors import BadInput, ConfigurationError

WANTED = ("皖A12345", "皖A1234S", "ABC123")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = []
    for number, text in enumerate(WANTED):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((24, 94, 3), 40 * number, np.uint8))
        lines.append(json.dumps({"image": f"{number}.png", "plates": [{"text": text}]}))
    (tmp_path / "labels.jsonl").write_text("\n".join(lines))
    return tmp_path


def runs() -> dict[str, CropRun]:
    ours = CropRun([TextPair(text, "皖A12345") for text in WANTED], [0.001, 0.002, 0.003])
    peer = CropRun([TextPair(text, text) for text in WANTED], [0.005, 0.003, 0.004])
    return {"ours": ours, "crnn": peer}


def test_a_reader_file_is_measured_where_it_lies(folder: Path) -> None:
    reader = write_reader(folder / "reader.onnx", "皖A12345")
    result = run(BenchOptions("bench", folder / "home", folder), reader=str(reader))
    assert result.n == 3
    assert [model.id for model in result.models] == ["file-reader"]
    # 1 of 3; edits 0 + 1 + 5 (ABC123 to 皖A12345: the province before, BC left out, 45 behind) of 20 characters
    assert result.metrics["exact"] == 0.3333
    assert result.metrics["exact_merged"] == 0.3333
    assert result.metrics["exact_without_province"] == 0.3333
    assert result.metrics["char_accuracy"] == 0.7
    assert isinstance(result.metrics["ms_p50"], float)
    assert (result.peers, result.ratios) == ({}, {})
    assert not (folder / "home").exists()


def test_a_ratio_is_the_peers_median_over_ours() -> None:
    assert speed_ratios(runs()) == {"read_speed_vs_crnn": pytest.approx(2.0)}


def test_exact_shares_stand_side_by_side_by_province_and_length() -> None:
    by_province, by_length, wrong = listings(runs())
    assert by_province.columns == ("province", "plates", "ours", "crnn")
    assert by_province.rows == (("皖", 2, 0.5, 1.0), ("none", 1, 0.0, 1.0))
    assert by_length.rows == (("7 characters", 2, 0.5, 1.0), ("6 characters", 1, 0.0, 1.0))
    assert ("S", "5", 1) in wrong.rows


def test_errors_are_shown_with_what_everyone_said(folder: Path) -> None:
    gallery = errors([folder / f"{number}.png" for number in range(3)], runs())
    assert [picture.caption for picture in gallery.pictures] == [
        ("wanted 皖A1234S", "ours 皖A12345", "crnn 皖A1234S"),
        ("wanted ABC123", "ours 皖A12345", "crnn ABC123"),
    ]
    assert gallery.pictures[0].image.shape == (24, 94, 3)


def test_an_unknown_peer_or_reader_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="--peer: wanted one of"):
        run(BenchOptions("bench", folder, folder, peers=("dlib",)))
    with pytest.raises(ConfigurationError, match="no model 'nobody'"):
        run(BenchOptions("bench", folder, folder), reader="nobody")


def test_crops_are_needed(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"labels\.jsonl"):
        run(BenchOptions("bench", tmp_path, tmp_path))


@pytest.mark.shared_data
def test_public_peers_read_real_crops_in_the_same_run(shared: Path, tmp_path: Path) -> None:
    reader = write_reader(tmp_path / "reader.onnx", "皖A12345")
    data, peers = shared / "plates" / "crops-cn", ("crnn", "lprnet")
    result = run(BenchOptions("bench", tmp_path, data, limit=40, peers=peers), reader=str(reader))
    assert [model.id for model in result.models] == ["file-reader", "plate_crnn_cn_48x168", "plate_lprnet_cn_24x94"]
    crnn, lprnet = (result.peers[peer].metrics for peer in peers)
    assert isinstance(crnn["exact"], float)
    assert isinstance(lprnet["exact"], float)
    # 0.943 and 0.32 on all 456
    assert crnn["exact"] >= 0.85
    assert 0.1 <= lprnet["exact"] <= 0.6
    assert set(result.ratios) == {"read_speed_vs_crnn", "read_speed_vs_lprnet"}
