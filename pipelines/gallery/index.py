"""The one door to vector search: add, remove, search, rebuild."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pipelines.gallery.checks import Ids, IdsLike, as_ids, check_model, check_vectors
from pipelines.gallery.locks import ReadWriteLock
from pipelines.gallery.search_plan import SearchPlan
from pipelines.gallery.store import VectorStore
from pipelines.gallery.structure import SearchStructure
from vision.errors import BadInput
from vision.types import FloatArray

Batch = tuple[IdsLike, FloatArray]
"""Ids and their (N, D) unit vectors."""


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """What happened while a new structure was built; a removal has no vectors."""

    ids: Ids
    vectors: FloatArray | None

    def repeat_on(self, structure: SearchStructure) -> None:
        # What the builder has read may hold this change already.
        if self.vectors is None:
            structure.remove(self.ids)
            return
        new = ~np.isin(self.ids, structure.store.ids)
        structure.add(self.ids[new], self.vectors[new])


class GalleryIndex:
    """Unit vectors of one model by id, searched by inner product. The database is the truth; this is disposable.

    Thread-safe: searches run side by side, a change waits for them. While a rebuild or retune is at work,
    searches answer from the old structure, and changes go into the old and the new one.

    Args:
        dim: D of the vectors.
        model_id: the only network whose vectors may enter or ask.
        plan: when to leave exact search.
    """

    def __init__(self, dim: int, model_id: str, plan: SearchPlan | None = None) -> None:
        self.dim = dim
        self.model_id = model_id
        self.plan = plan or SearchPlan()
        self._structure = SearchStructure(VectorStore(dim))
        self._lock = ReadWriteLock()
        self._replacing = threading.Lock()
        self._journal: list[_Change] | None = None

    def __len__(self) -> int:
        with self._lock.reading():
            return len(self._structure.store)

    def __contains__(self, vector_id: int) -> bool:
        with self._lock.reading():
            return self._structure.store.holds(np.array([vector_id]))

    def ids(self) -> Ids:
        """(N,) int64, every id in the index, ascending."""
        with self._lock.reading():
            return np.sort(self._structure.store.ids)

    @property
    def recall(self) -> float:
        """Share of the nearest that searches find, measured when the fast structure was made; 1 when exact."""
        fast = self._structure.fast
        return fast.recall if fast else 1.0

    @property
    def is_exact(self) -> bool:
        """Whether every vector is compared at every search."""
        return self._structure.fast is None

    @property
    def nbytes(self) -> int:
        """Bytes of all vectors, ids and codes in memory."""
        with self._lock.reading():
            return self._structure.nbytes

    @property
    def outgrown(self) -> bool:
        """Whether `retune` is due: past the plan's exact size, and twice the size the structure was made for."""
        size = len(self)
        return size > self.plan.exact_up_to and size >= 2 * self._structure.tuned_at

    def add(self, ids: IdsLike, vectors: FloatArray, *, model_id: str) -> None:
        """Add vectors; all of them or, on an error, none.

        Args:
            ids: (N,) whole numbers above 0, none of them in the index.
            vectors: (N, D) float32, unit length.

        Raises:
            BadArray: wrong shape, dtype, values or length.
            ModelMismatch: another model's vectors.
            Conflict: an id stands twice or is in the index already.
        """
        rows = self._checked(ids, vectors, model_id)
        with self._lock.writing():
            self._structure.add(rows, vectors)
            self._note(rows, vectors)

    def remove(self, ids: IdsLike) -> int:
        """Erase the vectors of these ids, their bytes included; how many were there.

        Raises:
            BadArray: not whole numbers above 0.
            Conflict: an id stands twice.
        """
        rows = as_ids(ids)
        with self._lock.writing():
            removed = self._structure.remove(rows)
            self._note(rows, None)
        return removed

    def search(self, vectors: FloatArray, k: int, *, model_id: str) -> tuple[Ids, FloatArray]:
        """The nearest vectors of each query, best first.

        Args:
            vectors: (Q, D) float32, unit length.
            k: at least 1; more than there are gives all there are.

        Returns:
            (Q, min(k, N)) int64 ids and their exact float32 inner products, -1..1; no columns when empty.

        Raises:
            BadArray: wrong shape, dtype, values or length.
            ModelMismatch: another model's vectors.
            BadInput: k is below 1.
        """
        check_model(self.model_id, model_id)
        check_vectors(vectors, self.dim)
        if k < 1:
            raise BadInput(f"k: wanted at least 1, got {k}")
        with self._lock.reading():
            return self._structure.search(vectors, k)

    def rebuild(self, batches: Iterable[Batch], *, model_id: str) -> None:
        """Replace everything by what the batches hold, and by what changed since the first was asked for.

        Raises:
            BadArray, ModelMismatch, Conflict: as `add`; the index is as it was.
        """

        def build() -> SearchStructure:
            store = VectorStore(self.dim)
            for ids, vectors in batches:
                store.append(self._checked(ids, vectors, model_id), vectors)
            return SearchStructure.tuned(store, self.plan)

        self._replace(build)

    def retune(self) -> None:
        """Choose the structure anew for the size and content that the index has now; holds both meanwhile."""

        def build() -> SearchStructure:
            store = VectorStore(self.dim)
            with self._lock.reading():
                store.append(self._structure.store.ids, self._structure.store.vectors)
            return SearchStructure.tuned(store, self.plan)

        self._replace(build)

    def _checked(self, ids: IdsLike, vectors: FloatArray, model_id: str) -> Ids:
        check_model(self.model_id, model_id)
        check_vectors(vectors, self.dim)
        rows = as_ids(ids)
        if len(rows) != len(vectors):
            raise BadInput(f"wanted one vector for each id, got {len(rows)} ids and {len(vectors)} vectors")
        return rows

    def _note(self, ids: Ids, vectors: FloatArray | None) -> None:
        if self._journal is not None:
            self._journal.append(_Change(ids, None if vectors is None else vectors.copy()))

    def _replace(self, build: Callable[[], SearchStructure]) -> None:
        with self._replacing:
            journal: list[_Change] = []
            with self._lock.writing():
                self._journal = journal
            try:
                fresh = build()
                with self._lock.writing():
                    for change in journal:
                        change.repeat_on(fresh)
                    self._structure = fresh
            finally:
                self._journal = None
