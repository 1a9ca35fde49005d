import threading
from datetime import timedelta

import pytest

from pipelines.events import Event, event_id
from pipelines.records.event_log import EventFilter
from pipelines.records.feed import EventFeed
from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.records.people import agreed, key
from tests.servers.databases import ON_BOTH
from vision.errors import BadInput

pytestmark = ON_BOTH


def _event(clock: FakeClock, visit: str, **options: object) -> Event:
    made = event_id("cam-1", visit, "camera.state")
    values = {"event_id": made, "kind": "camera.state", "occurred_at": clock(), "camera_id": "cam-1"}
    return Event(**values | options)


def test_an_event_that_is_told_twice_appears_once(store: Store, clock: FakeClock) -> None:
    first = store.events.append(_event(clock, "1", reason="lost"))
    again = store.events.append(_event(clock, "1", reason="lost again"))
    assert again == first
    assert store.events.list() == (first,)
    assert store.events.seq_of(first.event.event_id) == first.seq
    assert store.events.seq_of("evt_0") is None


def test_numbers_grow_even_when_the_newest_events_were_deleted(store: Store, clock: FakeClock) -> None:
    first = store.events.append(_event(clock, "1"))
    with store.backing.database.writing() as transaction:
        transaction.session.connection().exec_driver_sql("DELETE FROM events")
    assert store.events.latest_seq() == 0
    assert store.events.append(_event(clock, "2")).seq > first.seq


def test_a_reader_goes_on_behind_the_last_event_it_saw(store: Store, clock: FakeClock) -> None:
    stored = [store.events.append(_event(clock, str(visit))) for visit in range(4)]
    assert store.events.list(stored[1].seq) == tuple(stored[2:])
    assert store.events.list(stored[0].seq, limit=2) == tuple(stored[1:3])
    assert store.events.list(stored[3].seq) == ()
    page = store.events.page(limit=3)
    assert page.items + store.events.page(page.next).items == tuple(stored)
    assert store.events.latest_seq() == stored[3].seq


def test_a_filter_lets_only_what_is_wanted_pass(store: Store, clock: FakeClock) -> None:
    state = store.events.append(_event(clock, "1"))
    boarding = store.events.append(_event(clock, "2", kind="face.decision", purpose="boarding", gate_id="east"))
    parking = store.events.append(_event(clock, "3", purpose="parking", camera_id="cam-2"))
    wanted = {
        (state, boarding): EventFilter(viewer=key(store, "boarding")),
        (state, boarding, parking): EventFilter(viewer=key(store, "*")),
        (state,): EventFilter(viewer=key(store)),
        (boarding,): EventFilter(kinds=["face.decision"]),
        (parking,): EventFilter(camera_id="cam-2"),
        (): EventFilter(camera_id="cam-2", gate_id="east"),
    }
    assert len(wanted) == 6
    for events, passing in wanted.items():
        assert store.events.list(passing=passing) == events
        assert store.events.page(passing=passing).items == events
    assert store.events.list(passing=EventFilter(gate_id="east")) == (boarding,)


def test_a_cursor_of_another_list_is_refused(store: Store) -> None:
    with pytest.raises(BadInput):
        store.events.page("x")


def test_an_event_comes_back_whole(store: Store, clock: FakeClock) -> None:
    subject = agreed(store)
    told = _event(
        clock,
        "1",
        purpose="p",
        gate_id="g",
        subject_id=subject.id,
        decision_id="dec_1",
        decision="accepted",
        reason="match",
        state="live",
        score=0.5,
        shadow=True,
        occurred_at=clock() - timedelta(seconds=1),
    )
    store.events.append(told)
    assert [stored.event for stored in store.events.list()] == [told]


def test_who_waits_is_woken_by_a_new_event(store: Store, clock: FakeClock) -> None:
    seen: list[int] = []
    waiter = threading.Thread(target=lambda: seen.append(store.feed.wait(0, timeout_s=30)))
    waiter.start()
    stored = store.events.append(_event(clock, "1"))
    waiter.join()
    assert seen == [stored.seq]
    assert store.feed.latest_seq == stored.seq


def test_waiting_ends_by_itself() -> None:
    assert EventFeed(7).wait(7, timeout_s=0.01) == 7
    assert EventFeed(7).wait(6, timeout_s=30) == 7


def test_a_late_announcement_does_not_turn_the_feed_back() -> None:
    feed = EventFeed(0)
    feed.announce(2)
    feed.announce(1)
    assert feed.latest_seq == 2


def test_a_reopened_store_knows_its_newest_event(settings: Settings, clock: FakeClock) -> None:
    store = Store.open(settings, clock)
    stored = store.events.append(_event(clock, "1"))
    store.close()
    again = Store.open(settings, clock)
    assert again.feed.latest_seq == stored.seq
    again.close()


def test_of_a_batch_what_was_not_there_is_stored_and_comes_back(store: Store, clock: FakeClock) -> None:
    known = store.events.append(_event(clock, "1"))
    first, again = _event(clock, "2", reason="lost"), _event(clock, "2", reason="lost again")
    new = store.events.append_all([first, known.event, again, _event(clock, "3")]).numbers
    assert store.events.list() == (known, *map(store.events.find, new))
    assert [stored.event for stored in store.events.list(known.seq)] == [first, _event(clock, "3")]
    assert store.feed.latest_seq == new[-1]
    assert store.events.append_all([first, known.event]).numbers == ()
    assert store.events.append_all([]).numbers == ()


def test_a_large_batch_is_stored_whole(store: Store, clock: FakeClock) -> None:
    events = [_event(clock, str(number)) for number in range(3000)]
    numbers = store.events.append_all(events).numbers
    stored = store.events.list(limit=5000)
    assert [one.event for one in stored] == events
    assert [one.seq for one in stored] == list(numbers)
    assert len(set(numbers)) == 3000


def test_words_of_any_characters_come_back_as_they_were(store: Store, clock: FakeClock) -> None:
    odd = 'Zo\u00eb "\u4eac" \\ \u2028 \U0001f697 %s :rows $[0] {}'
    told = _event(clock, odd, reason=odd, gate_id=odd, plate_hash="", subject_id=None)
    store.events.append_all([told])
    assert [stored.event for stored in store.events.list(passing=EventFilter(gate_id=odd))] == [told]
