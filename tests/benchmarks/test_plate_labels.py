"""Labels of plates, with and without texts and boxes."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.plate_labels import read_crops, read_scenes, with_found
from vision.errors import BadInput

BOX = [1.0, 2.0, 5.0, 4.0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / "images" / name), np.full((4, 6, 3), 7, np.uint8))
    return tmp_path


def write(path: Path, *lines: dict[str, object]) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def test_plates_may_have_a_text_a_box_or_both(folder: Path) -> None:
    plates = [{"text": "AB12", "box": BOX, "colour": "blue"}, {"box": BOX}, {"text": "CD34"}]
    write(folder / "labels.jsonl", {"image": "images/a.png", "plates": plates, "kind": "blue"})
    (picture,) = read_scenes(folder)
    assert picture.image == folder / "images" / "a.png"
    assert picture.texts == ("AB12", "CD34")
    assert picture.boxes.tolist() == [BOX, BOX]
    assert picture.kind == "blue"
    assert not picture.places_every_plate


def test_a_set_without_plates_can_be_looked_at_for_false_ones(folder: Path) -> None:
    write(folder / "labels.jsonl", {"image": "images/a.png", "faces": [{"box": BOX}]})
    (picture,) = read_scenes(folder)
    assert picture.texts == ()
    assert picture.boxes.shape == (0, 4)
    assert picture.places_every_plate


def test_crops_are_one_plate_each(folder: Path) -> None:
    one = {"image": "images/a.png", "plates": [{"text": "AB12"}]}
    write(folder / "labels.jsonl", one)
    assert read_crops(folder) == {folder / "images" / "a.png": "AB12"}


@pytest.mark.parametrize("plates", [[], [{"box": BOX}], [{"text": "A"}, {"text": "B"}], [{"text": "A"}, {"box": BOX}]])
def test_other_pictures_are_no_crops(folder: Path, plates: list[dict[str, object]]) -> None:
    write(folder / "labels.jsonl", {"image": "images/a.png", "plates": plates})
    with pytest.raises(BadInput, match=r"a\.png: wanted one plate with its text"):
        read_crops(folder)


def test_plates_that_a_person_saw_join_the_labelled_ones(folder: Path) -> None:
    images = ("images/a.png", "images/b.png")
    write(folder / "labels.jsonl", *({"image": image, "plates": [{"box": BOX}]} for image in images))
    seen = write(folder / "seen.jsonl", {"image": "images/b.png", "plates": [{"box": [7, 7, 9, 8]}]})
    first, second = with_found(read_scenes(folder), seen)
    assert first.boxes.tolist() == [BOX]
    assert second.boxes.tolist() == [BOX, [7, 7, 9, 8]]


def test_a_wrong_file_of_seen_plates_is_refused(folder: Path) -> None:
    write(folder / "labels.jsonl", {"image": "images/a.png"})
    with pytest.raises(BadInput, match=r"gone\.jsonl: wanted lines as in labels\.jsonl"):
        with_found(read_scenes(folder), folder / "gone.jsonl")
    with pytest.raises(BadInput, match=r"seen\.jsonl"):
        with_found(read_scenes(folder), write(folder / "seen.jsonl", {"plates": []}))
