"""Crops by readers in turn."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.options import silently
from benchmarks.peers.ctc import CtcText
from benchmarks.plate_readers import WARM_UPS, CropReading, OurReader, PeerReader, read_in_turn
from tests.fake_plates import plate_reading
from vision.types import Image, PlateReading


class FakeSlots:
    """Reads dark crops."""

    def read_crops(self, crops: Sequence[Image]) -> list[PlateReading | None]:
        return [None if crop.mean() > 100 else plate_reading("皖A12345") for crop in crops]


class FakePeer:
    """Reads every crop."""

    def read(self, crop: Image) -> CtcText:
        return CtcText("苏A12345", 0.5)


class Scripted:
    """Says where it was asked, and takes as many seconds as it was asked times."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, picture: Path, image: Image) -> CropReading:
        self.asked.append(picture.name)
        return CropReading(picture.stem, float(len(self.asked)))


@pytest.fixture
def crops(tmp_path: Path) -> dict[Path, str]:
    for name, grey in (("dark.png", 20), ("bright.png", 200)):
        cv2.imwrite(str(tmp_path / name), np.full((24, 94, 3), grey, np.uint8))
    return {tmp_path / "dark.png": "皖A12345", tmp_path / "bright.png": "京B67890"}


def test_ours_and_a_peer_read_every_crop(crops: dict[Path, str]) -> None:
    runs = read_in_turn({"ours": OurReader(FakeSlots()), "peer": PeerReader(FakePeer())}, crops, silently)
    assert [(pair.wanted, pair.got) for pair in runs["ours"].pairs] == [("皖A12345", "皖A12345"), ("京B67890", "")]
    assert [pair.got for pair in runs["peer"].pairs] == ["苏A12345", "苏A12345"]
    assert [len(run.seconds) for run in runs.values()] == [2, 2]
    assert all(seconds > 0 for run in runs.values() for seconds in run.seconds)


def test_warm_ups_on_the_first_crop_are_not_measured(crops: dict[Path, str]) -> None:
    reader = Scripted()
    runs = read_in_turn({"ours": reader}, crops, silently)
    assert reader.asked == ["dark.png"] * (WARM_UPS + 1) + ["bright.png"]
    assert runs["ours"].seconds == [WARM_UPS + 1, WARM_UPS + 2]
