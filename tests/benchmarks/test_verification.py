"""Verification metrics on a handful of scores, worked out by hand."""

import numpy as np
import pytest

from benchmarks.verification import (
    PairScores,
    accuracy_by_fold,
    best_threshold,
    det_points,
    fmr_at,
    fnmr_at,
    fnmr_at_fmr,
)
from vision.errors import BadArray


def pairs(genuine: list[float], impostor: list[float], fold: list[int] | None = None) -> PairScores:
    score = np.array(genuine + impostor, np.float32)
    same = np.array([True] * len(genuine) + [False] * len(impostor), bool)
    return PairScores(score, same, np.array(fold or [0] * score.size, np.intp))


def test_the_best_threshold_lies_midway_between_separated_scores() -> None:
    scores = pairs([0.8, 0.9], [0.2, 0.4])
    # 0.4 is the highest impostor, 0.8 the lowest genuine score: (0.4 + 0.8) / 2
    assert best_threshold(scores.score, scores.same) == pytest.approx(0.6)


def test_the_best_threshold_accepts_one_error_rather_than_two() -> None:
    scores = pairs([0.3, 0.7, 0.8], [0.1, 0.4, 0.5])
    # above 0.5: one genuine pair (0.3) is lost; above 0.1: two impostors (0.4, 0.5) come in
    assert best_threshold(scores.score, scores.same) == pytest.approx(0.6)


def test_the_best_threshold_may_refuse_everything() -> None:
    scores = pairs([], [0.2, 0.9])
    assert best_threshold(scores.score, scores.same) > float(np.float32(0.9))


def test_the_best_threshold_may_accept_everything() -> None:
    scores = pairs([0.2, 0.9], [])
    assert best_threshold(scores.score, scores.same) <= float(np.float32(0.2))


def test_no_scores_have_no_best_threshold() -> None:
    with pytest.raises(BadArray, match="got none"):
        best_threshold(np.empty(0, np.float32), np.empty(0, bool))


def test_a_fold_is_judged_with_the_threshold_of_the_others() -> None:
    # fold 0: genuine 0.8, impostor 0.2 -> threshold 0.5; fold 1: genuine 0.4, impostor 0.1 -> threshold 0.25
    scores = pairs([0.8, 0.4], [0.2, 0.1], [0, 1, 0, 1])
    accuracy = accuracy_by_fold(scores)
    assert accuracy.thresholds == pytest.approx({0: 0.25, 1: 0.5})
    # fold 0 at 0.25: both right; fold 1 at 0.5: the genuine 0.4 is refused, 1 of 2 right
    assert accuracy.by_fold == {0: 1.0, 1: 0.5}
    assert accuracy.mean == pytest.approx(0.75)  # (1 + 0.5) / 2
    assert accuracy.std == pytest.approx(0.25)  # both are 0.25 from the mean


def test_one_fold_alone_has_no_threshold_from_others() -> None:
    with pytest.raises(BadArray, match="two folds"):
        accuracy_by_fold(pairs([0.8], [0.2]))


def test_a_pair_at_the_threshold_matches() -> None:
    scores = pairs([0.5, 0.75], [0.25, 0.5])
    assert fmr_at(scores, 0.5) == 0.5  # 0.5 of 0.25, 0.5
    assert fnmr_at(scores, 0.5) == 0.0


def test_fnmr_at_fmr_takes_the_ceiled_rank_of_the_impostors() -> None:
    scores = pairs([0.45, 0.55, 0.65, 0.75], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    # ceil(0.2 x 6) = 2: the second highest impostor, 0.5; one of four genuine scores lies below
    assert fnmr_at_fmr(scores, 0.2) == pytest.approx(0.25)
    # ceil(0.001 x 6) = 1: the highest impostor, 0.6; two of four lie below
    assert fnmr_at_fmr(scores, 0.001) == pytest.approx(0.5)


def test_a_score_a_hair_below_the_threshold_does_not_match() -> None:
    hair = 1e-9  # less than float32 tells apart at 0.5
    assert fnmr_at(pairs([0.5], [0.1]), 0.5 + hair) == 1.0


def test_rates_of_no_pairs_are_refused() -> None:
    with pytest.raises(BadArray, match="impostor"):
        fmr_at(pairs([0.5], []), 0.5)
    with pytest.raises(BadArray, match="genuine"):
        fnmr_at(pairs([], [0.5]), 0.5)
    with pytest.raises(BadArray, match="both kinds"):
        det_points(pairs([], [0.5]))


def test_the_det_curve_has_a_point_for_each_impostor_score() -> None:
    fmr, fnmr = det_points(pairs([0.3, 0.9], [0.2, 0.4]))
    # at 0.4: one of two impostors, and the genuine 0.3 is lost; at 0.2: both impostors, none lost
    assert fmr.tolist() == [0.5, 1.0]
    assert fnmr.tolist() == [0.5, 0.0]
