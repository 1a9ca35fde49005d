from pathlib import Path

import cv2
import numpy as np
import pytest

from models.training.street.listing import Photo, read_set
from models.training.street.samples import FILL, draw, whole
from models.training.street.sets import LABELLED, SHARES, known_classes
from tests.models.training.street.photos import write_set


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Photo]:
    folder = tmp_path_factory.mktemp("sets")
    people = read_set(write_set(folder / "people", "person", [1, 2]))
    return people + read_set(write_set(folder / "pothole", "pothole", [3, 4]))


def test_a_whole_photo_keeps_its_objects_place(photos: list[Photo]) -> None:
    sample = whole(photos[0], 192)
    # 96 pixels become 192: everything twice as large.
    assert sample.boxes.tolist() == [[40, 48, 120, 144]]
    assert sample.classes.tolist() == [0]
    assert sample.picture.shape == (192, 192, 3)
    inside, source = sample.picture[96, 96].astype(int), photos[0].image()[48, 48].astype(int)
    assert np.abs(inside - source).max() <= 12


def test_the_same_chance_draws_the_same_picture(photos: list[Photo]) -> None:
    one, other = (draw(np.random.default_rng(5), photos, 128) for _ in range(2))
    assert np.array_equal(one.picture, other.picture)
    assert np.array_equal(one.boxes, other.boxes)


def test_objects_lie_inside_and_each_part_knows_what_its_set_knows(photos: list[Photo]) -> None:
    counts = set()
    for seed in range(20):
        sample = draw(np.random.default_rng(seed), photos, 128)
        assert sample.picture.shape == (128, 128, 3)
        assert len(sample.boxes) == len(sample.classes)
        assert (sample.boxes >= 0).all()
        assert (sample.boxes <= 128).all()
        assert len(sample.areas) == len(sample.known)
        # The parts fill the picture.
        sides = sample.areas[:, 2:] - sample.areas[:, :2]
        assert sides.prod(axis=1).sum() == 128 * 128
        known = {tuple(row) for row in sample.known}
        assert known <= {tuple(known_classes("people")), tuple(known_classes("pothole"))}
        counts.add(len(sample.areas))
    assert counts == {1, 4}


def test_sets_are_drawn_as_often_as_their_shares_say_whatever_their_size(photos: list[Photo]) -> None:
    assert set(SHARES) == set(LABELLED)
    assert sum(SHARES.values()) == pytest.approx(1)
    rng, people = np.random.default_rng(1), tuple(known_classes("people"))
    # One person and two potholes to choose from: by chance alone 1 in 3 would show a person.
    drawn = [draw(rng, photos[1:], 32, plain=True) for _ in range(200)]
    wanted = SHARES["people"] / (SHARES["people"] + SHARES["pothole"])
    assert np.mean([tuple(sample.known[0]) == people for sample in drawn]) == pytest.approx(wanted, abs=0.06)


def test_what_is_too_small_to_tell_is_vague(photos: list[Photo]) -> None:
    # 96 pixels become 8: an object of 40 x 48 is less than 4 pixels wide.
    sample = whole(photos[0], 8)
    assert len(sample.boxes) == 0
    assert sample.vague_classes.tolist() == [0]


def test_beyond_the_photo_the_picture_is_grey(tmp_path: Path) -> None:
    photo = read_set(write_set(tmp_path / "people", "person", [1]))[0]
    wide = Photo(photo.set_name, tmp_path / "wide.png", "", photo.boxes, photo.classes)
    cv2.imwrite(str(wide.path), photo.image()[:48])
    sample = whole(wide, 96)
    assert sample.picture[0, 0].tolist() == [FILL] * 3
    # The photo lies 24 pixels down.
    assert sample.boxes.tolist() == [[20, 48, 60, 96]]
