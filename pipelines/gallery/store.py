"""The vectors of a gallery in memory: dense rows without holes, each beside its id."""

import numpy as np

from pipelines.gallery.checks import Ids
from pipelines.gallery.exact import Slots
from vision.errors import Conflict
from vision.types import FloatArray


class VectorStore:
    """Rows of unit vectors and their ids; what is removed is overwritten at once.

    Plain arrays instead of a faiss.IndexIDMap2, which accepts an id twice and moves every later row
    when one is removed. Not thread-safe; GalleryIndex locks.

    Args:
        dim: D of the vectors.
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._count = 0
        self._ids: Ids = np.zeros(0, np.int64)
        self._vectors: FloatArray = np.zeros((0, dim), np.float32)

    def __len__(self) -> int:
        return self._count

    @property
    def ids(self) -> Ids:
        """(N,) int64, the id of each row; a view that the next change invalidates."""
        return self._ids[: self._count]

    @property
    def vectors(self) -> FloatArray:
        """(N, D) float32; a view that the next change invalidates."""
        return self._vectors[: self._count]

    @property
    def nbytes(self) -> int:
        """Bytes of all rows and ids, room for growth included."""
        return self._ids.nbytes + self._vectors.nbytes

    def holds(self, ids: Ids) -> bool:
        """Whether any of the ids is here."""
        return bool(np.isin(self.ids, ids).any())

    def slots_of(self, ids: Ids) -> Slots:
        """The row numbers of those of the ids that are here, ascending."""
        return np.flatnonzero(np.isin(self.ids, ids)).astype(np.int64)

    def append(self, ids: Ids, vectors: FloatArray) -> None:
        """Add rows at the end.

        Raises:
            Conflict: an id is here already; nothing was added.
        """
        if self.holds(ids):
            raise Conflict(f"wanted ids that are not in the index, got {len(self.slots_of(ids))} that are")
        end = self._count + len(ids)
        self._grow(end)
        self._ids[self._count : end] = ids
        self._vectors[self._count : end] = vectors
        self._count = end

    def remove(self, slot: int) -> None:
        """Overwrite the row with the last one, and the last one with zeros."""
        last = self._count - 1
        self._ids[slot], self._vectors[slot] = self._ids[last], self._vectors[last]
        self._ids[last], self._vectors[last] = 0, 0.0
        self._count = last

    def _grow(self, wanted: int) -> None:
        room = len(self._ids)
        if wanted <= room:
            return
        # A quarter more each time keeps single additions cheap and the unused room small.
        rows = max(wanted, room + room // 4)
        ids, vectors = np.zeros(rows, np.int64), np.zeros((rows, self.dim), np.float32)
        ids[: self._count], vectors[: self._count] = self.ids, self.vectors
        self._ids, self._vectors = ids, vectors
