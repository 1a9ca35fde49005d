from datetime import timedelta

import numpy as np
import pytest

from pipelines.records.store import Store
from tests.fakes import FakeClock
from tests.pipelines.records.people import GALLERY, MODEL, PURPOSE, agreed, embedding, enrolled, gallery, key
from tests.servers.databases import ON_BOTH
from vision.errors import BadInput, Conflict, NoConsent, NotFound, SealBroken

pytestmark = ON_BOTH


def test_an_embedding_comes_back_bit_for_bit(store: Store) -> None:
    gallery(store)
    subject = agreed(store)
    [made] = store.templates.add(subject.id, GALLERY, [(embedding(1), 0.8)], actor="test")
    [found] = store.templates.of_subject(subject.id, GALLERY)
    assert (found.id, found.subject_id, found.gallery_id, found.quality) == (made.id, subject.id, GALLERY, 0.8)
    assert found.embedding.model_id == MODEL
    assert found.embedding.vector.dtype == np.float32
    np.testing.assert_array_equal(found.embedding.vector, embedding(1).vector)
    [batch] = store.templates.vectors(GALLERY, MODEL)
    assert (batch.ids.tolist(), batch.subject_ids, batch.vectors.dtype) == ([made.id], (subject.id,), np.float32)
    np.testing.assert_array_equal(batch.vectors, embedding(1).vector[np.newaxis])


def test_the_vector_is_not_in_the_database(store: Store, settings: object) -> None:
    gallery(store)
    enrolled(store, seed=1)
    with store.backing.database.reading() as session:
        [sealed] = session.connection().exec_driver_sql("SELECT vector FROM templates").scalars()
    plain = embedding(1).vector.tobytes()
    assert len(sealed) == 1 + 12 + 512 + 16
    assert plain[:16] not in sealed


def test_vectors_keep_to_the_gallery_and_the_model_and_to_the_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.records.templates.READ_ROWS", 2)
    gallery(store)
    gallery(store, "other")
    subject = agreed(store)
    theirs = [(embedding(seed), 0.5) for seed in range(5)]
    made = store.templates.add(subject.id, GALLERY, theirs, actor="test")
    store.templates.add(subject.id, GALLERY, [(embedding(9, "model-b"), 0.5)], actor="test")
    store.templates.add(subject.id, "other", [(embedding(10), 0.5)], actor="test")
    batches = list(store.templates.vectors(GALLERY, MODEL))
    assert [batch.ids.tolist() for batch in batches] == [
        [made[0].id, made[1].id],
        [made[2].id, made[3].id],
        [made[4].id],
    ]
    wanted = [made[1].id, made[3].id, 1_000]
    [batch] = store.templates.vectors(GALLERY, MODEL, wanted)
    assert batch.ids.tolist() == wanted[:2]
    assert store.templates.models(GALLERY) == (MODEL, "model-b")
    assert (store.templates.count(GALLERY), store.templates.count()) == (6, 7)
    assert [found.embedding.model_id for found in store.templates.of_subject(subject.id, GALLERY)][-1] == "model-b"


def test_an_empty_gallery_has_no_templates_and_no_models(store: Store) -> None:
    gallery(store)
    assert list(store.templates.vectors(GALLERY, MODEL)) == []
    assert store.templates.models(GALLERY) == ()
    assert store.templates.of_subject("sub_0", GALLERY) == ()


def test_nobody_is_enrolled_without_a_consent(store: Store) -> None:
    gallery(store)
    subject = store.subjects.create("Ann", None, actor="test")
    with pytest.raises(NoConsent):
        store.templates.add(subject.id, GALLERY, [(embedding(1), 0.5)], actor="test")
    assert store.templates.count() == 0


def test_a_consent_for_another_purpose_is_not_enough(store: Store) -> None:
    gallery(store)
    subject = agreed(store, purpose="marketing")
    with pytest.raises(NoConsent):
        store.templates.add(subject.id, GALLERY, [(embedding(1), 0.5)], actor="test")


def test_a_withdrawn_or_expired_consent_is_none(store: Store, clock: FakeClock) -> None:
    gallery(store)
    ann, bob = agreed(store), store.subjects.create("Bob", None, actor="test")
    store.consents.withdraw(store.consents.list(ann.id).items[0].id, actor="test")
    until = clock() + timedelta(seconds=1)
    store.consents.record(bob.id, PURPOSE, evidence="form", expires_at=until, actor="test")
    clock.advance(1)
    for subject_id in (ann.id, bob.id):
        with pytest.raises(NoConsent):
            store.templates.add(subject_id, GALLERY, [(embedding(1), 0.5)], actor="test")


def test_an_expired_gallery_takes_nobody(store: Store, clock: FakeClock) -> None:
    gallery(store, expires_at=clock() + timedelta(seconds=1))
    subject = agreed(store)
    clock.advance(1)
    with pytest.raises(Conflict, match="expired"):
        store.templates.add(subject.id, GALLERY, [(embedding(1), 0.5)], actor="test")


def test_unknown_subjects_and_galleries_are_not_found(store: Store) -> None:
    gallery(store)
    with pytest.raises(NotFound, match="subject"):
        store.templates.add("sub_0", GALLERY, [(embedding(1), 0.5)], actor="test")
    with pytest.raises(NotFound, match="gallery"):
        store.templates.add(agreed(store).id, "nowhere", [(embedding(1), 0.5)], actor="test")


@pytest.mark.parametrize("quality", [-0.1, 1.1, float("nan")])
def test_a_quality_out_of_range_is_refused(store: Store, quality: float) -> None:
    gallery(store)
    with pytest.raises(BadInput, match="quality"):
        store.templates.add(agreed(store).id, GALLERY, [(embedding(1), quality)], actor="test")


def test_listeners_are_called_when_templates_came_or_went(store: Store) -> None:
    heard: list[int] = []
    store.on_templates_changed(lambda: heard.append(store.templates.count()))
    gallery(store)
    subject = agreed(store)
    store.templates.add(subject.id, GALLERY, [(embedding(1), 0.5), (embedding(2), 0.5)], actor="test")
    assert store.templates.remove(subject.id, GALLERY, actor="test") == 2
    assert store.templates.remove(subject.id, GALLERY, actor="test") == 0
    assert heard == [2, 0]


def test_an_id_is_never_used_twice(store: Store) -> None:
    gallery(store)
    subject = agreed(store)
    [first] = store.templates.add(subject.id, GALLERY, [(embedding(1), 0.5)], actor="test")
    store.templates.remove(subject.id, GALLERY, actor="test")
    [second] = store.templates.add(subject.id, GALLERY, [(embedding(1), 0.5)], actor="test")
    assert second.id > first.id


def test_lists_hold_no_embedding_and_keep_to_the_purposes_of_the_key(store: Store) -> None:
    gallery(store)
    gallery(store, "flight", purpose="boarding")
    subject = enrolled(store)
    store.consents.record(subject.id, "boarding", evidence="form", expires_at=None, actor="test")
    store.templates.add(subject.id, "flight", [(embedding(2), 0.5)], actor="test")
    everything = store.templates.list(subject_id=subject.id).items
    assert [entry.gallery_id for entry in everything] == [GALLERY, "flight"]
    assert not hasattr(everything[0], "embedding")
    seen = store.templates.list(subject_id=subject.id, viewer=key(store, "boarding")).items
    assert [entry.gallery_id for entry in seen] == ["flight"]
    assert len(store.templates.list(gallery_id=GALLERY).items) == 1


def test_a_vector_that_was_moved_to_another_template_does_not_open(store: Store) -> None:
    gallery(store)
    subject = agreed(store)
    store.templates.add(subject.id, GALLERY, [(embedding(1), 0.5), (embedding(2), 0.5)], actor="test")
    with store.backing.database.writing() as transaction:
        transaction.session.connection().exec_driver_sql(
            "UPDATE templates SET vector = (SELECT vector FROM templates ORDER BY seq LIMIT 1)"
        )
    with pytest.raises(SealBroken):
        list(store.templates.vectors(GALLERY, MODEL))
