"""Counted spans in the store: each once, until their time is up."""

from datetime import timedelta

from pipelines.records.retention import Sweeper
from pipelines.records.store import Store
from pipelines.settings import Settings
from pipelines.street.line_counts import LineCount
from tests.fakes import NOW, FakeClock
from tests.servers.databases import ON_BOTH

pytestmark = ON_BOTH


def count(minutes: float, camera: str = "quay-3", line: str = "stop") -> LineCount:
    begin = NOW + timedelta(minutes=minutes)
    return LineCount(camera, line, begin, begin + timedelta(minutes=5), 299.5, {"car": (3, 1)})


def test_a_span_that_is_told_again_is_kept_once_and_comes_back_whole(store: Store) -> None:
    counts = store.street.line_counts
    assert counts.add(count(0))
    assert not counts.add(count(0))
    assert counts.add(count(0, line="exit"))
    assert counts.add(count(0, camera="quay-4"))
    assert counts.add(count(5))
    found = list(counts.of_camera("quay-3", NOW, NOW + timedelta(minutes=5)))
    assert sorted(found, key=lambda one: one.line) == [count(0, line="exit"), count(0)]


def test_spans_go_with_the_events_of_their_time(store: Store, settings: Settings, clock: FakeClock) -> None:
    store.street.line_counts.add(count(0))
    store.street.line_counts.add(count(60))
    clock.advance(settings.event_retention_days * 86_400 + 60)
    assert Sweeper(store, settings).sweep_once().line_counts == 1
    assert list(store.street.line_counts.of_camera("quay-3", NOW, NOW + timedelta(days=1))) == [count(60)]
