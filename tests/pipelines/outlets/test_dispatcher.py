"""Several processes, one sender: events reach real receivers at least once, in order, through every failure."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.outlets.dispatcher import Dispatcher
from pipelines.outlets.pace import Pace
from pipelines.outlets.signing import message_id
from pipelines.outlets.ways import Ways
from pipelines.records.outlet_values import Outlet
from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.outlets.receivers import OWN_MACHINE, Answering, Receiver, append, webhook

ROOT = Path(__file__).parents[3]
SOON = Pace(poll_s=0.05, save_s=0.1, first_wait_s=0.05, longest_wait_s=0.2, aside_look_s=0.05)
SEND = """
import sys, time
from ipaddress import ip_network
from pathlib import Path
from pipelines.outlets.dispatcher import Dispatcher
from pipelines.outlets.pace import Pace
from pipelines.outlets.reach import Reach
from pipelines.outlets.ways import Ways
from pipelines.records.store import Store
from pipelines.settings import Settings, utc_now

store = Store.open(Settings(home=Path(sys.argv[1])))
Dispatcher(store, Ways(Reach((ip_network("127.0.0.0/8"),)), utc_now), Pace(poll_s=0.05)).start()
time.sleep(120)
"""


def dispatcher(store: Store, pace: Pace = SOON) -> Dispatcher:
    made = Dispatcher(store, Ways(OWN_MACHINE, store.backing.clock), pace)
    made.start()
    return made


def wait_for(condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Come back when the condition is met; fail when it is not in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ids(event_ids: list[str], outlet_id: str = "whk_1") -> list[str]:
    return [message_id(outlet_id, event_id) for event_id in event_ids]


def first_times(receiver: Receiver) -> list[str]:
    """The ids in the order in which they came first: a machine that is held up may lose its lease and send again."""
    return list(dict.fromkeys(receiver.taken))


def test_events_of_this_and_other_processes_are_sent_by_one_of_two(
    store: Store, clock: FakeClock, tmp_path: Path, receiver: Receiver
) -> None:
    other = Store.open(Settings(home=tmp_path / "home"), clock)
    store.outlets.create(webhook(receiver.url), actor="test")
    both = [dispatcher(store), dispatcher(other)]
    wait_for(lambda: any(one.sends for one in both))
    made = [one for number in range(10) for one in append((store, other)[number % 2], number)]
    wait_for(lambda: set(receiver.taken) == set(ids(made)))
    assert first_times(receiver) == ids(made)
    assert not all(one.sends for one in both)
    both[0].close()  # whichever it was: the other goes on, or goes on sending
    made += append(store, 10, 11)
    wait_for(lambda: set(receiver.taken) == set(ids(made)))
    assert first_times(receiver) == ids(made)
    both[1].close()
    other.close()


def test_what_happened_while_the_receiver_was_down_comes_in_order(store: Store) -> None:
    receiver = Receiver()
    port = receiver.port
    store.outlets.create(webhook(receiver.url), actor="test")
    receiver.close()
    running = dispatcher(store)
    made = append(store, *range(30))
    wait_for(lambda: store.outlets.get("whk_1").state == "failing")
    assert store.outlets.get("whk_1").why == "no_connection"
    receiver = Receiver(port)
    wait_for(lambda: set(receiver.taken) == set(ids(made)))
    assert first_times(receiver) == ids(made)
    wait_for(lambda: store.outlets.get("whk_1").state == "ok")
    running.close()
    receiver.close()


def test_a_slow_receiver_holds_nobody_else_up(store: Store, receiver: Receiver) -> None:
    slow = Receiver()
    slow.answering = Answering(delay_s=0.5)
    store.outlets.create(webhook(slow.url, "whk_slow"), actor="test")
    store.outlets.create(webhook(receiver.url), actor="test")
    running = dispatcher(store)
    made = append(store, *range(20))
    wait_for(lambda: set(receiver.taken) == set(ids(made)))
    assert len(slow.taken) < 20
    assert first_times(receiver) == ids(made)
    running.close()
    slow.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_process_killed_while_it_sends_loses_nothing(store: Store, tmp_path: Path, receiver: Receiver) -> None:
    receiver.answering = Answering(delay_s=0.02)
    store.outlets.create(webhook(receiver.url), actor="test")
    made = append(store, *range(60))
    command = [sys.executable, "-c", SEND, str(tmp_path / "home")]
    with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: S603
        wait_for(lambda: len(receiver.taken) >= 15)
        os.kill(process.pid, signal.SIGKILL)
    running = dispatcher(store, replace(SOON, lease_s=3.0))  # the dead one's is taken over after so long
    wait_for(lambda: set(receiver.taken) == set(ids(made)))
    # What the killed process had sent but not kept came again, with the same ids; the first time each in order.
    assert first_times(receiver) == ids(made)
    running.close()


def test_a_change_is_followed_while_running(store: Store, receiver: Receiver) -> None:
    elsewhere = Receiver()
    store.outlets.create(webhook(receiver.url), actor="test")
    running = dispatcher(store)
    (first,) = append(store, 1)
    wait_for(lambda: receiver.taken == ids([first]))

    def moved(outlet: Outlet) -> Outlet:
        assert outlet.target is not None
        return replace(outlet, target=replace(outlet.target, url=elsewhere.url))

    wait_for(lambda: store.outlets.get("whk_1").progress.cursor == 1)
    store.outlets.change("whk_1", moved, actor="test", action="webhook.changed")
    wait_for(lambda: [one.outlet.revision for one in tuple(running._couriers.values())] == [2])
    (second,) = append(store, 2)
    wait_for(lambda: elsewhere.taken == ids([second]))
    store.outlets.delete("whk_1", actor="test")
    wait_for(lambda: not running._couriers)
    append(store, 3)
    assert receiver.taken == ids([first])
    running.close()
    elsewhere.close()


def test_an_installation_without_outlets_writes_nothing(store: Store) -> None:
    running = dispatcher(store)
    time.sleep(0.2)
    with store.backing.database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM leases").scalar_one() == 0
    assert running.failures == 0
    running.close()
