"""The benchmark `face-detection`: which labelled faces a detector finds, what else it reports, how long it takes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from benchmarks.detector_file import list_detector_file
from benchmarks.labels import LabelledPicture, read_labels, read_picture
from benchmarks.options import BenchOptions
from benchmarks.result import Metrics, Result, UsedModel, this_machine
from benchmarks.timing import percentiles_ms, timed
from models.faces.detector import FaceDetector
from models.faces.open import open_detector
from vision.preprocess import letterbox
from vision.types import FloatArray, Image

HEIGHTS = (20, 40, 80, 160)
FOUND_IOU = 0.5
FALSE_IOU = 0.3
WARM_UPS = 5


@dataclass(frozen=True, slots=True, eq=False)
class PictureScore:
    """What a detector made of one picture.

    Attributes:
        heights: (N,) of the labelled faces, pixels.
        found: (N,) bool: whether a detection of its own covers the face.
        false: detections that are near no labelled face.
        seconds: the detector's time.
    """

    heights: FloatArray
    found: NDArray[np.bool_]
    false: int
    seconds: float


def run(
    options: BenchOptions,
    *,
    detector: str = "mtcnn",
    min_face: int | None = None,
    size_wh: tuple[int, int] | None = None,
) -> Result:
    """Measure one detector of the manifests on the labelled pictures of `options.data`.

    Args:
        detector: id of the model, or an ONNX file of a family that has an adapter.
        min_face: smallest face looked for, in pixels; None is the detector's default.
        size_wh: every picture (and its labels) is fitted into this size first, the rest grey; None leaves it.

    Raises:
        ConfigurationError: no data folder, no such model, a peer (there is none).
        BadInput: labels or pictures that cannot be read.
    """
    options.check_peers(())
    catalogue = options.open_catalogue()
    if detector.endswith(".onnx"):
        detector = list_detector_file(catalogue, Path(detector))
    opened = open_detector(catalogue, detector, min_face)
    pictures = read_labels(options.data_folder, options.limit, options.seed)
    threads_before = cv2.getNumThreads()
    # Resizing and sampling count too: "one thread" is one thread for them as well.
    cv2.setNumThreads(options.threads)
    try:
        scores = list(_measure(opened, options.progress(pictures, "detecting faces"), size_wh))
    finally:
        cv2.setNumThreads(threads_before)
    return Result(
        benchmark="face-detection",
        command=options.command,
        models=(UsedModel.of(catalogue.manifest.get(detector)),),
        machine=this_machine(options.provider, options.threads),
        n=len(scores),
        metrics=summary(scores),
        conditions={
            "detector": detector,
            "min_face_px": min_face or "default",
            "size": f"fitted into {size_wh[0]}x{size_wh[1]}" if size_wh else "as stored",
            "warm_ups": WARM_UPS,
            "labelled_faces": {str(height): _taller(scores, height) for height in HEIGHTS},
        },
    )


def score_picture(faces: sv.Detections, labels: FloatArray, seconds: float = 0.0) -> PictureScore:
    """One picture's faces against its labels (N, 4).

    The best detection first takes the free label it covers best, from an intersection over union of 0.5 on, so that one
    detection never finds two faces. A detection is false below 0.3 with every label, however small the labelled face.
    """
    found = np.zeros(len(labels), dtype=np.bool_)
    heights = labels[:, 3] - labels[:, 1]
    if not len(labels) or not len(faces):
        return PictureScore(heights, found, len(faces), seconds)
    overlaps = sv.box_iou_batch(np.asarray(faces.xyxy), labels)
    for row in np.argsort(-np.asarray(faces.confidence), kind="stable"):
        free = np.where(found, 0.0, overlaps[row])
        if free.max() >= FOUND_IOU:
            found[free.argmax()] = True
    return PictureScore(heights, found, int((overlaps.max(axis=1) < FALSE_IOU).sum()), seconds)


def summary(scores: Sequence[PictureScore]) -> Metrics:
    """The contract's metrics; recall is None at a height that no labelled face reaches."""
    heights = np.concatenate([score.heights for score in scores])
    found = np.concatenate([score.found for score in scores])
    recall: Metrics = {}
    for height in HEIGHTS:
        tall = heights >= height
        recall[str(height)] = round(float(found[tall].mean()), 4) if tall.any() else None
    return {
        "recall_by_height": recall,
        "false_per_image": round(sum(score.false for score in scores) / len(scores), 4),
        **percentiles_ms([score.seconds for score in scores]),
    }


def _measure(
    detector: FaceDetector, pictures: Iterable[LabelledPicture], size_wh: tuple[int, int] | None
) -> Iterator[PictureScore]:
    for number, picture in enumerate(pictures):
        image, labels = _sized(read_picture(picture.image), picture.face_boxes, size_wh)
        for _ in range(WARM_UPS if number == 0 else 0):
            detector.detect(image)
        seconds, faces = timed(partial(detector.detect, image))
        yield score_picture(faces, labels, seconds)


def _sized(image: Image, boxes: FloatArray, size_wh: tuple[int, int] | None) -> tuple[Image, FloatArray]:
    if size_wh is None:
        return image, boxes
    canvas, placement = letterbox(image, size_wh)
    return canvas, placement.to_canvas(boxes.reshape(-1, 2, 2)).reshape(-1, 4)


def _taller(scores: Sequence[PictureScore], height: int) -> int:
    return sum(int((score.heights >= height).sum()) for score in scores)
