from pathlib import Path

import numpy as np
import pytest

from benchmarks.options import BenchOptions
from benchmarks.search import draw_task, run, turned
from tests.pipelines.gallery.vectors import unit_vectors
from vision.errors import ConfigurationError

KEYS = {"flat_ms_p50", "ms_p50", "ms_p99", "speedup_vs_flat", "recall_at_1", "build_s", "bytes_per_vector"}


def options(**changes: object) -> BenchOptions:
    return BenchOptions(**{"command": "citygate bench search", "home": Path("unused"), "limit": 50, **changes})


def test_turned_vectors_are_unit_vectors_at_the_wanted_cosine() -> None:
    vectors = unit_vectors(100, 32)
    queries = turned(vectors, 0.75, np.random.default_rng(0))
    assert queries.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(queries, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose((queries * vectors).sum(axis=1), 0.75, atol=1e-5)


def test_the_answer_to_each_query_is_the_vector_it_was_turned_from() -> None:
    task = draw_task(500, 64, 20, seed=3)
    assert task.answers.shape == (20,)
    np.testing.assert_allclose((task.vectors[task.answers - 1] * task.queries).sum(axis=1), 0.75, atol=1e-5)


def test_the_result_has_the_contracts_metrics() -> None:
    result = run(options(), vectors=300, dim=64)
    assert set(result.metrics) >= KEYS
    assert result.n == 50
    assert result.metrics["recall_at_1"] == result.metrics["flat_recall_at_1"] == 1.0
    # 300 vectors are searched exactly: 4 x 64 bytes of the vector and 8 of the id.
    assert result.metrics["bytes_per_vector"] == 264
    assert result.ratios == {"search_speed_vs_flat": result.metrics["speedup_vs_flat"]}


def test_queries_may_be_more_than_vectors() -> None:
    assert run(options(), vectors=10, dim=8).n == 50


@pytest.mark.parametrize("changes", [{"threads": 2}, {"peers": ("dlib",)}])
def test_other_threads_and_peers_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match="wanted"):
        run(options(**changes), vectors=10, dim=8)
