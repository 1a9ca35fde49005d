"""Vectors for the gallery's tests."""

import numpy as np

from vision.types import FloatArray

FIRST, SECOND, THIRD = np.eye(3, dtype=np.float32)
"""Right angles apart: each has cosine 1 with itself and 0 with the others."""
HALFWAY = np.array([0.6, 0.8, 0.0], np.float32)
"""Cosine 0.6 with FIRST, 0.8 with SECOND, 0 with THIRD; 0.36 + 0.64 = 1."""


def unit_vectors(count: int, dim: int, seed: int = 0) -> FloatArray:
    """(count, dim) drawn evenly from the sphere."""
    rows = np.random.default_rng(seed).standard_normal((count, dim), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def face_like(count: int, dim: int, seed: int = 0) -> FloatArray:
    """(count, dim) with a strong common mean and few strong directions, as dlib's vectors have; two per person."""
    rng = np.random.default_rng(seed)
    spread = 0.4 / np.sqrt(np.arange(1, dim + 1)) / np.sqrt(np.log(dim))
    turn = np.linalg.qr(rng.standard_normal((dim, dim)))[0]
    person = np.repeat(rng.standard_normal((count // 2, dim)), 2, axis=0)
    rows = (person + 0.5 * rng.standard_normal((count, dim))) * spread @ turn + np.full(dim, 0.9 / np.sqrt(dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def nearest(queries: FloatArray, vectors: FloatArray, k: int) -> np.ndarray:
    """(Q, k) row numbers by comparing everything with numpy, best first."""
    return np.argsort(-(queries @ vectors.T), axis=1)[:, :k]
