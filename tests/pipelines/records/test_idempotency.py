import threading

import pytest

from pipelines.records.store import Store
from pipelines.records.values import Answer, Claim
from tests.fakes import FakeClock
from tests.pipelines.records.people import agreed
from tests.servers.databases import ON_BOTH
from vision.errors import Conflict

pytestmark = ON_BOTH

ANSWER = Answer(201, "application/json", b'{"label": "Ann Miller"}')


def _claim(store: Store, fingerprint: str = "POST /v1/subjects a1") -> Claim:
    claim = store.idempotency.begin("key_1", "abc", fingerprint)
    assert isinstance(claim, Claim)
    return claim


def test_a_request_is_carried_out_once_and_answered_again_and_again(store: Store) -> None:
    store.idempotency.finish(_claim(store), ANSWER)
    for _ in range(2):
        assert store.idempotency.begin("key_1", "abc", "POST /v1/subjects a1") == ANSWER


def test_another_request_with_the_same_idempotency_key_is_refused(store: Store) -> None:
    store.idempotency.finish(_claim(store), ANSWER)
    with pytest.raises(Conflict, match="no other request used"):
        store.idempotency.begin("key_1", "abc", "POST /v1/subjects b2")


def test_the_same_idempotency_key_of_another_api_key_is_another(store: Store) -> None:
    store.idempotency.finish(_claim(store), ANSWER)
    assert isinstance(store.idempotency.begin("key_2", "abc", "POST /v1/subjects b2"), Claim)


def test_a_request_in_progress_is_not_begun_again(store: Store, clock: FakeClock) -> None:
    _claim(store)
    clock.advance(59)
    with pytest.raises(Conflict, match="being carried out"):
        _claim(store)


def test_a_request_whose_worker_was_killed_is_taken_over(store: Store, clock: FakeClock) -> None:
    lost = _claim(store)
    clock.advance(60)
    taken = _claim(store)
    with pytest.raises(Conflict, match="taken this request over"):
        store.idempotency.finish(lost, ANSWER)
    store.idempotency.abandon(lost)
    store.idempotency.finish(taken, ANSWER)
    assert store.idempotency.begin("key_1", "abc", "POST /v1/subjects a1") == ANSWER


def test_an_abandoned_request_may_be_begun_again(store: Store) -> None:
    store.idempotency.abandon(_claim(store))
    assert isinstance(_claim(store, "POST /v1/subjects b2"), Claim)


def test_a_finished_request_is_not_abandoned(store: Store) -> None:
    claim = _claim(store)
    store.idempotency.finish(claim, ANSWER)
    store.idempotency.abandon(claim)
    assert store.idempotency.begin("key_1", "abc", "POST /v1/subjects a1") == ANSWER


def test_an_answer_about_a_subject_goes_with_the_subject(store: Store) -> None:
    subject = agreed(store)
    store.idempotency.finish(_claim(store), ANSWER, subject.id)
    assert store.idempotency.begin("key_1", "abc", "POST /v1/subjects a1") == ANSWER
    assert store.subjects.erase(subject.id, actor="test").answers == 1
    assert isinstance(_claim(store), Claim)


def test_an_answer_about_a_subject_that_was_erased_meanwhile_is_not_kept(store: Store) -> None:
    claim = _claim(store)
    subject = agreed(store)
    store.subjects.erase(subject.id, actor="test")
    store.idempotency.finish(claim, ANSWER, subject.id)
    assert isinstance(_claim(store), Claim)


def test_of_many_at_once_one_is_begun(store: Store) -> None:
    found: list[str] = []

    def begin() -> None:
        try:
            _claim(store)
            found.append("claim")
        except Conflict:
            found.append("conflict")

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["claim"] + ["conflict"] * 7


def test_answers_that_mention_a_text_are_forgotten_and_others_stay(store: Store) -> None:
    store.idempotency.finish(_claim(store), ANSWER)
    other = store.idempotency.begin("key_1", "def", "POST /v1/subjects b2")
    assert isinstance(other, Claim)
    store.idempotency.finish(other, Answer(201, "application/json", '{"plate": "粤B12345"}'.encode()))
    with store.parking.writing() as transaction:
        assert store.idempotency.forget(transaction, "粤B12345") == 1
    assert isinstance(store.idempotency.begin("key_1", "def", "POST /v1/subjects b2"), Claim)
    assert store.idempotency.begin("key_1", "abc", "POST /v1/subjects a1") == ANSWER
