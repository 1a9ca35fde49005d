"""Exact inner-product search over plain arrays, and the one place where FAISS is told its threads."""

import faiss
import numpy as np
from numpy.typing import NDArray

from vision.types import FloatArray

Slots = NDArray[np.int64]
"""Row numbers of a VectorStore."""


def use_one_thread() -> None:
    """Make FAISS work on the calling thread alone.

    Several OpenMP threads slow a single query down. OpenMP keeps the number per thread, so every
    thread that searches says it before its search.
    """
    faiss.omp_set_num_threads(1)


def exact_top(queries: FloatArray, vectors: FloatArray, k: int) -> tuple[Slots, FloatArray]:
    """The k rows of `vectors` nearest to each query, best first, and their inner products.

    Args:
        queries: (Q, D) float32.
        vectors: (N, D) float32.
        k: at most N of them come back.

    Returns:
        (Q, min(k, N)) int64 row numbers and float32 inner products.
    """
    k = min(k, len(vectors))
    if k == 0 or len(queries) == 0:
        return np.empty((len(queries), k), np.int64), np.empty((len(queries), k), np.float32)
    use_one_thread()
    scores, slots = faiss.knn(queries, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
    return slots, scores


def rank_exactly(query: FloatArray, vectors: FloatArray, slots: Slots, k: int) -> tuple[Slots, FloatArray]:
    """The k best of the candidate rows by exact inner product, best first.

    Args:
        query: (D,) float32.
        vectors: (N, D) float32.
        slots: (C,) row numbers, C >= k.
    """
    scores = vectors[slots] @ query
    best = np.argsort(-scores)[:k]
    return slots[best], scores[best]
