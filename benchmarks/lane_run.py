"""Pictures of one labelled person each through the face lane: found, embedded, timed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import supervision as sv

from benchmarks.labels import FacePair, read_picture
from benchmarks.options import Progress
from benchmarks.recognisers import Recogniser
from benchmarks.timing import timed
from benchmarks.verification import PairScores
from models.faces.detector import FaceDetector
from vision.types import FloatArray, Image

WARM_UPS = 3


@dataclass(slots=True)
class LaneRun:
    """What came out, and how long each step took.

    Attributes:
        vectors: recogniser -> picture -> its vector; pictures without a face are missing.
        failed: pictures in which no face was found.
        detect_s: seconds of every detection.
        align_s: recogniser -> seconds of cutting the chips of every face.
        embed_s: recogniser -> seconds of every embedding.
    """

    vectors: dict[str, dict[Path, FloatArray]]
    align_s: dict[str, list[float]]
    embed_s: dict[str, list[float]]
    failed: list[Path] = field(default_factory=list)
    detect_s: list[float] = field(default_factory=list)


def embed_pictures(
    detector: FaceDetector, recognisers: Mapping[str, Recogniser], pictures: Sequence[Path], progress: Progress
) -> LaneRun:
    """Every picture through the detector and then through every recogniser in turn, after a few warm-ups.

    Raises:
        NotAnImage: a picture cannot be read.
    """
    for path in pictures[:WARM_UPS]:
        _embed(_empty(recognisers), detector, recognisers, path)
    run = _empty(recognisers)
    for path in progress(pictures, "pictures through the lane"):
        _embed(run, detector, recognisers, path)
    return run


def labelled_face(faces: sv.Detections, image: Image) -> int | None:
    """The index of the face that a picture of one person is about; None where there is none.

    It is the largest of those that hold the middle of the picture (LFW's pictures are cut around the person), else
    the one nearest to the middle.
    """
    if len(faces) == 0:
        return None
    middle = np.array([image.shape[1], image.shape[0]]) / 2
    low, high = faces.xyxy[:, :2], faces.xyxy[:, 2:]
    away = np.linalg.norm(np.maximum(np.maximum(low - middle, middle - high), 0), axis=1)
    areas = np.prod(high - low, axis=1)
    return int(np.lexsort((-areas, away))[0])


def pair_scores(
    pairs: Sequence[FacePair], vectors: Mapping[Path, FloatArray], recogniser: Recogniser, threshold: float | None
) -> PairScores:
    """The similarity of every pair; a pair with a picture without a face scores -1, as it can never match."""
    score = np.full(len(pairs), -1.0, np.float32)
    found = [i for i, pair in enumerate(pairs) if pair.image_a in vectors and pair.image_b in vectors]
    if found:
        a = np.stack([vectors[pairs[i].image_a] for i in found])
        b = np.stack([vectors[pairs[i].image_b] for i in found])
        score[found] = recogniser.similarity(a, b)
    return PairScores(
        score=score,
        same=np.array([pair.same for pair in pairs]),
        fold=np.array([pair.fold for pair in pairs]),
        threshold=threshold,
    )


def _empty(recognisers: Mapping[str, Recogniser]) -> LaneRun:
    return LaneRun(
        vectors={name: {} for name in recognisers},
        align_s={name: [] for name in recognisers},
        embed_s={name: [] for name in recognisers},
    )


def _embed(run: LaneRun, detector: FaceDetector, recognisers: Mapping[str, Recogniser], path: Path) -> None:
    image = read_picture(path)
    seconds, faces = timed(lambda: detector.detect(image))
    run.detect_s.append(seconds)
    index = labelled_face(faces, image)
    if index is None:
        run.failed.append(path)
        return
    landmarks: FloatArray = faces.data["landmarks"][index]
    for name, recogniser in recognisers.items():
        align_s, embed = timed(partial(recogniser.prepared, image, landmarks))
        embed_s, vector = timed(embed)
        run.align_s[name].append(align_s)
        run.embed_s[name].append(embed_s)
        run.vectors[name][path] = vector
