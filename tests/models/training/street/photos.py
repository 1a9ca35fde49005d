"""Small sets of pictures: blurred noise, each picture unlike the others, with one object."""

import json
from pathlib import Path

import cv2
import numpy as np

from vision.types import Image

BOX = [20.0, 24.0, 60.0, 72.0]


def scenery(seed: int, side: int = 96) -> Image:
    """A picture that looks like no other seed's."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 6, 3)).astype(np.uint8)
    return cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)


def write_set(folder: Path, label: str, seeds: list[int], clip: str = "") -> Path:
    """A folder named after its set."""
    folder.mkdir(parents=True)
    lines = []
    for number, seed in enumerate(seeds):
        cv2.imwrite(str(folder / f"{number}.png"), scenery(seed))
        line = {"image": f"{number}.png", "objects": [{"label": label, "box": BOX}]}
        lines.append(json.dumps(line | ({"clip": clip} if clip else {})))
    (folder / "labels.jsonl").write_text("\n".join(lines) + "\n")
    return folder
