import threading

import faiss
import numpy as np

from pipelines.gallery.exact import exact_top, rank_exactly
from tests.pipelines.gallery.vectors import FIRST, HALFWAY, SECOND, THIRD

ROWS = np.stack([FIRST, SECOND, THIRD])


def test_exact_top_orders_by_inner_product() -> None:
    slots, scores = exact_top(HALFWAY[np.newaxis], ROWS, 2)
    assert slots.tolist() == [[1, 0]]
    np.testing.assert_allclose(scores, [[0.8, 0.6]], atol=1e-6)


def test_exact_top_gives_all_there_are_when_more_are_asked_for() -> None:
    slots, _ = exact_top(HALFWAY[np.newaxis], ROWS, 10)
    assert slots.tolist() == [[1, 0, 2]]


def test_exact_top_of_nothing_has_no_columns() -> None:
    slots, scores = exact_top(HALFWAY[np.newaxis], ROWS[:0], 5)
    assert slots.shape == scores.shape == (1, 0)


def test_exact_top_for_no_query_has_no_rows() -> None:
    slots, _ = exact_top(ROWS[:0], ROWS, 2)
    assert slots.shape == (0, 2)


def test_a_searching_thread_uses_one_openmp_thread() -> None:
    seen: list[int] = []

    def search() -> None:
        faiss.omp_set_num_threads(4)
        exact_top(HALFWAY[np.newaxis], ROWS, 1)
        seen.append(faiss.omp_get_max_threads())

    thread = threading.Thread(target=search)
    thread.start()
    thread.join()
    assert seen == [1]


def test_rank_exactly_orders_only_the_candidates() -> None:
    slots, scores = rank_exactly(HALFWAY, ROWS, np.array([2, 0]), 1)
    assert slots.tolist() == [0]
    np.testing.assert_allclose(scores, [0.6], atol=1e-6)
