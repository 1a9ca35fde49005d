"""Made-up records for tests of the store."""

from datetime import datetime, timedelta

import numpy as np

from pipelines.events import Event, event_id
from pipelines.records.gate_values import Decision, Gate
from pipelines.records.store import Store
from pipelines.records.values import ApiKey, Subject, new_id
from vision.types import Embedding

PURPOSE = "building-access"
GALLERY = "staff"
MODEL = "model-a"


def embedding(seed: int, model_id: str = MODEL, dim: int = 128) -> Embedding:
    vector = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    return Embedding(vector / np.linalg.norm(vector), model_id)


def agreed(store: Store, label: str = "Ann Miller", reference: str | None = None, purpose: str = PURPOSE) -> Subject:
    """A new subject with a consent that does not expire."""
    subject = store.subjects.create(label, reference, actor="test")
    store.consents.record(subject.id, purpose, evidence=f"form of {label}", expires_at=None, actor="test")
    return subject


def gallery(store: Store, gallery_id: str = GALLERY, purpose: str = PURPOSE, **options: object) -> None:
    store.galleries.create(gallery_id, purpose=purpose, title=gallery_id, actor="test", **options)


def enrolled(store: Store, seed: int = 1, **options: object) -> Subject:
    """A new subject with one template in the gallery `staff`, which must be there."""
    subject = agreed(store, **options)
    store.templates.add(subject.id, GALLERY, [(embedding(seed), 0.5)], actor="test")
    return subject


def gone(store: Store) -> list[int]:
    """Which templates of the gallery `staff` the change sequence says are gone."""
    changes = store.template_changes.since((GALLERY, MODEL), 0)
    assert changes is not None
    return [change.template_id for change in changes.items if change.removed]


def gate(now: datetime, gate_id: str = "north", gallery_id: str = GALLERY, **options: object) -> Gate:
    return Gate(gate_id, gallery_id, "verify", "none", 1e-3, now, **options)


def decision(now: datetime, subject_id: str | None = None, word: str = "accepted", **options: object) -> Decision:
    values = {
        "id": new_id("dec"),
        "gate_id": "north",
        "purpose": PURPOSE,
        "decision": word,
        "reason": "match",
        "score": 0.75,
        "threshold": 0.5,
        "subject_id": subject_id,
        "model_id": MODEL,
        "camera_id": None,
        "created_at": now,
        "expires_at": now + timedelta(seconds=5),
    }
    return Decision(**values | options)


def told(made: Decision) -> Event:
    """The event of a decision."""
    return Event(
        event_id=event_id(None, made.id, "face.decision"),
        kind="face.decision",
        occurred_at=made.created_at,
        purpose=made.purpose,
        gate_id=made.gate_id,
        subject_id=made.subject_id,
        decision_id=made.id,
        decision=made.decision,
    )


def key(store: Store, *purposes: str) -> ApiKey:
    """A key for these purposes."""
    return store.keys.create("service", ["read"], purposes, None, actor="test")[0]
