"""One outlet: order, back-off, what is set aside, and what is kept of it; rounds are driven by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest

from pipelines.outlets.courier import Courier, Round
from pipelines.outlets.pace import Pace
from pipelines.outlets.sender import Fault, Sent
from pipelines.records.leases import Lease
from pipelines.records.outlet_deliveries import Hand
from pipelines.records.outlet_values import Outlet, Wanted
from pipelines.records.store import Store
from pipelines.records.values import StoredEvent
from tests.fakes import FakeClock
from tests.pipelines.outlets.receivers import append, event, webhook

PACE = Pace(save_s=0, aside_look_s=0, dead_after=4, disable_after=6, batch=3)
DOWN = Fault("unreachable", "no_connection")
NO = Fault("refused", "status_500")


class FakeSender:
    """Takes what `judge` finds no fault with."""

    def __init__(self) -> None:
        self.judge: Callable[[str], Fault | None] = lambda _: None
        self.taken: list[str] = []
        self.tried: list[str] = []

    def send(self, events: Sequence[StoredEvent]) -> Sent:
        for count, stored in enumerate(events):
            self.tried.append(stored.event.event_id)
            fault = self.judge(stored.event.event_id)
            if fault is not None:
                return Sent(count, fault)
            self.taken.append(stored.event.event_id)
        return Sent(len(events))

    def keep(self) -> None:
        return None

    def close(self) -> None:
        return None


class Desk:
    """A courier whose rounds a test calls."""

    def __init__(self, store: Store, outlet: Outlet | None = None) -> None:
        self.store = store
        self.sender = FakeSender()
        self.lease = Lease(store.backing, "outlets", "me", lasting_s=60)
        assert self.lease.hold()
        self.id = store.outlets.create(outlet or webhook("https://example.org"), actor="test").id
        self.again()

    def again(self) -> None:
        """As after a restart: nothing is known but what was kept."""
        work = Round(self.store, PACE, Hand("outlets", "me"), lambda: self.lease.held, Random(1))
        self.courier = Courier(work, self.outlet, self.sender)

    @property
    def outlet(self) -> Outlet:
        return self.store.outlets.get(self.id)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_an_outlet_is_told_of_what_happens_after_it_was_made(store: Store) -> None:
    append(store, 1)
    desk = Desk(store)
    assert desk.courier.go_once() == PACE.poll_s
    later = append(store, 2, 3)
    assert desk.courier.go_once() == 0.0
    assert desk.sender.taken == later
    assert (desk.outlet.progress.cursor, desk.outlet.progress.delivered) == (3, 2)


def test_nothing_is_lost_and_all_stays_in_order_while_nobody_is_there(desk: Desk, store: Store) -> None:
    ids = append(store, *range(1, 8))
    desk.sender.judge = lambda _: DOWN
    waits = [desk.courier.go_once() for _ in range(4)]
    # 1, 2, 4, 8 s, each a fifth shorter or longer at most
    assert all(0.8 * wanted <= (wait or 0) <= 1.2 * wanted for wanted, wait in zip((1, 2, 4, 8), waits, strict=True))
    assert (desk.outlet.state, desk.outlet.why, desk.outlet.progress.failures) == ("failing", "no_connection", 4)
    assert store.deliveries.list(desk.id).items == ()
    desk.again()
    desk.sender.judge = lambda _: None
    while desk.courier.go_once() == 0.0:
        pass
    assert desk.sender.taken == ids
    assert (desk.outlet.state, desk.outlet.progress.failing_since) == ("ok", None)


def test_a_poisoned_event_is_set_aside_and_blocks_nobody(desk: Desk, store: Store, clock: FakeClock) -> None:
    first, poisoned, last = append(store, 1, 2, 3)
    desk.sender.judge = lambda event_id: NO if event_id == poisoned else None
    for _ in range(4):
        desk.courier.go_once()
    assert desk.sender.taken == [first, last]
    (aside,) = store.deliveries.list(desk.id).items
    assert (aside.event_id, aside.state, aside.tries, aside.fault) == (poisoned, "set_aside", 3, "status_500")
    desk.sender.judge = lambda _: None
    desk.courier.go_once()
    assert desk.sender.taken == [first, last]  # its time has not come
    clock.advance(12)  # 10 s, and the jitter
    desk.courier.go_once()
    assert desk.sender.taken == [first, last, poisoned]
    assert store.deliveries.list(desk.id).items == ()
    assert desk.outlet.progress.delivered == 3


def test_what_is_refused_too_often_is_dead_until_a_person_replays_it(
    desk: Desk, store: Store, clock: FakeClock
) -> None:
    (poisoned,) = append(store, 1)
    desk.sender.judge = lambda _: NO
    for _ in range(3):
        desk.courier.go_once()
    clock.advance(12)
    desk.courier.go_once()  # the fourth try
    (dead,) = store.deliveries.list(desk.id, "dead").items
    assert (dead.event_id, dead.tries) == (poisoned, 4)
    clock.advance(100_000)
    tries = len(desk.sender.tried)
    desk.courier.go_once()
    assert len(desk.sender.tried) == tries
    desk.sender.judge = lambda _: None
    assert store.deliveries.replay(desk.id, poisoned, actor="test") == 1
    desk.courier.go_once()
    assert (desk.sender.taken, store.deliveries.count(desk.id, "dead")) == ([poisoned], 0)
    assert store.audit.list().items[-1].note.action == "webhook.replayed"


def test_a_receiver_that_refuses_everything_is_asked_slower_and_at_last_not_at_all(desk: Desk, store: Store) -> None:
    append(store, 1, 2, 3)
    desk.sender.judge = lambda _: NO
    waits = [desk.courier.go_once() for _ in range(6)]
    # The first event is set aside at its third try; the second's turn comes at once, then with waits of 8 and 16 s.
    assert waits[2] == 0.0
    assert (waits[3] or 0) >= 0.8 * 8
    assert waits[5] is None
    assert (desk.outlet.state, desk.outlet.why) == ("disabled", "too_many_failures")
    assert desk.outlet.progress.cursor == 2


def test_a_receiver_that_is_busy_keeps_the_order_longer(desk: Desk, store: Store) -> None:
    ids = append(store, 1, 2)
    desk.sender.judge = lambda _: Fault("busy", "status_503", 9.0)
    waits = [desk.courier.go_once() for _ in range(5)]
    assert min(wait or 0 for wait in waits) >= 9.0  # as it asked
    desk.sender.judge = lambda _: None
    desk.courier.go_once()
    assert (desk.sender.taken, store.deliveries.list(desk.id).items) == (ids, ())


def test_an_outlet_that_was_switched_off_goes_on_where_it_was(desk: Desk, store: Store) -> None:
    ids = append(store, 1, 2)
    desk.sender.judge = lambda _: Fault("gone", "status_410")
    assert desk.courier.go_once() is None
    assert (desk.outlet.state, desk.outlet.why) == ("disabled", "gone")

    def on(outlet: Outlet) -> Outlet:
        return replace(outlet, progress=replace(outlet.progress, disabled=None))

    store.outlets.change(desk.id, on, actor="test", action="webhook.changed")
    desk.again()
    desk.sender.judge = lambda _: None
    desk.courier.go_once()
    assert (desk.sender.taken, desk.outlet.state) == (ids, "ok")


def test_what_was_sent_but_not_kept_is_sent_again(desk: Desk, store: Store) -> None:
    ids = append(store, 1, 2)

    def killed(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    kept, store.deliveries.save = store.deliveries.save, killed
    with pytest.raises(KeyboardInterrupt):
        desk.courier.go_once()
    store.deliveries.save = kept
    desk.again()
    desk.courier.go_once()
    assert desk.sender.taken == [*ids, *ids]  # at least once, with the same ids


def test_who_lost_the_lease_keeps_nothing(desk: Desk, store: Store) -> None:
    append(store, 1)
    desk.lease.give_up()
    other = Lease(store.backing, "outlets", "other", lasting_s=60)
    assert other.hold()
    desk.courier._work = replace(desk.courier._work, held=lambda: True)  # it has not noticed yet
    assert desk.courier.go_once() is None
    assert desk.outlet.progress.cursor == 0


def test_a_change_by_a_person_is_not_written_over(desk: Desk, store: Store) -> None:
    append(store, 1)
    store.outlets.change(desk.id, lambda outlet: replace(outlet, title="new"), actor="test", action="webhook.changed")
    assert desk.courier.go_once() is None
    assert (desk.outlet.title, desk.outlet.progress.cursor) == ("new", 0)


def test_a_deleted_outlet_ends_its_courier(desk: Desk, store: Store) -> None:
    append(store, 1)
    store.outlets.delete(desk.id, actor="test")
    assert desk.courier.go_once() is None


@pytest.mark.parametrize(
    ("wanted", "passing"),
    [
        (Wanted(("*",)), [1, 2, 3, 4]),
        (Wanted(("*",), shadow=True), [1, 2, 3, 4, 5]),
        (Wanted(("parking",)), [1, 3, 4]),
        (Wanted(("*",), kinds=("parking.entry",)), [3, 4]),
        (Wanted(("*",), lot_id="harbour"), [3]),
        (Wanted(("*",), gate_id="north"), [2]),
        (Wanted(("*",), camera_id="in-cam"), [4]),
    ],
)
def test_each_is_told_of_what_it_wants_and_may_see(store: Store, wanted: Wanted, passing: list[int]) -> None:
    desk = Desk(store, webhook("https://example.org", wanted=wanted))
    made = [
        event(1, "camera.state"),
        event(2, purpose="access", gate_id="north"),
        event(3, "parking.entry", purpose="parking", lot_id="harbour"),
        event(4, "parking.entry", purpose="parking", lot_id="hill", camera_id="in-cam"),
        event(5, purpose="access", shadow=True),
    ]
    ids = [store.events.append(one).event.event_id for one in made]
    while desk.courier.go_once() == 0.0:
        pass
    assert desk.sender.taken == [ids[number - 1] for number in passing]
    assert desk.outlet.progress.cursor == 5


def test_the_cursor_goes_on_over_events_of_others(store: Store) -> None:
    desk = Desk(store, webhook("https://example.org", wanted=Wanted(("*",), kinds=("plate.read",))))
    append(store, *range(20))
    desk.courier.go_once()
    assert (desk.sender.tried, desk.outlet.progress.cursor) == ([], 20)


def test_an_erased_event_is_not_sent_from_memory(desk: Desk, store: Store, clock: FakeClock) -> None:
    append(store, 1, subject_id="sub_1")
    desk.sender.judge = lambda _: NO
    for _ in range(3):
        desk.courier.go_once()
    with store.backing.database.writing() as transaction:
        transaction.session.connection().exec_driver_sql("DELETE FROM events")
    clock.advance(12)
    tries = len(desk.sender.tried)
    desk.courier.go_once()
    assert (len(desk.sender.tried), store.deliveries.list(desk.id).items) == (tries, ())


@pytest.mark.parametrize("hours", [-48, 48])
def test_a_clock_that_is_set_back_or_forth_delays_and_loses_nothing(
    desk: Desk, store: Store, clock: FakeClock, hours: int
) -> None:
    first, poisoned = append(store, 1, 2)
    desk.sender.judge = lambda event_id: NO if event_id == poisoned else None
    for _ in range(4):
        desk.courier.go_once()
    clock.advance(hours * 3600)
    (later,) = append(store, 3)
    desk.sender.judge = lambda _: None
    for _ in range(2):
        desk.courier.go_once()
    assert sorted(desk.sender.taken) == sorted([first, poisoned, later])
