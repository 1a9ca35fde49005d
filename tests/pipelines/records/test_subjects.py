import pytest

from pipelines.records.store import Store
from tests.pipelines.records.people import agreed, key
from vision.errors import Conflict, NotFound, SealBroken


def test_a_subject_comes_back_as_it_was_created(store: Store) -> None:
    subject = store.subjects.create("Ann Müller", "E-17", actor="test")
    assert store.subjects.get(subject.id) == subject
    assert store.subjects.find("E-17") == subject


def test_a_subject_may_have_no_reference(store: Store) -> None:
    subject = store.subjects.create("", None, actor="test")
    assert store.subjects.get(subject.id).external_ref is None


def test_a_reference_belongs_to_one_subject(store: Store) -> None:
    store.subjects.create("Ann", "E-17", actor="test")
    with pytest.raises(Conflict) as refused:
        store.subjects.create("Bob", "E-17", actor="test")
    assert "E-17" not in str(refused.value)
    assert len(store.subjects.list().items) == 1


def test_a_reference_is_free_again_after_an_erasure(store: Store) -> None:
    store.subjects.erase(store.subjects.create("Ann", "E-17", actor="test").id, actor="test")
    assert store.subjects.create("Bob", "E-17", actor="test").external_ref == "E-17"


@pytest.mark.parametrize("subject_id", ["", "sub_0", "sub_' OR 1=1 --"])
def test_an_unknown_subject_is_not_found(store: Store, subject_id: str) -> None:
    with pytest.raises(NotFound):
        store.subjects.get(subject_id)
    with pytest.raises(NotFound):
        store.subjects.find(subject_id)
    with pytest.raises(NotFound):
        store.subjects.erase(subject_id, actor="test")


def test_a_key_sees_subjects_who_agreed_to_its_purposes_and_those_it_made(store: Store) -> None:
    parking, access, both = key(store, "parking"), key(store, "access"), key(store, "*")
    ann = agreed(store, "Ann", purpose="access")
    bob = agreed(store, "Bob", "E-2", purpose="parking")
    eve = store.subjects.create("Eve", None, actor=parking.id)
    assert [subject.id for subject in store.subjects.list(viewer=parking).items] == [bob.id, eve.id]
    assert [subject.id for subject in store.subjects.list(viewer=access).items] == [ann.id]
    assert len(store.subjects.list(viewer=both).items) == 3
    assert store.subjects.get(ann.id, access) == ann
    with pytest.raises(NotFound):
        store.subjects.get(ann.id, parking)
    with pytest.raises(NotFound):
        store.subjects.find("E-2", access)


def test_a_key_without_purposes_sees_nobody(store: Store) -> None:
    agreed(store)
    assert store.subjects.list(viewer=key(store)).items == ()


def test_a_label_that_was_moved_to_another_subject_does_not_open(store: Store) -> None:
    ann, bob = agreed(store, "Ann"), agreed(store, "Bob")
    with store.backing.database.writing() as transaction:
        transaction.session.connection().exec_driver_sql(
            "UPDATE subjects SET label = (SELECT label FROM subjects WHERE id = ?) WHERE id = ?", (bob.id, ann.id)
        )
    with pytest.raises(SealBroken):
        store.subjects.get(ann.id)


def test_a_subject_shows_no_name_when_it_is_logged(store: Store) -> None:
    words = repr(store.subjects.create("Ann Miller", "E-17", actor="test"))
    assert "Ann" not in words
    assert "E-17" not in words
