from datetime import timedelta

import pytest

from pipelines.records.store import Store
from tests.fakes import FakeClock
from tests.pipelines.records.people import GALLERY, PURPOSE, enrolled, gallery, gate, gone, key
from vision.errors import BadInput, Conflict, NotFound


def test_a_gallery_comes_back_as_it_was_created(store: Store, clock: FakeClock) -> None:
    until = clock() + timedelta(days=1)
    made = store.galleries.create(
        "lh-400", purpose="boarding", title="LH 400", expires_at=until, keep_photographs=True, actor="test"
    )
    assert store.galleries.get("lh-400") == made
    assert not made.expired_at(clock())
    assert made.expired_at(until)


def test_an_id_is_given_once(store: Store) -> None:
    gallery(store)
    with pytest.raises(Conflict):
        gallery(store)


@pytest.mark.parametrize("gallery_id", ["", "Staff", "-staff", "a/b", "x" * 65])
def test_an_id_that_is_no_slug_is_refused(store: Store, gallery_id: str) -> None:
    with pytest.raises(BadInput, match="gallery id"):
        gallery(store, gallery_id)


def test_a_key_sees_galleries_of_its_purposes(store: Store) -> None:
    gallery(store)
    gallery(store, "flight", purpose="boarding")
    viewer = key(store, "boarding")
    assert [seen.id for seen in store.galleries.list(viewer=viewer).items] == ["flight"]
    assert [seen.id for seen in store.galleries.list().items] == [GALLERY, "flight"]
    with pytest.raises(NotFound):
        store.galleries.get(GALLERY, viewer)


def test_a_deleted_gallery_takes_its_templates_along(store: Store) -> None:
    gallery(store)
    subject = enrolled(store)
    [theirs] = store.templates.list(subject_id=subject.id).items
    store.galleries.delete(GALLERY, actor="test")
    assert gone(store) == [theirs.id]
    assert store.templates.count() == 0
    with pytest.raises(NotFound):
        store.galleries.get(GALLERY)


def test_a_gallery_that_a_gate_uses_is_not_deleted(store: Store, clock: FakeClock) -> None:
    gallery(store)
    enrolled(store)
    store.gates.create(gate(clock()), actor="test")
    with pytest.raises(Conflict, match="no gate uses"):
        store.galleries.delete(GALLERY, actor="test")
    assert store.templates.count() == 1


def test_an_unknown_gallery_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        store.galleries.get(PURPOSE)
    with pytest.raises(NotFound):
        store.galleries.delete(PURPOSE, actor="test")
