"""Scenes and their labelled plates against what a lane found: texts, boxes, plates where none is labelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import supervision as sv
from numpy.typing import NDArray
from pydantic import JsonValue

from benchmarks.labels import read_picture
from benchmarks.options import Progress
from benchmarks.plate_labels import PlatePicture
from benchmarks.plate_lanes import FoundPlate, Look, SceneLane
from benchmarks.plate_texts import TextPair, is_exact, nearest, share, text_metrics
from benchmarks.result import Metrics
from benchmarks.timing import percentiles_ms
from vision.types import FloatArray

WARM_UPS = 3
FOUND_IOU = 0.5
FALSE_IOU = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class SceneScore:
    """What a lane made of one scene.

    Attributes:
        pairs: of every plate with a labelled text, the nearest text that was read anywhere in the picture.
        accepted: of every such plate, the nearest text that a gate would act on.
        found: (N,) bool of the labelled boxes: whether a plate of its own covers it.
        false: accepted plates that touch no labelled one; None where the labels do not place every plate.
        kind: wanted and got, where the picture states the kind of its first plate.
        look: what the lane found, and its times.
    """

    pairs: tuple[TextPair, ...]
    accepted: tuple[TextPair, ...]
    found: NDArray[np.bool_]
    false: tuple[FoundPlate, ...] | None
    kind: tuple[str, str | None] | None
    look: Look


@dataclass(frozen=True, slots=True)
class SceneRun:
    """What one lane made of all scenes, in their order."""

    finds_plates: bool
    scores: list[SceneScore] = field(default_factory=list)


def look_in_turn(
    lanes: Mapping[str, SceneLane], pictures: Sequence[PlatePicture], progress: Progress
) -> dict[str, SceneRun]:
    """Every scene by every lane, one after the other, after a few warm-ups on the first.

    Raises:
        NotAnImage: a picture cannot be read.
    """
    runs = {name: SceneRun(lane.finds_plates) for name, lane in lanes.items()}
    for number, picture in enumerate(progress(pictures, "looking for plates")):
        image = read_picture(picture.image)
        for name, lane in lanes.items():
            for _ in range(WARM_UPS if number == 0 else 0):
                lane.look(picture.image, image)
            runs[name].scores.append(score_scene(picture, lane.look(picture.image, image)))
    return runs


def score_scene(picture: PlatePicture, look: Look) -> SceneScore:
    """One scene's plates against its labels."""
    accepted = [plate.text for plate in look.plates if plate.accepted]
    overlaps = _overlaps(picture.boxes, look.plates)
    return SceneScore(
        pairs=tuple(TextPair(text, nearest(text, look.texts)) for text in picture.texts),
        accepted=tuple(TextPair(text, nearest(text, accepted)) for text in picture.texts),
        found=_found(overlaps),
        false=_false(overlaps, look.plates) if picture.places_every_plate else None,
        kind=_kind(picture, look),
        look=look,
    )


def scene_metrics(run: SceneRun) -> Metrics:
    """The contract's metrics of one lane; None where the labels, or the lane, do not tell."""
    pairs = [pair for score in run.scores for pair in score.pairs]
    accepted = [pair for score in run.scores for pair in score.accepted]
    looks = [score.look for score in run.scores]
    return {
        **text_metrics(pairs),
        "exact_accepted": share(accepted, is_exact) if run.finds_plates else None,
        **(_plate_metrics(run.scores) if run.finds_plates else {}),
        **percentiles_ms([look.detect_s for look in looks if look.detect_s is not None], "detect_ms"),
        **percentiles_ms([seconds for look in looks for seconds in look.read_s], "read_ms"),
        **percentiles_ms([look.seconds for look in looks]),
    }


def kinds_of(scores: Sequence[SceneScore]) -> list[tuple[str, str | None]]:
    """Wanted and got of the scenes whose kind is labelled."""
    return [score.kind for score in scores if score.kind is not None]


def _plate_metrics(scores: Sequence[SceneScore]) -> Metrics:
    found = np.concatenate([score.found for score in scores])
    placed = [score.false for score in scores if score.false is not None]
    kinds = kinds_of(scores)
    metrics: dict[str, JsonValue] = {
        "recall_iou50": round(float(found.mean()), 4) if len(found) else None,
        "false_plates": sum(len(false) for false in placed) if placed else None,
        "false_plates_per_image": round(sum(len(false) for false in placed) / len(placed), 4) if placed else None,
    }
    if any(got is not None for _, got in kinds):
        metrics["kind_accuracy"] = round(sum(wanted == got for wanted, got in kinds) / len(kinds), 4)
    return metrics


def _overlaps(boxes: FloatArray, plates: Sequence[FoundPlate]) -> FloatArray:
    """(plates, boxes) intersections over union."""
    found = np.asarray([plate.xyxy for plate in plates], np.float32).reshape(-1, 4)
    if not len(found) or not len(boxes):
        return np.zeros((len(found), len(boxes)), np.float32)
    overlaps: FloatArray = np.asarray(sv.box_iou_batch(found, boxes), np.float32)
    return overlaps


def _found(overlaps: FloatArray) -> NDArray[np.bool_]:
    """Whether each box has a plate of its own: the most certain plate first takes the free box it covers best."""
    found = np.zeros(overlaps.shape[1], np.bool_)
    for row in overlaps if found.size else ():
        free = np.where(found, 0.0, row)
        if free.max() >= FOUND_IOU:
            found[free.argmax()] = True
    return found


def _false(overlaps: FloatArray, plates: Sequence[FoundPlate]) -> tuple[FoundPlate, ...]:
    apart = overlaps.max(axis=1, initial=0.0) < FALSE_IOU
    return tuple(plate for plate, alone in zip(plates, apart, strict=True) if plate.accepted and alone)


def _kind(picture: PlatePicture, look: Look) -> tuple[str, str | None] | None:
    """The labelled kind, and that of the legible plate whose text is nearest to the first labelled one."""
    if picture.kind is None or not picture.texts:
        return None
    text = nearest(picture.texts[0], look.texts)
    return picture.kind, next((plate.kind for plate in look.plates if text and plate.text == text), None)
