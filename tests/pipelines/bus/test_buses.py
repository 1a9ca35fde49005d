"""What both buses promise."""

import time

import pytest

from pipelines.bus.bus import Bus, BusState
from pipelines.bus.memory import MemoryBus
from tests.pipelines.bus.conftest import IDLE_S
from tests.pipelines.bus.letters import letters
from vision.errors import BusAway


def test_letters_come_once_in_order_and_whole(bus: Bus) -> None:
    sent = letters(5)
    receipts = bus.publish("spool-a", sent)
    assert len(set(receipts)) == 5
    first, second = bus.read("one", 3, 1.0), bus.read("two", 10, 1.0)
    assert [one.letter for one in first] == sent[:3]
    assert [one.letter for one in second] == sent[3:]
    assert {(one.sender, one.tries) for one in first} == {("spool-a", 1)}
    assert [one.receipt for one in first + second] == receipts
    assert bus.read("one", 10, 0.01) == []


def test_a_reader_of_an_empty_bus_waits_and_gets_nothing(bus: Bus) -> None:
    assert bus.read("one", 10, 0.01) == []
    assert bus.reclaim("one", 10) == []
    assert bus.state() == BusState(0, 0, 0)
    assert bus.trim() == 0


def test_what_is_settled_is_told_to_its_sender_once_and_delivered_no_more(bus: Bus) -> None:
    bus.publish("spool-a", letters(2))
    bus.publish("spool-b", letters(1, first=2))
    taken = bus.read("one", 10, 1.0)
    bus.settle(taken)
    assert bus.settled("spool-a", 1) == [letters(2)[0].id]
    assert bus.settled("spool-a", 10) == [letters(2)[1].id]
    assert bus.settled("spool-a", 10) == []
    assert bus.settled("spool-b", 10) == [taken[2].letter.id]
    time.sleep(IDLE_S * 1.5)
    assert bus.reclaim("two", 10) == []


def test_what_a_silent_reader_took_goes_to_another_and_is_counted(bus: Bus) -> None:
    bus.publish("spool-a", letters(3))
    taken = bus.read("dead", 10, 1.0)
    bus.settle(taken[:1])
    assert bus.reclaim("two", 10) == []
    time.sleep(IDLE_S * 1.5)
    assert [(one.letter, one.tries) for one in bus.reclaim("two", 1)] == [(taken[1].letter, 2)]
    assert [(one.letter, one.tries) for one in bus.reclaim("two", 10)] == [(taken[2].letter, 2)]


def test_what_may_take_its_readers_down_comes_alone_and_after_the_others(bus: Bus) -> None:
    bus.publish("spool-a", letters(3))
    first, *_ = bus.read("killed", 2, 1.0)
    time.sleep(IDLE_S * 1.5)
    assert [one.tries for one in bus.reclaim("killed", 10)] == [2, 2]
    [last] = bus.read("killed", 10, 1.0)
    time.sleep(IDLE_S * 1.5)
    # What waits beside a suspect is not counted as tried: it was not in anybody's hand.
    assert [(one.receipt, one.tries) for one in bus.reclaim("two", 10)] == [(last.receipt, 2)]
    assert [(one.receipt, one.tries) for one in bus.reclaim("two", 10)] == [(first.receipt, 3)]
    assert [one.tries for one in bus.reclaim("two", 10)] == [3]
    assert bus.reclaim("two", 10) == []


def test_what_a_reader_keeps_is_not_reclaimed_and_not_counted(bus: Bus) -> None:
    bus.publish("spool-a", letters(1))
    [taken] = bus.read("slow", 10, 1.0)
    time.sleep(IDLE_S * 1.5)
    bus.keep("slow", [taken.receipt])
    assert bus.reclaim("two", 10) == []
    time.sleep(IDLE_S * 1.5)
    assert [one.tries for one in bus.reclaim("two", 10)] == [2]


def test_trimming_stops_before_the_slowest_letter(bus: Bus) -> None:
    bus.publish("spool-a", letters(5))
    taken = bus.read("one", 4, 1.0)
    bus.settle([taken[0], taken[2], taken[3]])
    bus.trim()
    # The second is not settled, and the fifth was not even delivered.
    assert bus.lost({one.receipt: one.letter.id for one in taken[1:2]}) == set()
    assert bus.lost({taken[0].receipt: taken[0].letter.id}) == {taken[0].receipt}
    assert (bus.state().lag, bus.state().pending) == (1, 1)
    bus.settle([taken[1], *bus.read("one", 10, 1.0)])
    bus.trim()
    assert bus.state() == BusState(0, 0, 0)


def test_what_lies_at_a_receipt_is_told_from_what_was_put_there(bus: Bus) -> None:
    [receipt] = bus.publish("spool-a", letters(1))
    assert bus.lost({receipt: letters(1)[0].id}) == set()
    assert bus.lost({"999999-0": "evt_never"}) == {"999999-0"}
    assert bus.lost({}) == set()


def test_a_full_queue_in_memory_refuses() -> None:
    bus = MemoryBus(capacity=3)
    bus.publish("spool-a", letters(3))
    with pytest.raises(BusAway, match="wanted room for 1, holds 3 of 3"):
        bus.publish("spool-a", letters(1))
    bus.settle(bus.read("one", 1, 0.1))
    bus.publish("spool-a", letters(1, first=3))
