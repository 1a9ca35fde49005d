import pytest

from pipelines.bus.bus import Bus, Letter
from pipelines.bus.forwarder import WINDOW, Forwarder
from pipelines.bus.memory import MemoryBus
from pipelines.bus.spool import Spool
from tests.pipelines.bus.conftest import eventually
from tests.pipelines.bus.letters import letters
from vision.errors import BusAway


class Seconds:
    """A monotonic time that moves when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _settle(bus: Bus) -> list[Letter]:
    taken = bus.read("one", 100, 1.0)
    bus.settle(taken)
    return [one.letter for one in taken]


def test_a_letter_leaves_the_spool_only_when_it_was_settled(spool: Spool, bus: Bus) -> None:
    forwarder = Forwarder(spool, bus)
    spool.put(letters(3))
    assert forwarder.step() == 3
    assert forwarder.step() == 0
    assert spool.depth == 3
    assert _settle(bus) == letters(3)
    assert forwarder.step() == 3
    assert spool.depth == 0


def test_after_a_restart_all_that_is_in_the_spool_is_published_again(spool: Spool, bus: Bus) -> None:
    spool.put(letters(2))
    Forwarder(spool, bus).step()
    Forwarder(spool, bus).step()
    assert _settle(bus) == letters(2) * 2


def test_what_the_bus_lost_is_published_anew_after_a_while(spool: Spool) -> None:
    seconds = Seconds()
    first, second = MemoryBus(), MemoryBus()
    forwarder = Forwarder(spool, first, look_after_s=5.0, clock=seconds)
    spool.put(letters(3))
    forwarder.step()
    forwarder._bus = second  # as a Redis that was killed and came back empty
    seconds.now = 4.9
    forwarder.step()
    assert second.state().depth == 0
    seconds.now = 5.0
    forwarder.step()
    assert _settle(second) == letters(3)
    forwarder.step()
    assert spool.depth == 0


def test_what_waits_on_the_bus_is_not_published_twice_however_long_it_waits(spool: Spool, bus: Bus) -> None:
    seconds = Seconds()
    forwarder = Forwarder(spool, bus, look_after_s=5.0, clock=seconds)
    spool.put(letters(3))
    forwarder.step()
    for seconds.now in (10.0, 20.0, 3600.0):
        forwarder.step()
    assert bus.state().depth == 3


def test_what_was_settled_without_being_told_is_settled_anew(spool: Spool, bus: Bus) -> None:
    seconds = Seconds()
    forwarder = Forwarder(spool, bus, look_after_s=5.0, clock=seconds)
    spool.put(letters(1))
    forwarder.step()
    _settle(bus)
    assert bus.settled(spool.sender, 10) == [letters(1)[0].id]  # taken by a forwarder that was killed then
    bus.trim()
    seconds.now = 5.0
    forwarder.step()
    assert _settle(bus) == letters(1)
    forwarder.step()
    assert spool.depth == 0


def test_no_more_than_the_window_lies_on_the_bus(tmp_path_factory: pytest.TempPathFactory) -> None:
    spool = Spool(tmp_path_factory.mktemp("wide") / "spool.db", 2 * WINDOW)
    spool.put(letters(WINDOW + 1))
    bus = MemoryBus()
    forwarder = Forwarder(spool, bus)
    while forwarder.step():
        pass
    assert bus.state().depth == WINDOW
    spool.close()


def test_a_bus_that_is_away_shows_and_costs_nothing(spool: Spool) -> None:
    class Away(MemoryBus):
        away = True

        def publish(self, sender: str, letters: object) -> list[str]:
            if self.away:
                raise BusAway("bus: gone")
            return super().publish(sender, letters)

    bus = Away()
    forwarder = Forwarder(spool, bus)
    spool.put(letters(2))
    forwarder.start()
    forwarder.wake()
    eventually(lambda: forwarder.problem == "bus_away")
    assert spool.depth == 2
    bus.away = False
    eventually(lambda: bus.state().depth == 2)
    _settle(bus)
    assert forwarder.drain(30.0)
    forwarder.close()
    assert forwarder.problem is None
    assert forwarder.failures == 0
