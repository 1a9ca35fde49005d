"""The galleries in memory: a replica for each gallery and model; the store alone is the truth, and they follow it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipelines.gallery.replica import Replica
from pipelines.gallery.search_plan import SearchPlan
from pipelines.records.store import Store
from pipelines.records.template_changes import Space
from pipelines.records.values import Template
from vision.types import Embedding, Match

STALE_AFTER_S = 10.0
WAIT_S = 5.0
"""So long a gate waits for a replica that is being built or brought up to date elsewhere."""
_TEMPLATES_PER_SUBJECT = 8
"""Hits asked for each wanted subject at first: a subject usually has up to five templates."""


@dataclass(frozen=True, slots=True)
class ReplicaStatus:
    """How far one gallery's replica of one model is.

    Attributes:
        state: `building`: not there yet; `stale`: too old, gates answer `index_stale`.
        templates: how many it holds.
        version: the number of the last change that is in it.
        behind: changes of the store that are not.
        lag_s: since it was last known to hold everything.
        rebuilds: how often it was built anew because changes were missing.
    """

    gallery_id: str
    model_id: str
    state: Literal["building", "current", "stale"]
    templates: int
    version: int
    behind: int
    lag_s: float
    rebuilds: int


@dataclass(slots=True)
class _Entry:
    """The replica of one space.

    Attributes:
        lock: held while it is built or changed.
        replica: None until it is built; replaced as a whole.
        current_at: when it was last known to hold everything, of the monotonic clock.
    """

    current_at: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    replica: Replica | None = None
    rebuilds: int = 0


class Galleries:
    """Search and comparison in all galleries.

    A replica is built when it is first asked for. `follow` brings it up to date with the changes of every
    process on the same database; searches answer from what it holds.

    Args:
        store: templates and their changes are read from it.
        exact_limit: galleries up to this size are searched exactly.
        stale_after_s: a replica that was not known to be current for longer answers no gate.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        store: Store,
        exact_limit: int,
        stale_after_s: float = STALE_AFTER_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._plan = SearchPlan(exact_up_to=exact_limit)
        self._stale_after_s = stale_after_s
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[Space, _Entry] = {}

    def count(self, gallery_id: str, model_id: str) -> int:
        """How many templates of the model the replica holds."""
        return len(self._replica((gallery_id, model_id)).owners)

    def enrolled(self, gallery_id: str, model_id: str, subject_id: str) -> bool:
        """Whether the subject has a template of the model in the replica."""
        return self._replica((gallery_id, model_id)).templates[subject_id] > 0

    def compare(self, gallery_id: str, subject_id: str, embedding: Embedding) -> float | None:
        """The cosine with the subject's best template of the embedding's model that the store holds now, -1..1; None
        where there is none.
        """
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
        replica = self._replica((gallery_id, embedding.model_id))
        newer = [self._replica((gallery_id, model_id)) for model_id in newer_models]
        wanted = k * _TEMPLATES_PER_SUBJECT
        while True:
            hits = replica.search(embedding, wanted)
            matches = [
                match
                for match in replica.best_of_each(hits)
                if not any(one.templates[match.subject_id] for one in newer)
            ]
            if len(matches) >= k or len(hits) < wanted:
                return matches[:k]
            wanted *= 4

    def follow(self, gallery_id: str, model_ids: Sequence[str]) -> bool:
        """Bring the gallery's replicas up to what the store holds now, building those that are not there.

        Where another thread is at it, that one is waited for, `WAIT_S` at most.

        Returns:
            False when one of them is too old to answer from, or not there yet.

        Raises:
            SealBroken: a template that was changed.
        """
        deadline = time.monotonic() + WAIT_S
        usable = True
        for model_id in model_ids:
            entry = self._entry((gallery_id, model_id))
            if entry.lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
                try:
                    self._bring_up(entry, (gallery_id, model_id))
                finally:
                    entry.lock.release()
            usable = usable and self._usable(entry)
        return usable

    def spaces(self) -> tuple[Space, ...]:
        """Gallery id and model id of every replica that is there, to be followed."""
        return tuple(space for space, _ in self._built())

    def tend(self) -> int:
        """Choose the structure anew for galleries that outgrew theirs; how many did. For a quiet thread: it may take
        minutes for a million templates, in which searches go on.
        """
        replicas = [entry.replica for _, entry in self._built()]
        outgrown = [one.index for one in replicas if one is not None and one.index is not None and one.index.outgrown]
        for index in outgrown:
            index.retune()
        return len(outgrown)

    def statuses(self) -> tuple[ReplicaStatus, ...]:
        """Every replica that was asked for, by gallery and model."""
        with self._lock:
            entries = sorted(self._entries.items())
        return tuple(self._status(space, entry) for space, entry in entries)

    def _status(self, space: Space, entry: _Entry) -> ReplicaStatus:
        replica = entry.replica
        version = 0 if replica is None else replica.version
        return ReplicaStatus(
            *space,
            state="building" if replica is None else "current" if self._usable(entry) else "stale",
            templates=0 if replica is None else len(replica.owners),
            version=version,
            behind=self._store.template_changes.count_behind(space, version),
            lag_s=self._clock() - entry.current_at,
            rebuilds=entry.rebuilds,
        )

    def _usable(self, entry: _Entry) -> bool:
        return entry.replica is not None and self._clock() - entry.current_at <= self._stale_after_s

    def _built(self) -> list[tuple[Space, _Entry]]:
        with self._lock:
            return [(space, entry) for space, entry in self._entries.items() if entry.replica is not None]

    def _entry(self, space: Space) -> _Entry:
        with self._lock:
            return self._entries.setdefault(space, _Entry(self._clock()))

    def _replica(self, space: Space) -> Replica:
        """The replica, built; as old as it is."""
        entry = self._entry(space)
        if entry.replica is None:
            with entry.lock:
                if entry.replica is None:
                    self._bring_up(entry, space)
        assert entry.replica is not None  # noqa: S101  built just now, and never taken away
        return entry.replica

    def _bring_up(self, entry: _Entry, space: Space) -> None:
        """Build, follow, or build anew where changes are missing; the old one serves meanwhile."""
        # What is committed after this moment may be missing at the end.
        known_at = self._clock()
        if entry.replica is None or not entry.replica.follow():
            fresh = Replica.built(self._store, space, self._plan)
            built_at = self._clock()
            if fresh.follow():
                known_at = built_at
            entry.rebuilds += entry.replica is not None
            entry.replica = fresh
        entry.current_at = known_at


def best_similarity(templates: Sequence[Template], embedding: Embedding) -> float | None:
    """The cosine with the most alike template of the embedding's model, -1..1; None where there is none."""
    own = [template.embedding for template in templates if template.embedding.model_id == embedding.model_id]
    return max((one.similarity(embedding) for one in own), default=None)
