"""What may enter a gallery index; FAISS itself would take float64, NaN and ids twice without a word."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.errors import BadArray, Conflict, ModelMismatch
from vision.types import UNIT_TOLERANCE, FloatArray

Ids = NDArray[np.int64]
IdsLike = Sequence[int] | Ids


def as_ids(ids: IdsLike) -> Ids:
    """The ids as (N,) int64.

    Raises:
        BadArray: not one row of whole numbers above zero.
        Conflict: an id stands in it twice.
    """
    given = np.asarray(ids)
    if given.size == 0:
        return np.empty(0, np.int64)
    if given.ndim != 1 or given.dtype.kind != "i":
        raise BadArray(f"ids: wanted (N,) whole numbers above 0, got {given.dtype} {given.shape}")
    if given.min() < 1:
        raise BadArray(f"ids: wanted (N,) whole numbers above 0, got {given.min()}")
    if np.unique(given).size != given.size:
        raise Conflict(f"ids: wanted each id once, got {given.size - np.unique(given).size} repeated")
    return given.astype(np.int64)


def check_vectors(vectors: FloatArray, dim: int) -> None:
    """Refuse everything but finite (N, dim) float32 rows of unit length.

    Raises:
        BadArray: another shape or dtype, a NaN or infinity, or a row that is not a unit vector.
    """
    if vectors.ndim != 2 or vectors.shape[1] != dim or vectors.dtype != np.float32:
        raise BadArray(f"vectors: wanted (N, {dim}) float32, got {vectors.shape} {vectors.dtype}")
    squares = np.vecdot(vectors, vectors)
    # NaN compares false, so this one comparison refuses it too; a search waits for every further pass.
    good = np.abs(squares - 1.0) <= 2.0 * UNIT_TOLERANCE
    if not good.all():
        bad = float(np.sqrt(squares[~good][0]))
        wanted = "unit length" if np.isfinite(bad) else "finite values"
        raise BadArray(f"vectors: wanted {wanted}, got length {bad:.4f} in {(~good).sum()} of {len(vectors)} rows")


def check_model(wanted: str, got: str) -> None:
    """Refuse vectors of another network.

    Raises:
        ModelMismatch: they come from another model than the index holds.
    """
    if wanted != got:
        raise ModelMismatch(f"wanted vectors of model {wanted}, got vectors of model {got}")
