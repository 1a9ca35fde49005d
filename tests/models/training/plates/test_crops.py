"""Crops come with what the reader should say, parts of plates with nothing."""

from pathlib import Path

import numpy as np
import pytest

from models.training.plates.backgrounds import Backgrounds
from models.training.plates.camera import photographed
from models.training.plates.crops import CropRenderer
from models.training.plates.render import PlateRenderer
from models.training.plates.shards import Shard, read_shards, slots_of
from models.training.plates.wear import framed, worn
from vision.errors import BadArray, ConfigurationError
from vision.plate_alphabet import ALPHABET, KINDS


def test_crops_have_the_readers_size_and_a_kind_where_they_have_a_text(
    renderer: PlateRenderer, backgrounds: Backgrounds
) -> None:
    rng = np.random.default_rng(9)
    crops = [CropRenderer(renderer, backgrounds).draw(rng) for _ in range(60)]
    assert {crop.image.shape for crop in crops} == {(48, 144, 3)}
    assert all(bool(crop.text) == (crop.kind is not None) for crop in crops)
    assert any(not crop.text for crop in crops)


def test_the_same_seed_draws_the_same_crop(renderer: PlateRenderer, backgrounds: Backgrounds) -> None:
    crops = CropRenderer(renderer, backgrounds)
    one, other = (crops.draw(np.random.default_rng(10)) for _ in range(2))
    np.testing.assert_array_equal(one.image, other.image)


def test_wear_and_camera_leave_their_argument_and_the_size_alone(renderer: PlateRenderer) -> None:
    plate = renderer.draw(np.random.default_rng(11), "blue").image
    before = plate.copy()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        assert photographed(rng, worn(rng, plate)).shape == plate.shape
    np.testing.assert_array_equal(plate, before)


def test_a_holder_moves_the_corners_with_the_plate() -> None:
    plate = np.full((20, 60, 3), 255, np.uint8)
    for seed in range(20):
        holder, corners = framed(np.random.default_rng(seed), plate)
        (left, top), (right, bottom) = corners[0].astype(int), corners[2].astype(int)
        assert (right - left, bottom - top) == (60, 20)
        # Inside, away from the rim that a holder may cover, the plate is as it was.
        assert (holder[top + 2 : bottom - 2, left + 2 : right - 2] == 255).all()


def test_slots_are_classes_with_zero_behind_the_text() -> None:
    assert slots_of("0A").tolist() == [1, 11] + [0] * 8
    assert slots_of("").tolist() == [0] * 10
    assert slots_of(ALPHABET[-1])[0] == len(ALPHABET)


@pytest.mark.parametrize("text", ["A" * 11, "a", "京-A"])
def test_a_text_that_no_plate_bears_is_refused(text: str) -> None:
    with pytest.raises(BadArray, match="wanted at most 10 characters"):
        slots_of(text)


def test_a_shard_comes_back_from_disk_as_it_was(
    renderer: PlateRenderer, backgrounds: Backgrounds, tmp_path: Path
) -> None:
    crops = [CropRenderer(renderer, backgrounds).draw(np.random.default_rng(seed)) for seed in range(4)]
    Shard.of(crops).save(tmp_path / "crops-0000.npz")
    ((name, shard),) = read_shards(tmp_path)
    assert name == "crops-0000.npz"
    assert [KINDS[kind - 1] if kind else None for kind in shard.kinds] == [crop.kind for crop in crops]
    np.testing.assert_array_equal(shard.images[2], crops[2].image)
    assert list(read_shards(tmp_path, frozenset({name}))) == []


def test_backgrounds_need_a_picture(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="wanted one background"):
        Backgrounds([], [])
    (tmp_path / "no.jpg").write_bytes(b"no picture")
    with pytest.raises(ConfigurationError, match="wanted a picture"):
        Backgrounds([tmp_path / "no.jpg"], [])
