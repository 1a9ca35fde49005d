from pathlib import Path

import numpy as np
import pytest

from models.training.street.listing import read_set, split, write_sets
from models.training.street.sets import known_classes
from tests.models.training.street.photos import BOX, write_set
from vision.errors import ConfigurationError
from vision.street_classes import STREET_CLASSES


def test_a_set_says_nothing_of_what_it_does_not_label() -> None:
    known = [name for name, one in zip(STREET_CLASSES, known_classes("people"), strict=True) if one]
    # Nobody labelled the vehicles; that nothing burns there is known.
    assert known == ["person", "fire", "smoke"]
    assert not known_classes("garbage")[STREET_CLASSES.index("person")]


def test_a_folder_is_named_after_its_set(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="got 'streets'"):
        read_set(write_set(tmp_path / "streets", "car", [1]))


def test_a_label_that_the_set_is_not_said_to_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="wanted labels person"):
        read_set(write_set(tmp_path / "people", "car", [1]))


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    with pytest.raises(ConfigurationError, match=r"wanted labels\.jsonl"):
        read_set(tmp_path / "people")


def test_copies_are_dropped_and_each_set_is_split(tmp_path: Path) -> None:
    photos = read_set(write_set(tmp_path / "people", "person", [1, 1, *range(2, 11)]))
    photos += read_set(write_set(tmp_path / "pothole", "pothole", list(range(20, 25))))
    train, held = split(photos, 0.2, seed=1)
    # 10 people and 5 potholes remain; 2 and 1 of them are held out.
    assert (len(train), len(held)) == (12, 3)
    assert sorted(photo.set_name for photo in held) == ["people", "people", "pothole"]
    assert not {photo.path for photo in train} & {photo.path for photo in held}


def test_a_clip_is_on_one_side_only(tmp_path: Path) -> None:
    photos = read_set(write_set(tmp_path / "fire-smoke", "fire", list(range(8)), clip="fire1"))
    train, held = split(photos, 0.5, seed=1)
    assert (len(train), len(held)) == (8, 0)


def test_a_split_that_was_written_is_a_set_again(tmp_path: Path) -> None:
    photos = read_set(write_set(tmp_path / "people", "person", [1, 2]))
    write_sets(photos, tmp_path / "train")
    again = read_set(tmp_path / "train" / "people")
    assert [photo.boxes.tolist() for photo in again] == [[BOX], [BOX]]
    assert np.array_equal(again[1].image(), photos[1].image())
