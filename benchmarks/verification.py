"""Verification metrics from pair scores: accuracy by fold, error rates at a threshold, the points of a DET curve.

A pair matches when its score reaches the threshold, here as in a gate.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.calibration import threshold_at_fmr
from vision.errors import BadArray
from vision.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PairScores:
    """Similarities of pairs.

    Attributes:
        score: (N,) float32, higher is more alike.
        same: (N,) bool: whether both pictures show one person.
        fold: (N,) integers.
        threshold: the shipped one, where the model is calibrated; drawn in the report.
    """

    score: FloatArray
    same: NDArray[np.bool_]
    fold: NDArray[np.intp]
    threshold: float | None = None

    @property
    def genuine(self) -> FloatArray:
        """Scores of the pairs of one person."""
        return self.score[self.same]

    @property
    def impostor(self) -> FloatArray:
        """Scores of the pairs of two persons."""
        return self.score[~self.same]


@dataclass(frozen=True, slots=True)
class FoldAccuracy:
    """Accuracy of each fold at the threshold that was best on the others.

    Attributes:
        mean: over the folds.
        std: standard deviation over the folds (population).
        by_fold: fold -> accuracy.
        thresholds: fold -> the threshold it was judged with.
    """

    mean: float
    std: float
    by_fold: dict[int, float]
    thresholds: dict[int, float]


def accuracy_by_fold(scores: PairScores) -> FoldAccuracy:
    """Accuracy of every fold, with its threshold from the other folds.

    Raises:
        BadArray: fewer than two folds.
    """
    folds = [int(fold) for fold in np.unique(scores.fold)]
    if len(folds) < 2:
        raise BadArray(f"wanted at least two folds, to take a threshold from the others, got {folds}")
    by_fold: dict[int, float] = {}
    thresholds: dict[int, float] = {}
    for fold in folds:
        inside = scores.fold == fold
        thresholds[fold] = best_threshold(scores.score[~inside], scores.same[~inside])
        by_fold[fold] = float(np.mean(_matches(scores.score[inside], thresholds[fold]) == scores.same[inside]))
    values = list(by_fold.values())
    return FoldAccuracy(float(np.mean(values)), float(np.std(values)), by_fold, thresholds)


def best_threshold(score: FloatArray, same: NDArray[np.bool_]) -> float:
    """The threshold of the highest accuracy, midway between two scores; of several, the middle one.

    Raises:
        BadArray: no scores.
    """
    if score.size == 0:
        raise BadArray("wanted scores to choose a threshold from, got none")
    levels = np.unique(score.astype(np.float64))
    candidates = np.concatenate([[levels[0]], (levels[:-1] + levels[1:]) / 2, [np.nextafter(levels[-1], np.inf)]])
    genuine = np.sort(score[same].astype(np.float64))
    impostor = np.sort(score[~same].astype(np.float64))
    accepted = genuine.size - np.searchsorted(genuine, candidates)
    right = accepted + np.searchsorted(impostor, candidates)
    best = np.flatnonzero(right == right.max())
    return float(candidates[best[best.size // 2]])


def fmr_at(scores: PairScores, threshold: float) -> float:
    """The share of impostor pairs that match.

    Raises:
        BadArray: no impostor pairs.
    """
    return _share(_matches(scores.impostor, threshold), "impostor")


def fnmr_at(scores: PairScores, threshold: float) -> float:
    """The share of genuine pairs that do not match.

    Raises:
        BadArray: no genuine pairs.
    """
    return _share(~_matches(scores.genuine, threshold), "genuine")


def fnmr_at_fmr(scores: PairScores, fmr: float) -> float:
    """FNMR at the ceil(fmr x n)-th highest impostor score as threshold.

    Raises:
        BadArray: no genuine or no impostor pairs.
    """
    return fnmr_at(scores, threshold_at_fmr(scores.impostor, fmr))


def det_points(scores: PairScores) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """FMR and FNMR at every impostor score as threshold, FMR rising.

    Raises:
        BadArray: no genuine or no impostor pairs.
    """
    if scores.impostor.size == 0 or scores.genuine.size == 0:
        raise BadArray(
            f"wanted both kinds of pairs, got {scores.genuine.size} genuine, {scores.impostor.size} impostor"
        )
    thresholds = np.unique(scores.impostor)[::-1]
    impostor, genuine = np.sort(scores.impostor), np.sort(scores.genuine)
    fmr = 1.0 - np.searchsorted(impostor, thresholds) / impostor.size
    fnmr = np.searchsorted(genuine, thresholds) / genuine.size
    return fmr, fnmr


def _matches(score: FloatArray, threshold: float) -> NDArray[np.bool_]:
    # numpy would round the threshold to float32; a gate compares in double precision.
    reached: NDArray[np.bool_] = score.astype(np.float64) >= threshold
    return reached


def _share(hits: NDArray[np.bool_], kind: str) -> float:
    if hits.size == 0:
        raise BadArray(f"wanted {kind} pairs, got none")
    return float(np.mean(hits))
