import logging

import numpy as np
import pytest

from pipelines.gallery.search_plan import DEPTHS, SearchPlan, _blends, _least_depth, choose_fast_path
from tests.pipelines.gallery.vectors import face_like, unit_vectors


def test_up_to_the_exact_size_there_is_no_fast_path() -> None:
    assert choose_fast_path(unit_vectors(2000, 64), SearchPlan(exact_up_to=2000)) is None


def test_fewer_vectors_than_candidates_are_searched_exactly() -> None:
    assert choose_fast_path(unit_vectors(1024, 64), SearchPlan(exact_up_to=0)) is None


@pytest.mark.parametrize("draw", [unit_vectors, face_like])
def test_above_it_the_fast_path_reaches_the_wanted_recall(draw) -> None:
    fast = choose_fast_path(draw(6000, 64), SearchPlan(exact_up_to=1000))
    assert fast is not None
    assert fast.recall >= 0.99
    assert fast.depth in DEPTHS
    assert len(fast.codes) == 6000


def test_a_recall_out_of_reach_falls_back_to_exact(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert choose_fast_path(unit_vectors(2000, 64), SearchPlan(exact_up_to=1000, min_recall=1.1)) is None
    assert "exact search" in caplog.text


def test_a_dimension_that_cannot_be_cut_stays_exact() -> None:
    # 33 is odd: no code takes 2, 4 or 8 directions of it.
    assert choose_fast_path(unit_vectors(2000, 33), SearchPlan(exact_up_to=1000)) is None


def test_the_least_depth_that_recalls_enough_is_taken() -> None:
    found = np.arange(1024)[np.newaxis]
    # Of rows 0, 70 and 300 the first 64 hold one, 128 two, 512 all: 1/3, 2/3, 2/3 (256), 1.
    truth = np.array([[0, 70, 300]])
    assert _least_depth(found, truth, 0.5) == (128, pytest.approx(2 / 3))
    assert _least_depth(found, truth, 0.9) == (512, 1.0)


def test_the_recall_of_the_deepest_is_told_when_none_is_enough() -> None:
    assert _least_depth(np.arange(1024)[np.newaxis], np.array([[0, 5000, 6000]]), 0.9) == (1024, pytest.approx(1 / 3))


def test_probes_are_unit_vectors_on_which_enrolled_ones_score_alike() -> None:
    rows = unit_vectors(2000, 128)
    probes = _blends(rows, 50, np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(probes, axis=1), 1.0, atol=1e-5)
    # Three vectors about at right angles, added: each has cosine 1 / sqrt(3) = 0.577 with the sum.
    third = np.sort(probes @ rows.T, axis=1)[:, -3]
    assert np.median(third) == pytest.approx(0.577, abs=0.1)
