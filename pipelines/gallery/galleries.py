"""The galleries in memory: an index for each gallery and model, built from the store, which alone is the truth."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipelines.gallery.index import Batch, GalleryIndex
from pipelines.gallery.search_plan import SearchPlan
from pipelines.records.store import Store
from pipelines.records.values import Removal, Template
from vision.types import Embedding, Match

_TEMPLATES_PER_SUBJECT = 8
"""Hits asked for each wanted subject at first: a subject usually has up to five templates."""
_BUILD_BATCH = 4096

Key = tuple[str, str]
"""gallery id, model id."""


@dataclass(slots=True)
class _Entry:
    """One gallery's templates of one model.

    Attributes:
        lock: held while it is built or changed.
        index: None until the first template shows the dimension.
        owners: whose each template is.
        templates: how many each subject has.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    built: bool = False
    index: GalleryIndex | None = None
    owners: dict[int, str] = field(default_factory=dict)
    templates: Counter[str] = field(default_factory=Counter)

    def note(self, template: Template) -> None:
        """Remember whose a template in the index is."""
        self.owners[template.id] = template.subject_id
        self.templates[template.subject_id] += 1


class Galleries:
    """Search and comparison in all galleries; an index is built when it is first asked for, and follows the store.

    Args:
        store: templates are read from it, and it tells of those that came and went.
        exact_limit: galleries up to this size are searched exactly.
    """

    def __init__(self, store: Store, exact_limit: int) -> None:
        self._store = store
        self._plan = SearchPlan(exact_up_to=exact_limit)
        self._lock = threading.Lock()
        self._entries: dict[Key, _Entry] = {}
        store.on_added(self._added)
        store.on_removed(self._removed)

    def count(self, gallery_id: str, model_id: str) -> int:
        """How many templates of the model the gallery holds."""
        return len(self._entry((gallery_id, model_id)).owners)

    def enrolled(self, gallery_id: str, model_id: str, subject_id: str) -> bool:
        """Whether the subject has a template of the model in the gallery."""
        return self._entry((gallery_id, model_id)).templates[subject_id] > 0

    def compare(self, gallery_id: str, subject_id: str, embedding: Embedding) -> float | None:
        """The cosine with the subject's best template of the embedding's model, -1..1; None where there is none."""
        templates = self._store.templates.of_subject(subject_id, gallery_id)
        return best_similarity(templates, embedding)

    def identify(self, gallery_id: str, embedding: Embedding, k: int, newer_models: Sequence[str] = ()) -> list[Match]:
        """The k most alike subjects, best first, each with its best template; fewer where there are no more.

        Args:
            gallery_id: where to search; only templates of the embedding's model are compared.
            embedding: the probe.
            k: at least 1.
            newer_models: subjects enrolled with one of these are left out.
        """
        entry = self._entry((gallery_id, embedding.model_id))
        newer = [self._entry((gallery_id, model_id)) for model_id in newer_models]
        wanted = k * _TEMPLATES_PER_SUBJECT
        while True:
            hits = _search(entry, embedding, wanted)
            matches = [
                match
                for match in _best_of_each(entry, hits)
                if not any(one.templates[match.subject_id] for one in newer)
            ]
            if len(matches) >= k or len(hits) < wanted:
                return matches[:k]
            wanted *= 4

    def tend(self) -> int:
        """Choose the structure anew for galleries that outgrew theirs; how many did. For a quiet thread: it may take
        minutes for a million templates, in which searches go on.
        """
        with self._lock:
            entries = list(self._entries.values())
        outgrown = [entry.index for entry in entries if entry.index is not None and entry.index.outgrown]
        for index in outgrown:
            index.retune()
        return len(outgrown)

    def _entry(self, key: Key) -> _Entry:
        """The entry, built."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
        with entry.lock:
            if not entry.built:
                self._build(entry, self._store.templates.iterate(*key))
                entry.built = True
        return entry

    def _build(self, entry: _Entry, templates: Iterator[Template]) -> None:
        entry.owners.clear()
        entry.templates.clear()
        first = next(templates, None)
        if first is None:
            return
        entry.index = GalleryIndex(first.embedding.vector.size, first.embedding.model_id, self._plan)
        everyone = itertools.chain([first], templates)
        entry.index.rebuild(_batches(entry, everyone), model_id=first.embedding.model_id)

    def _added(self, templates: tuple[Template, ...]) -> None:
        for template in templates:
            with self._lock:
                entry = self._entries.get((template.gallery_id, template.embedding.model_id))
            if entry is None:
                continue
            with entry.lock:
                # What is not built yet will find the template in the store; what is being built just now may have.
                if entry.built and template.id not in entry.owners:
                    self._add(entry, template)

    def _add(self, entry: _Entry, template: Template) -> None:
        embedding = template.embedding
        if entry.index is None:
            entry.index = GalleryIndex(embedding.vector.size, embedding.model_id, self._plan)
        entry.index.add([template.id], embedding.vector[np.newaxis], model_id=embedding.model_id)
        entry.note(template)

    def _removed(self, removal: Removal) -> None:
        with self._lock:
            entries = list(self._entries.values())
        for entry in entries:
            with entry.lock:
                gone = [template_id for template_id in removal.template_ids if template_id in entry.owners]
                if entry.index is not None and gone:
                    entry.index.remove(gone)
                for template_id in gone:
                    entry.templates[entry.owners.pop(template_id)] -= 1


def best_similarity(templates: Sequence[Template], embedding: Embedding) -> float | None:
    """The cosine with the most alike template of the embedding's model, -1..1; None where there is none."""
    own = [template.embedding for template in templates if template.embedding.model_id == embedding.model_id]
    return max((one.similarity(embedding) for one in own), default=None)


def _batches(entry: _Entry, templates: Iterable[Template]) -> Iterator[Batch]:
    """The templates in parts for the index, each noted in the entry."""
    everyone = iter(templates)
    while batch := list(itertools.islice(everyone, _BUILD_BATCH)):
        for template in batch:
            entry.note(template)
        yield [template.id for template in batch], np.stack([template.embedding.vector for template in batch])


def _search(entry: _Entry, embedding: Embedding, wanted: int) -> list[tuple[int, float]]:
    """Template ids and cosines, best first."""
    if entry.index is None:
        return []
    ids, scores = entry.index.search(embedding.vector[np.newaxis], wanted, model_id=embedding.model_id)
    return list(zip(ids[0].tolist(), scores[0].tolist(), strict=True))


def _best_of_each(entry: _Entry, hits: Sequence[tuple[int, float]]) -> list[Match]:
    """The subjects behind the hits, each once, best first; a template removed since is passed over."""
    best: dict[str, float] = {}
    for template_id, score in hits:
        subject_id = entry.owners.get(template_id)
        if subject_id is not None:
            best.setdefault(subject_id, score)
    return [Match(subject_id, score) for subject_id, score in best.items()]
