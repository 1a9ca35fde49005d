import time
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import OperationalError

from pipelines.bus.bus import Bus, Letter
from pipelines.bus.consumer import Consumer
from pipelines.bus.memory import MemoryBus
from pipelines.bus.sink import Taken
from tests.pipelines.bus.conftest import IDLE_S, eventually
from tests.pipelines.bus.letters import letters


class FakeSink:
    """Keeps what it is given.

    Args:
        refuses: ids of letters that can be no record.
    """

    def __init__(self, *refuses: str) -> None:
        self.refuses = set(refuses)
        self.away = False
        self.batches: list[list[str]] = []
        self.kept: list[str] = []
        self.buried: list[tuple[str, str, int]] = []

    def take(self, batch: Sequence[Letter]) -> Taken:
        if self.away:
            raise OperationalError("SELECT 1", {}, Exception("locked"))
        self.batches.append([letter.id for letter in batch])
        new = {letter.id for letter in batch if letter.id not in self.refuses} - set(self.kept)
        self.kept += new
        return Taken(len(new), {letter.id: "no record" for letter in batch if letter.id in self.refuses})

    def bury(self, letter: Letter, sender: str, reason: str, tries: int) -> bool:
        self.buried.append((letter.id, reason, tries))
        return True


def test_a_batch_is_taken_as_a_whole_and_settled(bus: Bus) -> None:
    sink = FakeSink()
    consumer = Consumer(bus, sink)
    bus.publish("spool-a", [*letters(3), *letters(1)])
    assert consumer.step(0.1) == 4
    ids = [letter.id for letter in letters(3)]
    assert sink.batches == [[*ids, ids[0]]]
    assert bus.settled("spool-a", 10) == [*ids, ids[0]]
    assert (consumer.tally.stored, consumer.tally.repeated) == (3, 1)
    assert consumer.step(0.01) == 0


def test_a_refused_letter_is_tried_again_and_then_buried_and_settled(bus: Bus) -> None:
    good, bad = letters(2)
    sink = FakeSink(bad.id)
    consumer = Consumer(bus, sink, tries=3, claim_idle_s=IDLE_S)
    bus.publish("spool-a", [good, bad])
    assert consumer.step(0.1) == 1
    assert sink.buried == []
    for _ in range(2):
        time.sleep(IDLE_S * 1.5)
        consumer.step(0.01)
    assert sink.buried == [(bad.id, "no record", 3)]
    assert sorted(bus.settled("spool-a", 10)) == sorted([good.id, bad.id])
    assert (consumer.tally.refused, consumer.tally.dead) == (3, 1)


def test_a_letter_that_takes_its_readers_down_is_alone_from_the_third_time_and_then_buried(bus: Bus) -> None:
    poison, *others = letters(4)
    bus.publish("spool-a", [poison, *others])
    bus.read("killed-1", 10, 1.0)
    time.sleep(IDLE_S * 1.5)
    bus.reclaim("killed-2", 10)
    time.sleep(IDLE_S * 1.5)
    sink = FakeSink()
    consumer = Consumer(bus, sink, tries=2, claim_idle_s=IDLE_S)
    assert [consumer.step(0.01) for _ in range(5)] == [1, 1, 1, 1, 0]
    assert sorted(sink.batches) == sorted([letter.id] for letter in (poison, *others))
    bus.publish("spool-a", [poison])
    bus.read("killed", 10, 1.0)
    for _ in range(3):
        time.sleep(IDLE_S * 1.5)
        bus.reclaim("killed", 10)
    time.sleep(IDLE_S * 1.5)
    sink = FakeSink()
    assert Consumer(bus, sink, tries=2, claim_idle_s=IDLE_S).step(0.01) == 1
    assert sink.batches == []
    assert [(buried[0], buried[2]) for buried in sink.buried] == [(poison.id, 5)]  # the fifth is beyond 2 x 2


def test_while_the_database_is_away_nothing_is_settled_read_or_counted() -> None:
    bus, sink = MemoryBus(claim_idle_s=IDLE_S), FakeSink()
    sink.away = True
    consumer = Consumer(bus, sink, claim_idle_s=IDLE_S, batch=2)
    bus.publish("spool-a", letters(5))
    with pytest.raises(OperationalError):
        consumer.step(0.1)
    with pytest.raises(OperationalError):
        consumer.step(0.1)
    assert (bus.state().lag, bus.state().pending) == (3, 2)
    consumer.start()
    eventually(lambda: consumer.problem == "database_away")
    time.sleep(IDLE_S * 2)  # the batch in hand would be another's by now, were it not kept
    assert bus.reclaim("two", 10) == []
    sink.away = False
    eventually(lambda: len(sink.kept) == 5)
    eventually(lambda: consumer.problem is None)
    consumer.close()
    assert bus.state().depth == 0
    assert consumer.tally.repeated == consumer.tally.failures == 0


def test_an_unexpected_failure_is_counted_and_the_letters_come_again() -> None:
    class Flawed(FakeSink):
        def take(self, batch: Sequence[Letter]) -> Taken:
            if not self.batches:
                self.batches.append([])
                raise RuntimeError("a flaw")
            return super().take(batch)

    bus, sink = MemoryBus(claim_idle_s=IDLE_S), Flawed()
    consumer = Consumer(bus, sink, claim_idle_s=IDLE_S)
    bus.publish("spool-a", letters(2))
    consumer.start()
    eventually(lambda: len(sink.kept) == 2)
    consumer.close()
    assert consumer.tally.failures == 1
