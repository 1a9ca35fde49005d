"""Training pictures: parts of rendered scenes, turned, scaled and lit by chance, with what is known about them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.scenes.folder import LABELS, layout_of
from models.training.scenes.panels import mapped
from vision.errors import ConfigurationError
from vision.plate_detection import enclosing_boxes
from vision.types import FloatArray, Image

FILL = 114
# A plate in the part that is looked at is this wide, pixels; the smallest are learnt as "maybe".
_WIDTHS_PX = (24.0, 460.0)
_LARGEST_SCALE = 1.6
# A scene covers so much of the picture's side at least, on the mean of both directions: the rest would teach nothing.
_LEAST_COVER = 0.8
_FOCUS = 0.8
_TURNED = 0.3
_TURN_DEG = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One picture.

    Attributes:
        picture: (side, side, 3) uint8 BGR.
        corners: (N, 4, 2) float32 pixels; may lie beyond the border.
        layouts: (N,) index into LAYOUTS.
        exact: (N,) whether the corners are more than those of an upright box.
        unknown: (M, 4) float32 boxes where a plate may be that is not among these.
    """

    picture: Image
    corners: FloatArray
    layouts: NDArray[np.int64]
    exact: NDArray[np.bool_]
    unknown: FloatArray


class SceneFolder:
    """Rendered scenes of one folder; pictures that were seen once stay in memory.

    Raises:
        ConfigurationError: no labels or no pictures there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        lines = (folder / LABELS).read_text(encoding="utf-8").splitlines()
        if not lines:
            raise ConfigurationError(f"{folder / LABELS}: wanted scenes, got none")
        self._rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
        self._pictures: dict[int, Image] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def whole(self, index: int) -> Sample:
        """A scene as it was rendered."""
        row = self._rows[index]
        if index not in self._pictures:
            self._pictures[index] = _read(self._folder / row["image"])
        plates = row["plates"]
        return Sample(
            self._pictures[index],
            np.array([plate["corners"] for plate in plates], np.float32).reshape(-1, 4, 2),
            np.array([layout_of(plate["kind"]) for plate in plates], np.int64),
            np.array([plate["exact"] for plate in plates], np.bool_),
            np.array(row["unknown"], np.float32).reshape(-1, 4),
        )

    def draw(self, rng: np.random.Generator, side: int) -> Sample:
        """A part of one scene as a square picture."""
        scene = self.whole(int(rng.integers(len(self._rows))))
        focus = int(rng.integers(len(scene.corners))) if len(scene.corners) else None
        height, width = scene.picture.shape[:2]
        scale = _scale(rng, scene, focus, side)
        if scale < 1:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            small = cv2.resize(scene.picture, size, interpolation=cv2.INTER_AREA)
            scene = _seen(scene, small, np.diag([size[0] / width, size[1] / height, 1.0]))
            scale = 1.0
        transform = _placing(rng, scene, focus, scale, side)
        by_centres = transform[:2].copy()
        # cv2 counts from the centre of pixel 0, half a pixel inside the picture.
        by_centres[:, 2] += transform[:2, :2] @ (0.5, 0.5) - 0.5
        cut = cv2.warpAffine(
            scene.picture, by_centres, (side, side), flags=cv2.INTER_LINEAR, borderValue=(FILL, FILL, FILL)
        )
        return _seen(scene, _recoloured(rng, cut), transform)


def tiled(samples: Sequence[Sample], keep: Callable[[Sample, FloatArray], bool]) -> Sample:
    """Four square samples of one size as one, two by two: more plates to learn from in as many pixels.

    Args:
        keep: whether a sample's plate is whole; others become unknown, because a seam cuts them.
    """
    side = samples[0].picture.shape[0]
    moved = [
        _seen(_whole(sample, keep), sample.picture, np.array([(1, 0, x), (0, 1, y), (0, 0, 1)], float))
        for sample, (y, x) in zip(samples, ((0, 0), (0, side), (side, 0), (side, side)), strict=True)
    ]
    first, second, third, fourth = (sample.picture for sample in samples)
    return Sample(
        np.vstack([np.hstack([first, second]), np.hstack([third, fourth])]),
        np.concatenate([sample.corners for sample in moved]),
        np.concatenate([sample.layouts for sample in moved]),
        np.concatenate([sample.exact for sample in moved]),
        np.concatenate([sample.unknown for sample in moved]),
    )


def _whole(sample: Sample, keep: Callable[[Sample, FloatArray], bool]) -> Sample:
    """The sample with the plates that are not kept as unknown boxes, as far as they lie in the picture."""
    kept = np.array([keep(sample, corners) for corners in sample.corners], np.bool_)
    lost = enclosing_boxes(sample.corners[~kept])
    unknown = np.vstack([sample.unknown, lost]).clip(0, sample.picture.shape[0])
    return Sample(sample.picture, sample.corners[kept], sample.layouts[kept], sample.exact[kept], unknown)


def _read(path: Path) -> Image:
    picture: Image | None = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ConfigurationError(f"{path}: wanted a picture")
    return picture


def _scale(rng: np.random.Generator, scene: Sample, focus: int | None, side: int) -> float:
    """How much larger the scene is shown: so that the plate in focus has any width as often as any other."""
    height, width = scene.picture.shape[:2]
    low, high = _LEAST_COVER * side / float(np.sqrt(height * width)), _LARGEST_SCALE
    if focus is None or rng.random() > _FOCUS:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))
    top = scene.corners[focus, 1] - scene.corners[focus, 0]
    wanted = np.exp(rng.uniform(np.log(_WIDTHS_PX[0]), np.log(min(_WIDTHS_PX[1], side * 0.95))))
    return float(np.clip(wanted / max(float(np.hypot(*top)), 1.0), low, high))


def _placing(
    rng: np.random.Generator, scene: Sample, focus: int | None, scale: float, side: int
) -> NDArray[np.float64]:
    """The transform (3, 3) of the scene into the square."""
    height, width = scene.picture.shape[:2]
    turn = np.deg2rad(rng.uniform(-_TURN_DEG, _TURN_DEG)) if rng.random() < _TURNED else 0.0
    linear = scale * np.array([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])
    if focus is None:
        anchor = rng.random(2) * (width, height)
        target = np.array([side, side]) * 0.5
    else:
        anchor = scene.corners[focus].mean(axis=0)
        reach = np.ptp(scene.corners[focus], axis=0) * scale / 2
        target = np.clip(rng.random(2) * side, np.minimum(reach, side / 2), np.maximum(side - reach, side / 2))
    # Keep as much of the square as possible inside the scene, but not always: letterboxes have borders too.
    shift = target - linear @ anchor
    if rng.random() < 0.85:
        room = np.array([side, side]) - np.array([width, height]) * scale
        shift = np.clip(shift, np.minimum(room, 0), np.maximum(room, 0))
    return np.vstack([np.column_stack([linear, shift]), [0, 0, 1]])


def _seen(sample: Sample, picture: Image, transform: NDArray[np.float64]) -> Sample:
    """The sample with another picture of it and its labels moved accordingly."""
    left, top, right, bottom = sample.unknown.T
    outlines = np.stack([left, top, right, top, right, bottom, left, bottom], axis=1).reshape(-1, 4, 2)
    moved = mapped(outlines, transform)
    unknown = np.hstack([moved.min(axis=1), moved.max(axis=1)]) if len(moved) else sample.unknown
    return Sample(picture, mapped(sample.corners, transform), sample.layouts, sample.exact, unknown)


def _recoloured(rng: np.random.Generator, picture: Image) -> Image:
    """The picture with another contrast, brightness and white balance; sometimes grey."""
    if rng.random() < 0.4:
        return picture
    gain = np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.06, 3))
    offset = rng.normal(0, 12)
    tables = np.clip(np.arange(256)[:, None] * gain + offset, 0, 255).astype(np.uint8)
    changed: Image = cv2.LUT(picture, tables[None])
    if rng.random() < 0.08:
        changed = cv2.cvtColor(cv2.cvtColor(changed, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return changed
