"""Work that one process at a time does."""

from pipelines.records.leases import Lease
from pipelines.records.store import Store


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lease(store: Store, holder: str, seconds: Seconds) -> Lease:
    return Lease(store.backing, "work", holder, 10.0, seconds)


def test_one_holds_it_and_others_do_not(store: Store) -> None:
    seconds = Seconds()
    first, second = lease(store, "a", seconds), lease(store, "b", seconds)
    assert (first.hold(), second.hold(), first.hold(), first.held, second.held) == (True, False, True, True, False)


def test_it_is_taken_over_when_its_holder_has_not_beaten_for_so_long(store: Store) -> None:
    seconds = Seconds()
    first, second = lease(store, "a", seconds), lease(store, "b", seconds)
    assert first.hold()
    assert not second.hold()  # seen at 100
    seconds.now = 109.9
    assert not second.hold()
    seconds.now = 110.0
    assert (second.hold(), first.held, first.hold()) == (True, False, False)


def test_a_beat_keeps_it(store: Store) -> None:
    seconds = Seconds()
    first, second = lease(store, "a", seconds), lease(store, "b", seconds)
    for now in range(100, 160, 6):
        seconds.now = now
        assert (first.hold(), second.hold()) == (True, False)


def test_given_up_it_is_another_s_at_once(store: Store) -> None:
    seconds = Seconds()
    first, second = lease(store, "a", seconds), lease(store, "b", seconds)
    assert first.hold()
    assert not second.hold()
    first.give_up()
    assert (first.held, second.hold()) == (False, True)


def test_who_was_held_up_too_long_no_longer_holds_it(store: Store) -> None:
    seconds = Seconds()
    first = lease(store, "a", seconds)
    assert first.hold()
    seconds.now += 10.0
    assert not first.held
