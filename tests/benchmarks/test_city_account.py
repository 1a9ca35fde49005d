from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from benchmarks.city_account import Account, found_in, lags_s, size_bytes
from benchmarks.city_day import Share
from benchmarks.city_plan import DECISION, KINDS, drawn_plan
from benchmarks.city_processes import TimedSink
from benchmarks.city_records import decision_of, letter_of
from pipelines.bus.bus import Letter
from pipelines.events import Event
from pipelines.records.store import Store
from pipelines.services.cases import CaseService, read_rules
from pipelines.settings import Settings

PLAN = drawn_plan(Share(280_000, 8, 1), seed=3)


class FakeConsumer:
    """Stores what it reads, but drops one and doubles another."""

    def __init__(self, drops: str = "", doubles: str = "") -> None:
        self.found: Counter[str] = Counter()
        self._drops = drops
        self._doubles = doubles

    def read(self, ids: Sequence[str]) -> None:
        self.found.update(one for one in ids if one != self._drops)
        self.found.update(one for one in ids if one == self._doubles)


def account(consumer: FakeConsumer, refused: Sequence[str] = ()) -> Account:
    offered = ["a", "b", "c", "d"]
    consumer.read([one for one in offered if one not in refused])
    return Account.of(offered, refused, consumer.found)


def test_of_a_consumer_that_does_its_work_nothing_is_missing() -> None:
    assert account(FakeConsumer()) == Account(stored=4, lost=0, duplicated=0, strange=0)


def test_one_that_drops_a_record_has_lost_it() -> None:
    assert account(FakeConsumer(drops="b")) == Account(stored=3, lost=1, duplicated=0, strange=0)


def test_one_that_stores_a_record_twice_has_a_duplicate() -> None:
    assert account(FakeConsumer(doubles="c")) == Account(stored=4, lost=0, duplicated=1, strange=0)


def test_what_was_refused_to_its_face_is_not_lost() -> None:
    assert account(FakeConsumer(), refused=["d"]) == Account(stored=3, lost=0, duplicated=0, strange=0)


def test_what_nobody_offered_is_strange() -> None:
    assert Account.of([], [], {"x": 2}) == Account(stored=0, lost=0, duplicated=1, strange=1)


def test_lag_runs_from_the_moment_that_was_planned_and_what_never_came_has_none() -> None:
    assert lags_s(np.asarray([1.0, 2.0, 3.0]), ["a", "b", "c"], {"a": 1.5, "c": 3.25}) == [0.5, 0.25]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(Settings(home=tmp_path))
    yield opened
    opened.close()


def sink_of(store: Store) -> TimedSink:
    return TimedSink(store, CaseService(store, *read_rules(Settings())))


def drawn() -> list[Event]:
    return [PLAN.record(number, datetime.now(UTC)) for number in range(200)]


def test_every_kind_is_found_again_and_what_was_told_twice_is_there_once(store: Store) -> None:
    records, sink = drawn(), sink_of(store)
    letters = [letter_of(one) for one in records if one.kind != "face.decision"]
    assert not sink.take(letters).refused
    first = dict(sink.committed_s)
    sink.take(letters)
    assert sink.committed_s == first
    for one in records:
        if one.kind == "face.decision":
            store.decisions.record(*decision_of(one))
    assert {one.kind for one in records} == set(KINDS)
    assert len(letters) < len(records) == 200
    assert Account.of([one.event_id for one in records], [], found_in(store)) == Account(200, 0, 0, 0)


def test_a_record_that_the_sink_never_saw_is_lost(store: Store) -> None:
    records = [one for one in drawn() if one.kind != "face.decision"]
    sink_of(store).take([letter_of(one) for one in records[1:]])
    counted = Account.of([one.event_id for one in records], [], found_in(store))
    assert (counted.stored, counted.lost, counted.duplicated) == (len(records) - 1, 1, 0)


def test_a_letter_that_was_refused_is_not_committed(store: Store) -> None:
    sink = sink_of(store)
    assert set(sink.take([Letter("x", "event", "{}")]).refused) == {"x"}
    assert sink.committed_s == {}


def test_the_database_grows_by_whole_pages(store: Store) -> None:
    before = size_bytes(store.backing.database)
    travelling = [number for number in range(1_000) if PLAN.kinds[number] != DECISION]
    sink_of(store).take([letter_of(PLAN.record(number, datetime.now(UTC))) for number in travelling])
    grown = size_bytes(store.backing.database) - before
    assert grown > 300 * len(travelling)
    assert grown % 512 == 0
