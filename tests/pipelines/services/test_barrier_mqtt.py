"""Orders over MQTT, by way of a real broker in a process of its own."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from pipelines.services.barrier import OpenCommand
from pipelines.services.barrier_mqtt import MqttOutlet
from tests.fakes import NOW
from tests.servers.mqtt import MqttBroker
from vision.errors import BadInput

ORDER = OpenCommand("dec_1", "north", NOW + timedelta(seconds=5))
TOPIC = "citygate/gates/north"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a running amqtt broker."""
    broker = MqttBroker(tmp_path_factory.mktemp("amqtt"))
    broker.start()
    yield broker.port
    broker.stop()


class Controller:
    """A gate's controller on the broker: keeps its orders and answers each with `answer`.

    Args:
        port: of the broker.
        answer: from an order's decision id to the acknowledgements' payloads.
    """

    def __init__(self, port: int, answer: Callable[[str], list[dict[str, Any]]]) -> None:
        self.orders: list[dict[str, Any]] = []
        self.retained: list[bool] = []
        self._answer = answer
        self._listening = False
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_subscribe = self._on_subscribe
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(f"{TOPIC}/open", 1)
        self._client.loop_start()
        deadline = time.monotonic() + 5
        while not self._listening:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_subscribe(self, *arguments: object) -> None:
        self._listening = True

    def _on_message(self, client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.orders.append(json.loads(message.payload))
        self.retained.append(message.retain)
        for payload in self._answer(self.orders[-1]["decision_id"]):
            client.publish(f"{TOPIC}/ack", json.dumps(payload), 1)


@pytest.fixture
def listening(port: int) -> Iterator[Callable[[Callable[[str], list[dict[str, Any]]]], Controller]]:
    """Starts a controller; it is gone after the test."""
    started: list[Controller] = []

    def start(answer: Callable[[str], list[dict[str, Any]]]) -> Controller:
        started.append(Controller(port, answer))
        return started[-1]

    yield start
    for controller in started:
        controller.close()


def outlet(port: int) -> MqttOutlet:
    return MqttOutlet(f"mqtt://127.0.0.1:{port}", TOPIC)


def test_an_acknowledged_order_opens(port: int, listening: Callable[..., Controller]) -> None:
    controller = listening(lambda decision_id: [{"decision_id": decision_id}])
    assert outlet(port).open(ORDER, 3.0) == "opened"
    (order,) = controller.orders
    assert (order["decision_id"], order["gate"]) == ("dec_1", "north")
    assert controller.retained == [False]


def test_another_decisions_acknowledgement_is_passed_over(port: int, listening: Callable[..., Controller]) -> None:
    listening(lambda decision_id: [{"decision_id": "dec_0"}, {"decision_id": decision_id, "opened": False}])
    assert outlet(port).open(ORDER, 3.0) == "refused"


def test_a_controller_that_does_not_answer_is_given_up_in_time(port: int, listening: Callable[..., Controller]) -> None:
    controller = listening(lambda _: [])
    begun = time.monotonic()
    assert outlet(port).open(ORDER, 0.5) == "timed_out"
    assert time.monotonic() - begun < 1.0
    assert len(controller.orders) == 1


def test_an_order_nobody_listened_to_does_not_come_later(port: int, listening: Callable[..., Controller]) -> None:
    assert outlet(port).open(ORDER, 0.4) == "timed_out"
    controller = listening(lambda decision_id: [{"decision_id": decision_id}])
    time.sleep(0.3)
    assert controller.orders == []


def test_no_broker_is_timed_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert outlet(taken.getsockname()[1]).open(ORDER, 0.5) == "timed_out"


def test_a_broker_that_accepts_and_stays_silent_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        assert outlet(silent.getsockname()[1]).open(ORDER, 0.4) == "timed_out"
        assert time.monotonic() - begun < 1.0


@pytest.mark.parametrize("url", ["http://broker", "broker:1883", "mqtt://"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(BadInput, match="mqtt://host"):
        MqttOutlet(url, TOPIC)
