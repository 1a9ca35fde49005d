from pathlib import Path

import numpy as np
import pytest

from models.training.detector.samples import FILL, Sample, SceneFolder, tiled
from models.training.scenes.folder import save_scene
from models.training.scenes.panels import SetPlate
from models.training.scenes.scene import Scene

CORNERS = np.array([[40, 30], [80, 30], [80, 46], [40, 46]], np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> SceneFolder:
    """One scene of 160 x 120: a white plate on grey, and a box in which one may be."""
    image = np.full((120, 160, 3), 60, np.uint8)
    image[30:46, 40:80] = 255
    save_scene(tmp_path, "one", Scene(image, (SetPlate(CORNERS, "blue"),), np.array([[100, 60, 140, 100]], np.float32)))
    return SceneFolder(tmp_path)


def test_a_whole_scene_is_as_it_was_written(folder: SceneFolder) -> None:
    sample = folder.whole(0)
    assert len(folder) == 1
    assert sample.corners.tolist() == [CORNERS.tolist()]
    assert sample.unknown.tolist() == [[100, 60, 140, 100]]
    assert sample.layouts.tolist() == [0]
    assert sample.exact.tolist() == [True]


def test_labels_follow_the_picture_into_every_part(folder: SceneFolder) -> None:
    for seed in range(30):
        sample = folder.draw(np.random.default_rng(seed), 128)
        assert sample.picture.shape == (128, 128, 3)
        x, y = sample.corners[0].mean(axis=0)
        if not (4 < x < 124 and 4 < y < 124):
            continue
        # The plate's middle is brighter than all that is not plate, whatever the exposure.
        assert sample.picture[int(y), int(x)].mean() >= sample.picture.reshape(-1, 3).mean(axis=1).max() - 12


def test_the_same_seed_draws_the_same_part(folder: SceneFolder) -> None:
    first, second = (folder.draw(np.random.default_rng(5), 96) for _ in range(2))
    assert (first.picture == second.picture).all()
    assert first.corners.tolist() == second.corners.tolist()


def sample(value: int, *plates: np.ndarray) -> Sample:
    count = len(plates)
    return Sample(
        np.full((64, 64, 3), value, np.uint8),
        np.array(plates, np.float32).reshape(-1, 4, 2),
        np.zeros(count, np.int64),
        np.ones(count, np.bool_),
        np.empty((0, 4), np.float32),
    )


def test_four_samples_become_one_with_plates_moved_and_cut_ones_unknown() -> None:
    plate = np.array([[10, 10], [40, 10], [40, 20], [10, 20]], np.float32)
    cut = plate + np.array([40, 0], np.float32)
    parts = [sample(1), sample(2, plate, cut), sample(3), sample(FILL, plate)]
    whole = tiled(parts, lambda _, corners: bool(corners.max() <= 64))
    assert whole.picture.shape == (128, 128, 3)
    assert whole.picture[[0, 0, 127, 127], [0, 127, 0, 127], 0].tolist() == [1, 2, 3, FILL]
    # The second lies 64 to the right, the fourth 64 to the right and below.
    assert whole.corners[:, 0].tolist() == [[74, 10], [74, 74]]
    # The cut plate from 50 to 80 ends at its own sample's border, 64: 114 to 128.
    assert whole.unknown.tolist() == [[114, 10, 128, 20]]
