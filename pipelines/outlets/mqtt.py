"""The publisher on an MQTT broker: every event with QoS 1, taken when the broker has acknowledged it."""

import hashlib
import threading
import time
from collections.abc import Sequence
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from pipelines.outlets.broker import Broker
from pipelines.outlets.onvif import availability_topic, payload_of, topic_of
from pipelines.outlets.sender import Fault, Sent
from pipelines.records.values import StoredEvent

TIMEOUT_S = 10.0
"""To connect, and for the acknowledgements of one batch."""
KEEPALIVE_S = 20
"""The broker tells the last will of a publisher that was silent half as long again."""
_CLOSING_S = 2.0
_STEP_S = 0.05
_AT_LEAST_ONCE = 1


class MqttSender:
    """Publishes events; connected as long as it is kept.

    The last will sets the retained availability to `offline`. Every connection has a client of its own, for one that is
    used again would send what it still had by itself. All processes of an installation connect by the same client id:
    who takes over ends the connection of the one before, whose will is told before the new one says `online`.
    """

    def __init__(self, broker: Broker, prefix: str, timeout_s: float = TIMEOUT_S) -> None:
        self._broker = broker
        self._prefix = prefix
        self._timeout_s = timeout_s
        self._link: _Link | None = None

    def send(self, events: Sequence[StoredEvent]) -> Sent:
        """Publish the events at once, and wait until the broker has them."""
        fault = self._connect()
        if fault is not None or self._link is None:
            return Sent(0, fault)
        told = [(topic_of(self._prefix, stored.event), payload_of(stored.event)) for stored in events]
        taken = self._link.publish(told, self._timeout_s)
        if taken < len(events):
            self._drop()
            return Sent(taken, Fault("refused", "not_acknowledged"))
        return Sent(taken)

    def keep(self) -> Sent:
        """Be connected, so that the availability is true also while nothing happens."""
        return Sent(0, self._connect())

    def close(self) -> None:
        """Say `offline` and part."""
        self._drop()

    def _connect(self) -> Fault | None:
        if self._link is not None and not self._link.lost:
            return None
        self._drop()
        link = _Link(self._broker, self._prefix)
        word = link.open(self._timeout_s)
        if word is not None:
            link.close()
            return Fault("unreachable", word)
        self._link = link
        return None

    def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()


class _Link:
    """One connection to the broker."""

    def __init__(self, broker: Broker, prefix: str) -> None:
        name = hashlib.sha256(prefix.encode()).hexdigest()[:12]
        self._broker = broker
        self._topic = availability_topic(prefix)
        self._answered = threading.Event()
        self._refused = False
        self.lost = False
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"citygate-{name}", clean_session=True, reconnect_on_failure=False
        )
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        if broker.encrypted:
            client.tls_set(ca_certs=broker.ca_file)
        client.will_set(self._topic, "offline", _AT_LEAST_ONCE, retain=True)
        client.max_inflight_messages_set(100)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        self._client = client

    def open(self, timeout_s: float) -> str | None:
        """Connect and say `online`; the word of what went wrong, or None."""
        self._client.connect_timeout = timeout_s
        try:
            self._client.connect(self._broker.host, self._broker.port, KEEPALIVE_S)
        except (OSError, ValueError):  # paho: the name is no name
            return "no_connection"
        self._client.loop_start()
        if not self._answered.wait(timeout_s):
            return "timed_out"
        if self._refused:
            return "login_refused"
        return None if self.publish([(self._topic, b"online")], timeout_s, retain=True) else "not_acknowledged"

    def publish(self, told: Sequence[tuple[str, bytes]], timeout_s: float, *, retain: bool = False) -> int:
        """How many of the first messages the broker acknowledged in time."""
        deadline = time.monotonic() + timeout_s
        sent = [self._client.publish(topic, payload, _AT_LEAST_ONCE, retain) for topic, payload in told]
        for taken, info in enumerate(sent):
            if not self._acknowledged(info, deadline):
                return taken
        return len(sent)

    def close(self) -> None:
        """Say `offline` while there is somebody to say it to, and part; the will says it otherwise."""
        if self._answered.is_set() and not (self.lost or self._refused):
            self.publish([(self._topic, b"offline")], _CLOSING_S, retain=True)
        self._client.disconnect()
        self._client.loop_stop()

    def _acknowledged(self, info: MQTTMessageInfo, deadline: float) -> bool:
        while not self.lost and time.monotonic() < deadline:
            try:
                info.wait_for_publish(_STEP_S)
                if info.is_published():
                    return True
            except (RuntimeError, ValueError):  # paho: it was never sent
                return False
        return False

    def _on_connect(
        self, _client: Client, _userdata: Any, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self._refused = reason.is_failure
        self._answered.set()

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: Any,
        _flags: DisconnectFlags,
        _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self.lost = True
