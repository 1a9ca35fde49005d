"""Where the MQTT broker is, as the settings say it."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pipelines.settings import Settings
from vision.errors import ConfigurationError

_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker and how to log in.

    Attributes:
        ca_file: of its certificate's authority; None: those that the system trusts.
    """

    host: str
    port: int
    encrypted: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Broker | None":
        """The broker that the settings name; None: they name none.

        Raises:
            ConfigurationError: no such URL or file; the URL is not quoted, for a password may have been put there.
        """
        if settings.mqtt_url is None:
            return None
        wrong = ConfigurationError("CITYGATE_MQTT_URL: wanted mqtt://host[:port] or mqtts://host[:port]")
        try:
            parts = urlsplit(settings.mqtt_url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise wrong from None
        if not host or parts.scheme not in _PORTS or parts.username or parts.path.strip("/"):
            raise wrong
        if settings.mqtt_ca_file is not None and not settings.mqtt_ca_file.is_file():
            raise ConfigurationError(f"CITYGATE_MQTT_CA_FILE: wanted a file, got {settings.mqtt_ca_file}")
        password = settings.mqtt_password
        return cls(
            host=host,
            port=port or _PORTS[parts.scheme],
            encrypted=parts.scheme == "mqtts",
            username=settings.mqtt_username,
            password=None if password is None else password.get_secret_value(),
            ca_file=None if settings.mqtt_ca_file is None else str(settings.mqtt_ca_file),
        )
