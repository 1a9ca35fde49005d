from datetime import datetime, timedelta

import pytest

from pipelines.records.store import Store
from tests.fakes import FakeClock
from tests.pipelines.records.people import GALLERY, PURPOSE, agreed, embedding, enrolled, gallery, gone, key
from tests.servers.databases import ON_BOTH
from vision.errors import BadInput, NotFound

pytestmark = ON_BOTH


def _record(store: Store, subject_id: str, purpose: str = PURPOSE, expires_at: datetime | None = None) -> str:
    return store.consents.record(subject_id, purpose, evidence="form", expires_at=expires_at, actor="test").id


def test_a_consent_comes_back_as_it_was_given(store: Store, clock: FakeClock) -> None:
    subject = store.subjects.create("Ann", None, actor="test")
    until = clock() + timedelta(days=1)
    made = store.consents.record(subject.id, PURPOSE, evidence="form 7 of Ann", expires_at=until, actor="test")
    assert (made.given_at, made.expires_at, made.withdrawn_at) == (clock(), until, None)
    assert store.consents.get(made.id) == made
    assert store.consents.list(subject.id).items == (made,)
    assert "Ann" not in repr(made)


def test_a_consent_holds_until_it_expires_and_not_a_moment_longer(store: Store, clock: FakeClock) -> None:
    subject = store.subjects.create("Ann", None, actor="test")
    _record(store, subject.id, expires_at=clock() + timedelta(seconds=10))
    clock.advance(9.9)
    assert store.consents.holds(subject.id, PURPOSE)
    clock.advance(0.1)
    assert not store.consents.holds(subject.id, PURPOSE)


def test_a_consent_that_begins_later_does_not_hold_yet(store: Store, clock: FakeClock) -> None:
    subject = store.subjects.create("Ann", None, actor="test")
    given = clock() + timedelta(hours=1)
    store.consents.record(subject.id, PURPOSE, evidence="form", expires_at=None, actor="test", given_at=given)
    assert not store.consents.holds(subject.id, PURPOSE)
    clock.advance(3600)
    assert store.consents.holds(subject.id, PURPOSE)


def test_a_consent_holds_for_its_purpose_and_subject_only(store: Store) -> None:
    ann, bob = agreed(store, "Ann"), store.subjects.create("Bob", None, actor="test")
    assert not store.consents.holds(ann.id, "marketing")
    assert not store.consents.holds(bob.id, PURPOSE)


def test_a_withdrawn_consent_takes_its_templates_along_and_the_change_sequence_tells(store: Store) -> None:
    gallery(store)
    ann, bob = enrolled(store, 1), enrolled(store, 2)
    [theirs] = store.templates.list(subject_id=ann.id).items
    [consent] = store.consents.list(ann.id).items
    withdrawn = store.consents.withdraw(consent.id, actor="test")
    assert withdrawn.withdrawn_at is not None
    assert gone(store) == [theirs.id]
    assert [entry.subject_id for entry in store.templates.list().items] == [bob.id]
    [stored] = store.events.list()
    assert (stored.event.kind, stored.event.purpose, stored.event.subject_id) == ("consent.withdrawn", PURPOSE, ann.id)


def test_withdrawing_twice_is_withdrawing_once(store: Store, clock: FakeClock) -> None:
    subject = agreed(store)
    [consent] = store.consents.list(subject.id).items
    first = store.consents.withdraw(consent.id, actor="test")
    clock.advance(60)
    assert store.consents.withdraw(consent.id, actor="test") == first
    assert len(store.events.list()) == 1


def test_templates_stay_while_another_consent_for_the_purpose_holds(store: Store) -> None:
    gallery(store)
    subject = enrolled(store)
    second = _record(store, subject.id)
    store.consents.withdraw(second, actor="test")
    assert store.templates.count() == 1


def test_templates_of_another_purpose_stay(store: Store) -> None:
    gallery(store)
    gallery(store, "flight", purpose="boarding")
    subject = enrolled(store)
    boarding = _record(store, subject.id, "boarding")
    store.templates.add(subject.id, "flight", [(embedding(3), 0.5)], actor="test")
    store.consents.withdraw(boarding, actor="test")
    assert [entry.gallery_id for entry in store.templates.list().items] == [GALLERY]


def test_a_key_sees_consents_for_its_purposes(store: Store) -> None:
    subject = agreed(store)
    boarding = _record(store, subject.id, "boarding")
    viewer = key(store, PURPOSE)
    assert [consent.purpose for consent in store.consents.list(subject.id, viewer=viewer).items] == [PURPOSE]
    with pytest.raises(NotFound):
        store.consents.get(boarding, viewer)


def test_a_consent_of_nobody_is_refused(store: Store) -> None:
    with pytest.raises(NotFound):
        _record(store, "sub_0")
    with pytest.raises(NotFound):
        store.consents.withdraw("con_0", actor="test")


def test_a_consent_that_ends_before_it_begins_is_refused(store: Store, clock: FakeClock) -> None:
    subject = store.subjects.create("Ann", None, actor="test")
    with pytest.raises(BadInput, match="wanted a time after"):
        _record(store, subject.id, expires_at=clock())


@pytest.mark.parametrize("purpose", ["", "Access", "a b", "*", "x" * 65])
def test_a_purpose_that_is_no_slug_is_refused(store: Store, purpose: str) -> None:
    subject = store.subjects.create("Ann", None, actor="test")
    with pytest.raises(BadInput, match="purpose"):
        _record(store, subject.id, purpose)


def test_a_naive_time_is_refused(store: Store) -> None:
    subject = store.subjects.create("Ann", None, actor="test")
    with pytest.raises(BadInput, match="aware UTC"):
        _record(store, subject.id, expires_at=datetime(2100, 1, 1))  # noqa: DTZ001
