"""The ways to receivers, as the settings allow them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pipelines.outlets.broker import Broker
from pipelines.outlets.mqtt import MqttSender
from pipelines.outlets.reach import Reach
from pipelines.outlets.sender import Sender
from pipelines.outlets.webhook import WebhookSender
from pipelines.records.outlet_values import Outlet, Wanted
from pipelines.settings import Settings
from vision.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Ways:
    """How receivers are reached.

    Attributes:
        reach: which addresses webhooks may have.
        clock: the time, aware UTC.
        broker: None: nothing is published.
        prefix: of every topic.
        published: which events are published; None without a broker.
    """

    reach: Reach
    clock: Callable[[], datetime]
    broker: Broker | None = None
    prefix: str = "citygate"
    published: Wanted | None = None

    @classmethod
    def of(cls, settings: Settings, clock: Callable[[], datetime]) -> Self:
        """The ways that the settings allow.

        Raises:
            ConfigurationError: an address of the broker that is none.
        """
        broker = Broker.of(settings)
        wanted = Wanted(purposes=settings.mqtt_purposes, kinds=settings.mqtt_kinds)
        published = None if broker is None else wanted
        return cls(Reach(settings.webhook_networks), clock, broker, settings.mqtt_topic_prefix, published)

    def connect(self, outlet: Outlet) -> Sender:
        """A new way to the outlet's receiver.

        Raises:
            ConfigurationError: the settings name no broker for it.
        """
        if outlet.kind == "webhook":
            return self.webhook(outlet)
        if self.broker is None:
            raise ConfigurationError("CITYGATE_MQTT_URL: wanted a broker, got none")
        return MqttSender(self.broker, self.prefix)

    def webhook(self, outlet: Outlet) -> WebhookSender:
        """A new way to the receiver of a webhook.

        Raises:
            ConfigurationError: the outlet is none.
        """
        if outlet.target is None:
            raise ConfigurationError(f"outlet {outlet.id}: wanted a webhook, got {outlet.kind}")
        return WebhookSender(outlet.id, outlet.target, self.reach, self.clock)
