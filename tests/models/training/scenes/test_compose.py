import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.training.plates.render import PlateRenderer
from models.training.scenes.compose import SceneRenderer
from models.training.scenes.folder import LABELS, label_of, layout_of, save_scene
from models.training.scenes.panels import SetPlate
from models.training.scenes.photographs import Photographs
from models.training.scenes.real_plates import RealPlates, blue_outline
from models.training.scenes.scene import Scene
from models.training.scenes.signs import SignRenderer
from tests.models.training.conftest import FONT
from vision.errors import ConfigurationError
from vision.plate_detection import LAYOUTS


def blue_crop() -> np.ndarray:
    """A blue plate from (4, 3) to (116, 39) on grey."""
    crop = np.full((42, 120, 3), 90, np.uint8)
    crop[3:39, 4:116] = (200, 90, 20)
    crop[12:30, 20:40] = 240
    return crop


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory, renderer: PlateRenderer) -> SceneRenderer:
    folder = tmp_path_factory.mktemp("pictures")
    crop = folder / "crop.png"
    cv2.imwrite(str(crop), blue_crop())
    rows: list[dict[str, object]] = []
    for number in range(24):
        image = np.random.default_rng(number).integers(0, 255, (120, 160, 3)).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number}.jpg"), image)
        content: dict[str, object] = {"objects": [{"label": "car", "box": [20, 10, 140, 110]}]}
        if number % 2:
            content = {"plates": [{"corners": [[60, 80], [100, 82], [100, 95], [60, 93]], "colour": "blue"}]}
        rows.append({"image": f"{number}.jpg", **content})
    (folder / "labels.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    return SceneRenderer(
        renderer, RealPlates([crop]), Photographs([folder], "train"), SignRenderer([FONT], [_chinese_font()])
    )


def _chinese_font() -> Path:
    """DejaVu lacks Chinese characters; matplotlib's last resort draws a box for every one."""
    return FONT.with_name("LastResortHE-Regular.ttf")


def test_the_same_seed_draws_the_same_scene(scenes: SceneRenderer) -> None:
    first, second = (scenes.draw(np.random.default_rng(3)) for _ in range(2))
    assert (first.image == second.image).all()
    assert [plate.corners.tolist() for plate in first.plates] == [plate.corners.tolist() for plate in second.plates]


def test_scenes_of_all_sorts_have_plates_in_reading_order(scenes: SceneRenderer) -> None:
    drawn = [scenes.draw(np.random.default_rng(number)) for number in range(25)]
    plates = [plate for scene in drawn for plate in scene.plates]
    assert len(plates) >= 10
    assert any(not scene.plates for scene in drawn)
    assert all(max(scene.image.shape) in (512, 640) for scene in drawn)
    for plate in plates:
        assert plate.width > 10
        # Rolled by less than a right angle: the upper edge runs to the right.
        assert plate.corners[1, 0] > plate.corners[0, 0]


def test_the_outline_of_a_blue_plate_is_found() -> None:
    corners = blue_outline(blue_crop())
    assert corners is not None
    assert corners == pytest.approx(np.array([[4, 3], [116, 3], [116, 39], [4, 39]]), abs=2)


def test_a_crop_without_a_blue_plate_gives_none() -> None:
    assert blue_outline(np.full((40, 120, 3), 90, np.uint8)) is None


def test_no_crop_with_a_clear_plate_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), np.full((40, 120, 3), 90, np.uint8))
    with pytest.raises(ConfigurationError, match="clear blue plate"):
        RealPlates([path])


def test_a_scene_is_written_with_its_labels(tmp_path: Path) -> None:
    corners = np.array([[1, 2], [11.123, 2], [11, 6], [1, 6]], np.float32)
    plates = (SetPlate(corners, "yellow_double"),)
    scene = Scene(np.zeros((8, 16, 3), np.uint8), plates, np.array([[0, 0, 4, 4]], np.float32))
    save_scene(tmp_path, "one", scene)
    save_scene(tmp_path, "two", scene)
    lines = (tmp_path / LABELS).read_text().splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0]) == label_of("one.jpg", scene)
    assert json.loads(lines[1])["plates"][0] == {
        "corners": [[1, 2], [11.12, 2], [11, 6], [1, 6]],
        "kind": "yellow_double",
        "exact": True,
    }
    assert (tmp_path / "two.jpg").exists()


def test_kinds_of_two_lines_have_the_double_layout() -> None:
    assert LAYOUTS[layout_of("latin_double")] == "double"
    assert LAYOUTS[layout_of("green")] == "single"
