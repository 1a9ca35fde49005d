"""Scenes as files: pictures and `labels.jsonl`, one line a picture."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.training.scenes.scene import Scene
from vision.plate_alphabet import PlateKind
from vision.plate_detection import LAYOUTS

LABELS = "labels.jsonl"
_JPEG_QUALITY = 94
_DOUBLE: frozenset[PlateKind] = frozenset(
    {"yellow_double", "armed_police_double", "agricultural_double", "latin_double"}
)


def layout_of(kind: PlateKind) -> int:
    """The index into LAYOUTS of a kind's lines."""
    return LAYOUTS.index("double" if kind in _DOUBLE else "single")


def save_scene(folder: Path, name: str, scene: Scene) -> None:
    """Write the picture and add its line to the labels; `folder` exists."""
    path = folder / f"{name}.jpg"
    cv2.imwrite(str(path), scene.image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    with (folder / LABELS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(label_of(path.name, scene)) + "\n")


def label_of(image: str, scene: Scene) -> dict[str, Any]:
    """A scene's line."""
    plates = [{"corners": _rounded(plate.corners), "kind": plate.kind, "exact": plate.exact} for plate in scene.plates]
    return {"image": image, "plates": plates, "unknown": _rounded(scene.unknown)}


def _rounded(array: np.ndarray[Any, np.dtype[np.float32]]) -> list[Any]:
    rounded: list[Any] = np.round(array.astype(float), 2).tolist()
    return rounded
