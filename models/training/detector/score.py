"""How well a detector does on rendered scenes that it was not trained on, and the threshold that follows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import supervision as sv
from numpy.typing import NDArray

from models.training.detector.samples import Sample, SceneFolder
from models.training.detector.targets import LEAST_VISIBLE, longer_side, visible_share
from vision.plate_detection import enclosing_boxes
from vision.types import FloatArray, Image

SAME_PLATE = 0.5
# Plates from here on must be found; smaller ones may be.
_ASKED_PX = 36.0


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What a detector said about many scenes.

    Attributes:
        scenes, plates: how many there were; plates that are asked for.
        found: (F,) confidence with which a plate was found.
        errors: (F,) mean distance of its corners as a share of the plate's longer side.
        layouts: (F,) whether its number of lines is right.
        false: confidence of what is no plate.
    """

    scenes: int
    plates: int
    found: FloatArray
    errors: FloatArray
    layouts: NDArray[np.bool_]
    false: FloatArray

    def recall(self, threshold: float) -> float:
        """The share of plates found at that confidence."""
        return float((self.found >= threshold).sum() / max(1, self.plates))

    def false_per_scene(self, threshold: float) -> float:
        """False plates a scene at that confidence."""
        return float((self.false >= threshold).sum() / max(1, self.scenes))

    def threshold(self, false_per_scene: float) -> float:
        """The lowest confidence with so few false plates a scene, in steps of 0.01."""
        steps = np.arange(0.05, 1.0, 0.01)
        return next((float(step) for step in steps if self.false_per_scene(step) <= false_per_scene), 1.0)


def score(detect: Callable[[Image], sv.Detections], scenes: SceneFolder) -> Findings:
    """A detector's findings on all scenes; its own threshold bounds what can be seen here from below."""
    rows: list[tuple[float, float, bool]] = []
    false: list[float] = []
    plates = 0
    for index in range(len(scenes)):
        sample = scenes.whole(index)
        asked = _asked(sample)
        plates += int(asked.sum())
        detections = detect(sample.picture)
        matched = _matches(detections, sample)
        for number, confidence in enumerate(np.asarray(detections.confidence)):
            plate = matched[number]
            if plate is None:
                false.append(float(confidence))
            elif plate >= 0 and asked[plate]:
                right = bool(np.asarray(detections.class_id)[number] == sample.layouts[plate])
                rows.append(
                    (float(confidence), _corner_error(detections.data["landmarks"][number], sample, plate), right)
                )
    found, errors, layouts = (np.array(column) for column in zip(*rows, strict=True)) if rows else np.empty((3, 0))
    return Findings(
        len(scenes),
        plates,
        found.astype(np.float32),
        errors.astype(np.float32),
        layouts.astype(np.bool_),
        np.array(false, np.float32),
    )


def _asked(sample: Sample) -> NDArray[np.bool_]:
    """Which plates are large and whole enough that they must be found."""
    size_wh = (sample.picture.shape[1], sample.picture.shape[0])
    return np.array(
        [longer_side(one) >= _ASKED_PX and visible_share(one, size_wh) >= LEAST_VISIBLE for one in sample.corners],
        np.bool_,
    )


def _matches(detections: sv.Detections, sample: Sample) -> list[int | None]:
    """For each detection, best first: its plate, -1 where nothing is known or the plate is taken, None: no plate."""
    boxes = np.asarray(detections.xyxy)
    overlaps = sv.box_iou_batch(enclosing_boxes(sample.corners), boxes) if len(sample.corners) else None
    taken: set[int] = set()
    matches: list[int | None] = []
    for number, box in enumerate(boxes):
        best = int(overlaps[:, number].argmax()) if overlaps is not None else -1
        overlap = float(overlaps[best, number]) if overlaps is not None else 0.0
        if overlap >= SAME_PLATE and best not in taken:
            taken.add(best)
            matches.append(best)
        else:
            centre = (box[:2] + box[2:]) / 2
            unknown = ((sample.unknown[:, :2] <= centre) & (centre <= sample.unknown[:, 2:])).all(axis=1).any()
            # A second look at a small or cut plate is no false plate.
            near = overlap > 0.1 and not _asked(sample)[best]
            matches.append(-1 if unknown or near else None)
    return matches


def _corner_error(corners: FloatArray, sample: Sample, plate: int) -> float:
    wanted = sample.corners[plate]
    return float(np.linalg.norm(corners - wanted, axis=1).mean() / longer_side(wanted))
