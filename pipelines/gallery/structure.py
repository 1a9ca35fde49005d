"""One state of a gallery index: the vectors, and the short codes where there are any, kept in step."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from pipelines.gallery.checks import Ids
from pipelines.gallery.exact import Slots, exact_top, rank_exactly
from pipelines.gallery.search_plan import FastPath, SearchPlan, choose_fast_path
from pipelines.gallery.store import VectorStore
from vision.types import FloatArray

_CANDIDATES_PER_RESULT = 16


@dataclass(slots=True, eq=False)
class SearchStructure:
    """What a search reads and a change writes. Not thread-safe; GalleryIndex locks.

    Attributes:
        store: the vectors.
        fast: None where the search is exact.
        tuned_at: how many vectors there were when `fast` was chosen; 0 when it never was.
    """

    store: VectorStore
    fast: FastPath | None = None
    tuned_at: int = 0

    @classmethod
    def tuned(cls, store: VectorStore, plan: SearchPlan) -> Self:
        """A structure over `store`, with the fast path that the plan wants; minutes for many millions."""
        return cls(store, choose_fast_path(store.vectors, plan), len(store))

    @property
    def nbytes(self) -> int:
        """Bytes of vectors, ids and codes."""
        return self.store.nbytes + (self.fast.codes.nbytes if self.fast else 0)

    def add(self, ids: Ids, vectors: FloatArray) -> None:
        """Add checked vectors.

        Raises:
            Conflict: an id is here already; nothing was added.
        """
        self.store.append(ids, vectors)
        if self.fast:
            self.fast.codes.append(vectors)

    def remove(self, ids: Ids) -> int:
        """Overwrite the vectors and codes of the ids; how many were here."""
        slots = self.store.slots_of(ids)
        # From the end, so that the row which fills the gap is never one that must go too.
        for slot in slots[::-1].tolist():
            self.store.remove(slot)
            if self.fast:
                self.fast.codes.remove(slot)
        return len(slots)

    def search(self, queries: FloatArray, k: int) -> tuple[Ids, FloatArray]:
        """(Q, min(k, N)) ids and exact inner products of the nearest, best first."""
        depth = max(self.fast.depth, _CANDIDATES_PER_RESULT * k) if self.fast else 0
        if self.fast is None or depth >= len(self.store):
            slots, scores = exact_top(queries, self.store.vectors, k)
        else:
            slots, scores = self._rank(queries, self.fast.codes.candidates(queries, depth), k)
        return self.store.ids[slots], scores

    def _rank(self, queries: FloatArray, candidates: Slots, k: int) -> tuple[Slots, FloatArray]:
        slots, scores = np.empty((len(queries), k), np.int64), np.empty((len(queries), k), np.float32)
        for row, query in enumerate(queries):
            slots[row], scores[row] = rank_exactly(query, self.store.vectors, candidates[row], k)
        return slots, scores
