"""Settings, read once from the environment (prefix CITYGATE_) and from files of secrets, and checked strictly."""

import os
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from models.session import Provider
from pipelines.events import EventKind
from vision.errors import ConfigurationError

Blurred = Literal["faces", "plates"]
SourceScheme = Literal["file", "webcam", "rtsp", "rtsps", "http", "https"]

SECRETS_DIR = "CITYGATE_SECRETS_DIR"
"""A folder of files such as citygate_master_key, each with one setting: what systemd, Compose and Kubernetes mount."""


def utc_now() -> datetime:
    """The wall clock, aware, UTC; services take it as an argument so that tests can set it."""
    return datetime.now(UTC)


class Settings(BaseSettings):
    """Everything that an installation may change; each field is CITYGATE_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="CITYGATE_", extra="forbid", frozen=True, hide_input_in_errors=True)

    home: Path = Path.home() / ".citygate"
    """Database, master key, converted networks and evidence lie here."""
    database_url: str | None = None
    """SQLAlchemy URL; default: SQLite in `home`."""
    master_key: SecretStr | None = None
    """32 bytes in base64; wins over `master_key_file`."""
    master_key_file: Path | None = None
    """Default: `home`/master.key, made at the first start, readable by its owner only."""

    erasure_ledger: Path | None = None
    """Whom and what was erased, by random ids and keyed hashes, so that no backup brings it back. Default:
    `home`/erasures.jsonl; put it on another disk than the database, and never into a backup's place."""

    provider: Provider = "cpu"
    threads: int = Field(default=1, ge=1)
    face_detector: str = "mtcnn"
    face_embedder: str = "dlib-resnet-v1"
    previous_face_embedders: tuple[str, ...] = ()
    """Embedders that still serve the subjects who were not enrolled anew."""
    liveness_model: str | None = None
    min_face_px: int = Field(default=80, ge=20)
    """Height of the smallest face looked for; at a gate people stand near, and time falls with its square."""

    plate_detector: str | None = "plate-detector"
    plate_reader: str | None = "plate-reader-int8"
    """Both or neither (empty): without them plates are not read here."""

    street_detector: str | None = "street-detector-int8"
    """None (empty): rules over people, vehicles, fire and the like see nobody."""
    street_tile_px: int | None = Field(default=None, ge=128)
    """Side of the square parts at which streets are looked at from near as well: for small, far things, and at as many
    times the work as there are parts."""

    cameras_file: Path | None = None
    """Cameras in TOML, beside those in the database."""
    source_schemes: tuple[SourceScheme, ...] = ("file", "webcam", "rtsp", "rtsps", "http", "https")
    """Of camera addresses; others are refused."""
    source_folders: tuple[Path, ...] | None = None
    """Files and pictures that are played as cameras lie in one of these; default: `home`/videos."""
    source_networks: tuple[IPv4Network | IPv6Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
    """Where cameras may be. This machine, link-local addresses and those where clouds keep their credentials are not
    meant by a network that is larger than they are: write 127.0.0.0/8 beside the others to allow loopback."""

    source_timeout_s: float = Field(default=10.0, gt=0, le=20.0)
    """A stream that does not answer, or sends no picture, for so long (twice so long, where it had begun to) is lost,
    and is tried again after a while. A camera that stands still for a minute and does not even say so hangs."""

    street_cities_file: Path | None = None
    """Working hours, deadlines and rules of street cases in TOML; default: those that are shipped."""
    evidence_blur: tuple[Blurred, ...] = ("faces", "plates")
    """What is made illegible in pictures of street cases before they are kept."""

    webhook_networks: tuple[IPvAnyNetwork, ...] = ()
    """Private networks that webhooks may go to, over http too; elsewhere only public addresses, over https."""
    mqtt_url: str | None = None
    """mqtt://host[:port] or mqtts://host[:port]: a broker on which every event is published."""
    mqtt_username: str | None = None
    mqtt_password: SecretStr | None = None
    mqtt_ca_file: Path | None = None
    """Whom the broker's certificate must be from; default: those that the system trusts."""
    mqtt_topic_prefix: str = Field(default="citygate", pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", max_length=100)
    """Of this installation only: the topics and the client id follow from it."""
    mqtt_purposes: tuple[str, ...] = ("*",)
    """Only events of these purposes, and those that have none, are published."""
    mqtt_kinds: tuple[EventKind, ...] = ()
    """Only these kinds of events; none: all."""
    bus_url: SecretStr | None = None
    """Redis between processes and machines, see pipelines/bus/redis_address.py: records travel over it, and workers of
    many machines share their cameras by it. Default: a queue in this process, and one machine."""
    bus_stream: str = Field(default="citygate", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    """The installation's name in Redis, unlike that of every other installation there: of its stream, and of its
    workers' heartbeats and leases."""
    bus_group: str = Field(default="store", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    """Of the readers that write to one database."""
    bus_tries: int = Field(default=5, ge=1)
    """Deliveries after which a record that is refused is a dead letter."""
    bus_claim_idle_s: float = Field(default=30.0, ge=0.1)
    """So long a reader may be silent about what it took before another gets it."""
    spool_letters: int = Field(default=100_000, ge=1)
    """Records that wait in this process's spool at most, about 0.5 kB each; beyond them those of street cameras are
    dropped."""
    worker_lanes: tuple[Literal["face", "plate", "street"], ...] = ()
    """Lanes whose cameras run in worker processes (`citygate worker`, `citygate supervise`); all others run in the
    API's own process."""
    motion_gate: bool = True
    """Live street cameras: frames in which nothing moves are looked at once a second only."""
    max_frame_age_s: float = Field(default=5.0, gt=0)
    """Live cameras: a frame that is older when its turn comes is dropped and counted, never analysed."""
    analyses: int | None = Field(default=None, ge=1)
    """Frames of cameras that are analysed at once in a process; default: as many as there are cores."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    upload_max_bytes: int = Field(default=8 * 2**20, gt=0)
    """Of a whole request, all its pictures together."""
    upload_max_pixels: int = Field(default=24_000_000, gt=0)
    """Of one picture."""
    requests_per_minute: int | None = Field(default=None, ge=1)
    """With one key; beyond it the answer is 429. None: no limit."""
    max_inferences: int = Field(default=8, ge=1)
    """Requests that look at pictures at once; beyond it the answer is 503, for a queue only makes decisions old."""

    decision_ttl_s: float = Field(default=5.0, gt=0)
    """Nothing opens later than so long after a decision, unless the gate says otherwise."""
    identify_margin_decades: float = Field(default=0.5, ge=0)
    """How much better than the runner-up an identified subject must score: by the difference in similarity that
    divides the false match rate by ten, times this; a gate may state a similarity of its own."""
    exact_search_limit: int = Field(default=50_000, ge=0)
    """Galleries up to this size are searched exactly."""
    gallery_poll_s: float = Field(default=0.5, gt=0)
    """Enrolments and removals of other processes on the database reach this one's galleries so often."""
    gallery_stale_s: float = Field(default=10.0, gt=0)
    """A gallery that could not be brought up to date for longer answers `index_stale`."""

    decision_retention_days: int = Field(default=30, ge=1)
    event_retention_days: int = Field(default=30, ge=1)
    case_retention_days: int = Field(default=365, ge=1)
    """Of street cases that ended, with their incidents and pictures."""
    idempotency_retention_h: int = Field(default=24, ge=1)
    sweep_interval_s: float = Field(default=60.0, gt=0)

    @model_validator(mode="after")
    def _detector_and_reader(self) -> Self:
        if bool(self.plate_detector) != bool(self.plate_reader):
            raise ValueError("plate_detector and plate_reader: wanted both or neither, got one")
        return self

    @classmethod
    def read(cls) -> Self:
        """The settings of this process's environment; what is not there is looked for in CITYGATE_SECRETS_DIR.

        Raises:
            ConfigurationError: a variable that is wrong; named, but never quoted, for it may be a secret.
        """
        secrets = os.environ.get(SECRETS_DIR)
        if secrets and not Path(secrets).is_dir():
            raise ConfigurationError(f"{SECRETS_DIR}: wanted a folder, got {secrets}")
        try:
            return cls(_secrets_dir=secrets or None)
        except ValidationError as error:
            wrong = [f"CITYGATE_{'_'.join(map(str, one['loc'][:1])).upper()}: {one['msg']}" for one in error.errors()]
            raise ConfigurationError("; ".join(wrong)) from error
        except SettingsError as error:
            raise ConfigurationError(str(error)) from error

    @property
    def erasure_ledger_file(self) -> Path:
        return self.erasure_ledger or self.home / "erasures.jsonl"

    @property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'citygate.db'}"
