"""A gate's controller behind an MQTT broker."""

import time
import uuid
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from pipelines.services.barrier import Acknowledgement, OpenCommand, read_acknowledgement
from vision.errors import BadInput

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_AT_LEAST_ONCE = 1
_STEP_S = 0.05


class MqttOutlet:
    """Publishes orders on `TOPIC/open` and waits for the acknowledgement on `TOPIC/ack`, both with QoS 1.

    Every order has a connection and a clean session of its own: a client that stays connected would send an order
    again after a lost connection, when its time may be up. Orders are not retained.

    Args:
        url: `mqtt://host[:port]` or `mqtts://host[:port]`.
        topic: such as `citygate/gates/north`.
        username: for the broker; None: no login.
        password: for the broker.

    Raises:
        BadInput: another kind of address.
    """

    def __init__(self, url: str, topic: str, username: str | None = None, password: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise BadInput(f"barrier url: wanted mqtt://host or mqtts://host, got scheme {parts.scheme!r}")
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._encrypted = parts.scheme == "mqtts"
        self._topic = topic
        self._login = (username, password)

    def open(self, command: OpenCommand, timeout_s: float) -> Acknowledgement:
        """Publish the order and wait for its acknowledgement."""
        deadline = time.monotonic() + timeout_s
        exchange = _Exchange(self._topic, command)
        client = self._client(exchange)
        client.connect_timeout = timeout_s
        try:
            client.connect(self._host, self._port)
            while exchange.outcome is None and time.monotonic() < deadline:
                if client.loop(timeout=_STEP_S) != MQTTErrorCode.MQTT_ERR_SUCCESS:
                    break
        except OSError:
            return "timed_out"
        finally:
            client.disconnect()
        return exchange.outcome or "timed_out"

    def close(self) -> None:
        """Nothing stays open between two orders."""

    def _client(self, exchange: "_Exchange") -> Client:
        client = Client(CallbackAPIVersion.VERSION2, client_id=f"citygate-{uuid.uuid4().hex[:12]}")
        username, password = self._login
        if username is not None:
            client.username_pw_set(username, password)
        if self._encrypted:
            client.tls_set()
        client.on_connect = exchange.on_connect
        client.on_subscribe = exchange.on_subscribe
        client.on_message = exchange.on_message
        return client


class _Exchange:
    """One order and its acknowledgement: connected, then listening, then ordered, then heard."""

    def __init__(self, topic: str, command: OpenCommand) -> None:
        self._topic = topic
        self._command = command
        self.outcome: Acknowledgement | None = None

    def on_connect(
        self, client: Client, _userdata: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.outcome = "refused"
        else:
            client.subscribe(f"{self._topic}/ack", _AT_LEAST_ONCE)

    def on_subscribe(
        self, client: Client, _userdata: Any, _mid: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        # Ordered only now: an answer that came before the subscription would be lost.
        if any(reason.is_failure for reason in reasons):
            self.outcome = "refused"
        else:
            client.publish(f"{self._topic}/open", self._command.to_json(), _AT_LEAST_ONCE, retain=False)

    def on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        self.outcome = read_acknowledgement(bytes(message.payload), self._command.decision_id) or self.outcome
