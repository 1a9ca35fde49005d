import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.training.scenes.panels import SetPlate
from models.training.scenes.photographs import Photograph, Photographs
from vision.errors import ConfigurationError

CORNERS = np.array([[10, 20], [30, 20], [30, 26], [10, 26]], np.float32)


def photograph() -> Photograph:
    image = np.zeros((50, 100, 3), np.uint8)
    image[20:26, 10:30] = 255
    return Photograph(image, np.array([[5, 10, 45, 40]], np.float32), (SetPlate(CORNERS, "blue"),))


def write(folder: Path, rows: list[dict[str, object]]) -> Path:
    folder.mkdir()
    for row in rows:
        cv2.imwrite(str(folder / str(row["image"])), np.full((60, 80, 3), 90, np.uint8))
    (folder / "labels.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    return folder


def test_a_view_enlarges_picture_and_labels_alike() -> None:
    seen = photograph().view(np.array([0, 10, 50, 35], np.float32), (100, 50))
    # Twice as large from (0, 10) on.
    assert seen.plates[0].corners.tolist() == [[20, 20], [60, 20], [60, 32], [20, 32]]
    assert seen.vehicles.tolist() == [[10, 0, 90, 60]]
    assert seen.image[22:30, 22:58].min() == 255
    assert seen.image[:18].max() == 0


def test_a_mirrored_plate_keeps_its_corners_in_reading_order() -> None:
    mirrored = photograph().mirrored()
    # x becomes 100 - x.
    assert mirrored.plates[0].corners.tolist() == [[70, 20], [90, 20], [90, 26], [70, 26]]
    assert mirrored.vehicles.tolist() == [[55, 10, 95, 40]]
    assert mirrored.image[22, 75].tolist() == [255, 255, 255]


def test_pictures_are_told_apart_by_what_is_labelled(tmp_path: Path) -> None:
    car = {"label": "car", "box": [0, 0, 70, 50]}
    cars = write(tmp_path / "cars", [{"image": f"{number}.jpg", "objects": [car]} for number in range(12)])
    plates = [{"box": [10, 10, 40, 20]}]
    ways = write(tmp_path / "plates", [{"image": f"{number}.jpg", "plates": plates} for number in range(12)])
    photographs = Photographs([cars, ways], "train")
    rng = np.random.default_rng(0)
    (plate,) = photographs.with_plates(rng).plates
    assert plate.corners.tolist() == [[10, 10], [40, 10], [40, 20], [10, 20]]
    assert not plate.exact
    assert photographs.with_vehicles(rng).vehicles.tolist() == [[0, 0, 70, 50]]
    assert photographs.any(rng).plates == ()


def test_a_clip_is_never_split(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"image": f"{number}.jpg", "clip": "one"} for number in range(40)]
    folder = write(tmp_path / "clip", rows)
    # The clip's name puts all 40 into the part to train on.
    Photographs([folder], "train")
    with pytest.raises(ConfigurationError, match="wanted pictures of the part held-out"):
        Photographs([folder], "held-out")


def test_labels_that_are_no_json_are_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text("{")
    with pytest.raises(ConfigurationError, match=r"labels\.jsonl"):
        Photographs([tmp_path], "train")
