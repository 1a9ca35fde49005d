"""Means of embeddings on the unit sphere."""

import math

import numpy as np
import pytest

from vision.errors import BadArray, ModelMismatch
from vision.fusion import fuse, least_similarity
from vision.types import Embedding


def embedding(*values: float, model_id: str = "m") -> Embedding:
    return Embedding(np.array(values, np.float32), model_id)


X, Y = embedding(1, 0), embedding(0, 1)


def test_one_embedding_is_its_own_fusion() -> None:
    assert fuse([X], [0.2]).vector.tolist() == [1, 0]


def test_weights_pull_the_mean_towards_the_better_picture() -> None:
    # (3 X + 1 Y) / |.| = (3, 1) / sqrt(10)
    fused = fuse([X, Y], [3, 1])
    assert fused.vector.tolist() == pytest.approx([3 / math.sqrt(10), 1 / math.sqrt(10)])
    assert fused.model_id == "m"


def test_the_mean_of_two_strangers_resembles_both() -> None:
    # Why `least_similarity` is asked first: cos 45 degrees would open many gates.
    assert fuse([X, Y], [1, 1]).similarity(X) == pytest.approx(math.sqrt(0.5))


def test_a_weight_of_zero_leaves_a_picture_out() -> None:
    assert fuse([X, Y], [1, 0]).vector.tolist() == [1, 0]


@pytest.mark.parametrize("weights", [[1.0], [0.0, 0.0], [-1.0, 2.0], [math.nan, 1.0]])
def test_weights_that_do_not_fit_are_refused(weights: list[float]) -> None:
    with pytest.raises(BadArray):
        fuse([X, Y], weights)


def test_nothing_cannot_be_fused() -> None:
    with pytest.raises(BadArray, match="got 0 and 0"):
        fuse([], [])


def test_embeddings_that_cancel_out_are_refused() -> None:
    with pytest.raises(BadArray, match="cancel"):
        fuse([X, embedding(-1, 0)], [1, 1])


def test_embeddings_of_two_models_are_never_fused() -> None:
    with pytest.raises(ModelMismatch):
        fuse([X, embedding(1, 0, model_id="other")], [1, 1])


def test_least_similarity_is_that_of_the_two_least_alike() -> None:
    # cos 0 = 1, cos 60 = 0.5, cos 90 = 0
    assert least_similarity([X, embedding(0.5, math.sqrt(0.75)), Y]) == pytest.approx(0.0, abs=1e-6)
    assert least_similarity([X, embedding(0.5, math.sqrt(0.75))]) == pytest.approx(0.5)


def test_one_embedding_agrees_with_itself() -> None:
    assert least_similarity([X]) == 1.0
