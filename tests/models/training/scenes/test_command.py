import json
from pathlib import Path

import cv2
import numpy as np

from models.training.scenes.__main__ import render
from models.training.scenes.folder import LABELS
from tests.models.training.conftest import FONT


def test_the_command_writes_the_scenes_that_are_missing(tmp_path: Path, glyphs: Path) -> None:
    streets, crops, out = tmp_path / "streets", tmp_path / "crops", tmp_path / "out"
    for folder in (streets, crops):
        folder.mkdir()
    rows: list[dict[str, object]] = []
    for number in range(12):
        cv2.imwrite(str(streets / f"{number}.jpg"), np.full((120, 160, 3), 9 * number, np.uint8))
        car = {"objects": [{"label": "car", "box": [20, 10, 140, 110]}]}
        rows.append({"image": f"{number}.jpg", **(car if number % 2 else {"plates": [{"box": [50, 60, 90, 72]}]})})
    (streets / LABELS).write_text("\n".join(json.dumps(row) for row in rows))
    blue = np.full((40, 120, 3), 90, np.uint8)
    blue[3:37, 4:116] = (200, 90, 20)
    cv2.imwrite(str(crops / "one.jpg"), blue)
    chinese = FONT.with_name("LastResortHE-Regular.ttf")
    kit = tmp_path / "kit.toml"
    kit.write_text(
        f'glyphs = "{glyphs}"\nfonts = ["{FONT}"]\nchinese_fonts = ["{chinese}"]\nbackgrounds = ["streets/*.jpg"]\n'
    )
    render(kit, out, [streets], crops, scenes=2, seed=1)
    first = (out / "scene-000000.jpg").read_bytes()
    render(kit, out, [streets], crops, scenes=3, seed=1)
    assert (out / "scene-000000.jpg").read_bytes() == first
    labels = [json.loads(line)["image"] for line in (out / LABELS).read_text().splitlines()]
    assert labels == ["scene-000000.jpg", "scene-000001.jpg", "scene-000002.jpg"]
