"""The publisher, by way of a real broker."""

import json
import queue
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from pipelines.outlets.broker import Broker
from pipelines.outlets.dispatcher import Dispatcher
from pipelines.outlets.mqtt import MqttSender
from pipelines.outlets.pace import Pace
from pipelines.outlets.reach import Reach
from pipelines.outlets.sender import Fault, Sent
from pipelines.outlets.ways import Ways
from pipelines.records.outlet_values import Wanted
from pipelines.records.outlets import MQTT
from pipelines.records.store import Store
from pipelines.records.values import StoredEvent
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.outlets.receivers import append, event
from tests.servers.mqtt import MqttBroker
from vision.errors import ConfigurationError

SOON = Pace(poll_s=0.05, save_s=0.1, first_wait_s=0.05, longest_wait_s=0.2)
EVENTS = [StoredEvent(number, event(number, gate_id="north")) for number in range(1, 41)]
TIMEOUT_S = 30.0


class Subscriber:
    """Hears all of an installation's topics."""

    def __init__(self, port: int, prefix: str) -> None:
        self.messages: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        listening = queue.Queue[bool]()
        self._client.on_subscribe = lambda *_: listening.put(True)
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(f"{prefix}/#", 1)
        self._client.loop_start()
        listening.get(timeout=TIMEOUT_S)

    def next(self) -> tuple[str, bytes]:
        return self.messages.get(timeout=TIMEOUT_S)

    def events(self, count: int) -> list[str]:
        """The ids of the next events; what is said of availability is passed over."""
        found: list[str] = []
        while len(found) < count:
            topic, payload = self.next()
            if not topic.endswith("/availability"):
                found.append(json.loads(payload)["Data"]["event_id"])
        return found

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.messages.put((message.topic, bytes(message.payload)))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[MqttBroker]:
    """A running broker."""
    broker = MqttBroker(tmp_path)
    broker.start()
    yield broker
    broker.stop()


def ways(broker: MqttBroker, clock: FakeClock) -> Ways:
    return Ways(Reach(), clock, Broker("127.0.0.1", broker.port), "c", Wanted(("*",)))


def test_events_are_taken_when_the_broker_has_them_and_the_availability_is_retained(broker: MqttBroker) -> None:
    hearing = Subscriber(broker.port, "c")
    sender = MqttSender(Broker("127.0.0.1", broker.port), "c")
    assert sender.keep() == Sent(0)
    assert hearing.next() == ("c/availability", b"online")
    assert sender.send(EVENTS) == Sent(40)
    assert hearing.events(40) == [stored.event.event_id for stored in EVENTS]
    late = Subscriber(broker.port, "c")
    assert late.next() == ("c/availability", b"online")
    sender.close()
    assert hearing.next() == ("c/availability", b"offline")
    late.close()
    hearing.close()


def test_the_last_will_tells_of_a_publisher_that_broke_off(broker: MqttBroker) -> None:
    hearing = Subscriber(broker.port, "c")
    sender = MqttSender(Broker("127.0.0.1", broker.port), "c")
    assert sender.keep() == Sent(0)
    assert hearing.next() == ("c/availability", b"online")
    assert sender._link is not None
    connection = sender._link._client.socket()
    assert connection is not None
    connection.shutdown(socket.SHUT_RDWR)  # as of a process that was killed
    assert hearing.next() == ("c/availability", b"offline")
    hearing.close()
    sender.close()


def test_no_broker_is_no_fault_of_the_events(broker: MqttBroker) -> None:
    broker.stop()
    sender = MqttSender(Broker("127.0.0.1", broker.port), "c", timeout_s=1.0)
    assert sender.send(EVENTS) == Sent(0, Fault("unreachable", "no_connection"))
    assert sender.keep() == Sent(0, Fault("unreachable", "no_connection"))
    sender.close()


def test_what_happened_while_the_broker_was_away_is_published_when_it_is_back(
    broker: MqttBroker, store: Store, clock: FakeClock
) -> None:
    dispatcher = Dispatcher(store, ways(broker, clock), SOON)
    dispatcher.start()
    hearing = Subscriber(broker.port, "c")
    assert hearing.next() == ("c/availability", b"online")
    before = append(store, 1, 2)
    assert hearing.events(2) == before
    hearing.close()
    wait_for_cursor(store, 2)
    broker.stop()
    away = append(store, *range(3, 70))
    deadline = time.monotonic() + TIMEOUT_S
    while store.outlets.get(MQTT).state != "failing":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    broker.start()
    wait_for_cursor(store, 69)
    status = next(one for one in dispatcher.statuses() if one.outlet.id == MQTT)
    assert (status.outlet.state, status.lag, status.set_aside + status.dead) == ("ok", 0, 0)
    assert status.outlet.progress.delivered == len(before) + len(away)
    dispatcher.close()


def wait_for_cursor(store: Store, cursor: int) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while store.outlets.get(MQTT).progress.cursor < cursor:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("url", ["http://broker", "mqtt://", "broker:1883", "mqtt://user:secret@broker", "mqtt://b:x"])
def test_other_addresses_are_refused_and_not_quoted(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="CITYGATE_MQTT_URL") as refused:
        Broker.of(Settings(home=tmp_path, mqtt_url=url))
    assert "secret" not in str(refused.value)


def test_the_settings_name_the_broker(tmp_path: Path) -> None:
    named = Broker.of(Settings(home=tmp_path, mqtt_url="mqtts://broker", mqtt_username="u", mqtt_password="p"))
    assert named == Broker("broker", 8883, encrypted=True, username="u", password="p")
    assert Broker.of(Settings(home=tmp_path)) is None
