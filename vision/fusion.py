"""Several embeddings of one face to one: frames of a track, or an upload of several pictures."""

import itertools
from collections.abc import Sequence

import numpy as np

from vision.errors import BadArray, ModelMismatch
from vision.types import Embedding

_SHORTEST = 1e-6


def fuse(embeddings: Sequence[Embedding], weights: Sequence[float]) -> Embedding:
    """The weighted mean of the embeddings, brought to unit length.

    The mean of two persons resembles both of them: check first that all show one person (`least_similarity`).

    Args:
        embeddings: at least one, of one model.
        weights: one for each, not negative, at least one above zero; usually the pictures' quality.

    Raises:
        BadArray: no embeddings, wrong weights, or embeddings that cancel each other out.
        ModelMismatch: embeddings of two models.
    """
    shares = np.asarray(weights, np.float64)
    if not embeddings or len(embeddings) != len(weights):
        raise BadArray(f"wanted as many weights as embeddings, got {len(weights)} and {len(embeddings)}")
    if not np.isfinite(shares).all() or (shares < 0).any() or shares.sum() <= 0:
        raise BadArray(f"wanted finite weights of 0 and more with a sum above 0, got {list(weights)}")
    model_id = _common_model(embeddings)
    mean = shares @ np.stack([embedding.vector for embedding in embeddings]).astype(np.float64)
    length = float(np.linalg.norm(mean))
    if length < _SHORTEST * shares.sum():
        raise BadArray("wanted embeddings that do not cancel each other out")
    return Embedding((mean / length).astype(np.float32), model_id)


def least_similarity(embeddings: Sequence[Embedding]) -> float:
    """The smallest cosine between any two of the embeddings; 1 where there are fewer than two.

    Raises:
        ModelMismatch: embeddings of two models.
    """
    pairs = itertools.combinations(embeddings, 2)
    return min((one.similarity(other) for one, other in pairs), default=1.0)


def _common_model(embeddings: Sequence[Embedding]) -> str:
    models = {embedding.model_id for embedding in embeddings}
    if len(models) > 1:
        raise ModelMismatch(f"wanted embeddings of one model, got {', '.join(sorted(models))}")
    return models.pop()
