"""Settings, read once from the environment (prefix CITYGATE_) and checked strictly."""

from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from models.session import Provider
from vision.errors import ConfigurationError

Blurred = Literal["faces", "plates"]
SourceScheme = Literal["file", "webcam", "rtsp", "rtsps", "http", "https"]


def utc_now() -> datetime:
    """The wall clock, aware, UTC; services take it as an argument so that tests can set it."""
    return datetime.now(UTC)


class Settings(BaseSettings):
    """Everything that an installation may change; each field is CITYGATE_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="CITYGATE_", extra="forbid", frozen=True, hide_input_in_errors=True)

    home: Path = Path.home() / ".citygate"
    """Database, master key, converted networks, evidence and snapshots lie here."""
    database_url: str | None = None
    """SQLAlchemy URL; default: SQLite in `home`."""
    master_key: SecretStr | None = None
    """32 bytes in base64; wins over `master_key_file`."""
    master_key_file: Path | None = None
    """Default: `home`/master.key, made at the first start, readable by its owner only."""

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

    cameras_file: Path | None = None
    """Cameras in TOML, beside those in the database."""
    source_schemes: tuple[SourceScheme, ...] = ("file", "webcam", "rtsp", "rtsps", "http", "https")
    """Of camera addresses; others are refused."""
    source_folders: tuple[Path, ...] | None = None
    """Files and pictures that are played as cameras lie in one of these; default: `home`/videos."""
    source_networks: tuple[IPv4Network | IPv6Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
    """Where cameras may be. This machine, link-local addresses and those where clouds keep their credentials are not
    meant by a network that is larger than they are: write 127.0.0.0/8 beside the others to allow loopback."""

    street_cities_file: Path | None = None
    """Working hours, deadlines and rules of street cases in TOML; default: those that are shipped."""
    evidence_blur: tuple[Blurred, ...] = ("faces", "plates")
    """What is made illegible in pictures of street cases before they are kept."""

    bus_url: SecretStr | None = None
    """redis://, rediss:// or unix://; where many machines share their cameras. None: one machine does."""
    worker_lanes: tuple[Literal["face", "plate", "street"], ...] = ()
    """Lanes whose cameras run in worker processes (`citygate worker`, `citygate supervise`); all others run in the
    API's own process. Leave `face` there while indexes follow the enrolments of their own process only."""
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
        """The settings of this process's environment.

        Raises:
            ConfigurationError: a variable that is wrong; named, but never quoted, for it may be a secret.
        """
        try:
            return cls()
        except ValidationError as error:
            wrong = [f"CITYGATE_{'_'.join(map(str, one['loc'][:1])).upper()}: {one['msg']}" for one in error.errors()]
            raise ConfigurationError("; ".join(wrong)) from error
        except SettingsError as error:
            raise ConfigurationError(str(error)) from error

    @property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'citygate.db'}"
