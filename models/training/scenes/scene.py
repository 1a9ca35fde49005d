"""A scene while it is put together: panels are set into it, plates that nobody could see are let go."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.scenes.light import matched
from models.training.scenes.panels import Panel, SetPlate, mapped, outline, paste, seen_from
from vision.types import FloatArray, Image

# Grey values by which what is on a plate differs from it, below which nobody would see the plate.
_LEAST_CONTRAST = 7.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture with what is known about it.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        plates: all plates that were set or are labelled.
        unknown: (N, 4) float32 boxes in which unlabelled plates may lie.
    """

    image: Image
    plates: tuple[SetPlate, ...]
    unknown: FloatArray


def set_panel(rng: np.random.Generator, scene: Scene, panel: Panel, centre: NDArray[np.floating], long: float) -> Scene:
    """The scene with the panel in perspective, its first plate (or itself) `long` pixels wide and centred.

    Where it would cover a plate that is there already, the very same scene comes back.
    """
    angles = rng.normal(0, (16, 10, 6)) if rng.random() < 0.8 else rng.uniform(-1, 1, 3) * (50, 30, 25)
    scale = long / (panel.plates[0].width if panel.plates else panel.size_wh[0])
    quad = seen_from(panel.size_wh, angles, centre, panel.size_wh[0] * scale)
    if panel.plates:
        plane = cv2.getPerspectiveTransform(outline(panel.size_wh), quad)
        quad = quad + (centre - mapped(panel.plates[0].corners, plane).mean(axis=0)).astype(np.float32)
    if _meets(scene.plates, quad):
        return scene
    panel = replace(panel, image=matched(rng, panel.image, cut_out(scene.image, quad)))
    image, plates = paste(scene.image, panel, quad)
    return replace(scene, image=image, plates=scene.plates + plates)


def without_unseen(scene: Scene) -> Scene:
    """The scene with plates that night or glare has swallowed counted as unknown."""
    grey = cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY)
    seen, unseen = [], []
    for plate in scene.plates:
        cut = cut_out(grey, plate.corners)
        if cut.size and float(cut.std()) >= _LEAST_CONTRAST:
            seen.append(plate)
        elif cut.size:
            unseen.append([*plate.corners.min(axis=0), *plate.corners.max(axis=0)])
    unknown = np.vstack([scene.unknown, np.array(unseen, dtype=np.float32).reshape(-1, 4)])
    return replace(scene, plates=tuple(seen), unknown=unknown)


def _meets(plates: tuple[SetPlate, ...], quad: FloatArray) -> bool:
    low, high = quad.min(axis=0), quad.max(axis=0)
    boxes = ((plate.corners.min(axis=0), plate.corners.max(axis=0)) for plate in plates)
    return any((high > other_low).all() and (low < other_high).all() for other_low, other_high in boxes)


def covers_stamp(scene: Scene) -> bool:
    """Whether a plate lies where cameras write."""
    height = scene.image.shape[0]
    return any(
        plate.corners[:, 1].min() < 0.16 * height or plate.corners[:, 1].max() > 0.85 * height for plate in scene.plates
    )


def cut_out(image: Image, quad: FloatArray) -> Image:
    """The upright box around `quad`, as far as it lies in the picture."""
    left, top = np.maximum(quad.min(axis=0), 0).astype(int)
    right, bottom = np.maximum(quad.max(axis=0), 0).astype(int)
    return image[top:bottom, left:right]


def painted_over(image: Image, corners: FloatArray) -> Image:
    """The picture without the plate at `corners`: filled in from around."""
    middle = corners.mean(axis=0)
    grown = (corners - middle) * 1.2 + middle
    mask = np.zeros(image.shape[:2], dtype=np.uint8)
    cv2.fillConvexPoly(mask, np.round(grown).astype(np.int32), 255)
    reach = (grown - middle) * 1.3 + middle
    left, top = np.maximum(reach.min(axis=0), 0).astype(int)
    right, bottom = np.maximum(reach.max(axis=0), 1).astype(int)
    filled = image.copy()
    window = filled[top:bottom, left:right]
    if window.size:
        # Small pictures are filled in fast, and what is filled in is smooth anyway.
        size = (min(96, window.shape[1]), min(48, window.shape[0]))
        few = cv2.inpaint(
            cv2.resize(window, size, interpolation=cv2.INTER_AREA),
            cv2.resize(mask[top:bottom, left:right], size, interpolation=cv2.INTER_NEAREST), 3, cv2.INPAINT_TELEA,
        )  # fmt: skip
        smooth = cv2.resize(few, window.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        np.copyto(window, smooth, where=mask[top:bottom, left:right, None] > 0)
    return filled
