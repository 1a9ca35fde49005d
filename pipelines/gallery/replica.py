"""One gallery's templates of one model in memory, as they were at one number of the store's change sequence."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from pipelines.gallery.index import GalleryIndex
from pipelines.gallery.search_plan import SearchPlan
from pipelines.records.sealed_vectors import VectorBatch
from pipelines.records.store import Store
from pipelines.records.template_changes import Space, TemplateChange
from vision.types import Embedding, Match


class Replica:
    """A copy that is built from the store, which alone is the truth, and follows it change by change.

    One thread changes it at a time; searches go on meanwhile.

    Attributes:
        version: every change up to this number is in it.
        owners: whose each template in it is.
        templates: how many each subject has.
        index: None until the first template shows the dimension.
    """

    def __init__(self, store: Store, space: Space, plan: SearchPlan) -> None:
        self._store = store
        self._space = space
        self._plan = plan
        self.version = 0
        self.owners: dict[int, str] = {}
        self.templates: Counter[str] = Counter()
        self.index: GalleryIndex | None = None

    @classmethod
    def built(cls, store: Store, space: Space, plan: SearchPlan) -> "Replica":
        """All that the store holds now, searched exactly until the index is tended.

        Raises:
            SealBroken: a template that was changed: nobody is searched for beside it.
        """
        replica = cls(store, space, plan)
        # Read before the templates: what changes while they are read comes again as a change.
        replica.version = store.template_changes.latest()
        for batch in store.templates.vectors(*space):
            replica._add(batch)
        return replica

    def follow(self) -> bool:
        """Apply everything that was committed until now; False where changes are missing: build it anew.

        Raises:
            SealBroken: a template that was changed; it is tried again at the next call.
        """
        whole = False
        while not whole:
            changes = self._store.template_changes.since(self._space, self.version)
            if changes is None:
                return False
            self._apply(changes.items)
            self.version, whole = changes.upto, changes.whole
        return True

    def search(self, embedding: Embedding, wanted: int) -> list[tuple[int, float]]:
        """Template ids and cosines, best first."""
        if self.index is None:
            return []
        ids, scores = self.index.search(embedding.vector[np.newaxis], wanted, model_id=embedding.model_id)
        return list(zip(ids[0].tolist(), scores[0].tolist(), strict=True))

    def best_of_each(self, hits: Sequence[tuple[int, float]]) -> list[Match]:
        """The subjects behind the hits, each once, best first; a template removed since is passed over."""
        best: dict[str, float] = {}
        for template_id, score in hits:
            subject_id = self.owners.get(template_id)
            if subject_id is not None:
                best.setdefault(subject_id, score)
        return [Match(subject_id, score) for subject_id, score in best.items()]

    def _apply(self, changes: Sequence[TemplateChange]) -> None:
        gone = {change.template_id for change in changes if change.removed}
        came = {change.template_id for change in changes if not change.removed} - gone
        self._remove([template_id for template_id in gone if template_id in self.owners])
        new = sorted(came - self.owners.keys())
        if new:
            # One that is there no longer was removed later, of which a later change tells.
            for batch in self._store.templates.vectors(*self._space, new):
                self._add(batch)

    def _add(self, batch: VectorBatch) -> None:
        model_id = self._space[1]
        if self.index is None:
            self.index = GalleryIndex(batch.vectors.shape[1], model_id, self._plan)
        self.index.add(batch.ids, batch.vectors, model_id=model_id)
        self.owners.update(zip(batch.ids.tolist(), batch.subject_ids, strict=True))
        self.templates.update(batch.subject_ids)

    def _remove(self, template_ids: Sequence[int]) -> None:
        if self.index is not None and template_ids:
            self.index.remove(template_ids)
        for template_id in template_ids:
            self.templates[self.owners.pop(template_id)] -= 1
