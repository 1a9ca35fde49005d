"""How a gallery is searched: exactly, or through short codes whose recall was measured first."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.gallery.codes import ShortCodes
from pipelines.gallery.exact import Slots, exact_top
from vision.types import FloatArray

logger = logging.getLogger(__name__)

DEPTHS = (64, 128, 256, 512, 1024)
"""How many candidates may be ranked exactly; the smallest that recalls enough is taken."""

_TRAINING_ROWS = 16_384
_DIMS_PER_CODE = (8, 4, 2)
# Codes of 8 bytes recalled 0.67 of what they should in 1,000,000 vectors of 128 dimensions.
_SHORTEST_CODES = 32
_BLENDED = 3


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """When a gallery leaves exact search, and how good the fast one must be.

    Attributes:
        exact_up_to: galleries up to so many vectors are always searched exactly.
        min_recall: share of the three nearest of a probe that the fast search must find, 0..1;
            where no codes reach it the search stays exact.
        probes: how many probes the recall is measured on.
        seed: of the choice of training rows and probes.
    """

    exact_up_to: int = 50_000
    min_recall: float = 0.99
    probes: int = 128
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class FastPath:
    """Short codes of all vectors, how many candidates they hand on, and how good that is.

    Attributes:
        codes: in the order of the store's rows.
        depth: candidates that are ranked exactly, at least.
        recall: measured when the codes were made, 0..1.
    """

    codes: ShortCodes
    depth: int
    recall: float


def choose_fast_path(vectors: FloatArray, plan: SearchPlan) -> FastPath | None:
    """The shortest codes and least depth that reach the plan's recall; None where exact search is wanted.

    Args:
        vectors: (N, D) unit vectors.
    """
    if len(vectors) <= max(plan.exact_up_to, DEPTHS[-1]):
        return None
    rng = np.random.default_rng(plan.seed)
    sample = vectors[rng.choice(len(vectors), min(len(vectors), _TRAINING_ROWS), replace=False)]
    probes = _blends(sample, plan.probes, rng)
    truth, _ = exact_top(probes, vectors, _BLENDED)
    for codes in _trained(sample):
        codes.append(vectors)
        depth, recall = _least_depth(codes.candidates(probes, DEPTHS[-1]), truth, plan.min_recall)
        if recall >= plan.min_recall:
            logger.info("%d vectors: fast search, recall %.4f at depth %d", len(vectors), recall, depth)
            return FastPath(codes, depth, recall)
    logger.warning("%d vectors: no codes reached recall %.4f, exact search", len(vectors), plan.min_recall)
    return None


def _trained(sample: FloatArray) -> Iterator[ShortCodes]:
    dim = sample.shape[1]
    for dims_per_code in _DIMS_PER_CODE:
        if dim % dims_per_code == 0 and dim // dims_per_code >= min(_SHORTEST_CODES, dim // _DIMS_PER_CODE[-1]):
            yield ShortCodes.train(sample, dims_per_code)


def _blends(sample: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """(count, D) probes, each midway between three enrolled faces.

    Less alike to each of them (0.58 of a perfect match, the common mean aside) than a new picture of the
    person is, so what a gate asks is easier to find; and three equal ones show whether the runner-up is found.
    """
    centre = sample.mean(axis=0)
    offsets = sample[rng.integers(len(sample), size=(count, _BLENDED))] - centre
    blends = centre + offsets.sum(axis=1) / np.float32(np.sqrt(_BLENDED))
    probes: FloatArray = blends / np.linalg.norm(blends, axis=1, keepdims=True)
    return probes


def _least_depth(found: Slots, truth: Slots, min_recall: float) -> tuple[int, float]:
    same: NDArray[np.bool_] = found[:, None, :] == truth[:, :, None]
    for depth in DEPTHS:
        recall = float(same[:, :, :depth].any(axis=2).mean())
        if recall >= min_recall:
            break
    return depth, recall
