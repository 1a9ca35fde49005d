"""Cameras from a TOML file, beside those in the database.

[[cameras]]
id = "north"
url = "rtsp://user:password@10.0.0.7/stream"
lane = "face"          # the default
gate_id = "main"       # optional
fps = 5                # optional: frames looked at a second

[[cameras]]
id = "entry"
url = "rtsp://user:password@10.0.0.8/stream"
lane = "plate"
lane_id = "garage/in"  # optional: the parking lane that it watches, LOT/LANE

[[cameras]]
id = "quay-3"
url = "rtsp://user:password@10.0.0.9/stream"
lane = "street"

[cameras.street]       # always of a street camera; the keys are those of pipelines/street_cameras.py but id and fps
time_zone = "Asia/Shanghai"
"""

import tomllib
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from pipelines.ingest.address import parse_address
from pipelines.records.checks import PLACE, SLUG
from pipelines.records.gate_values import Camera
from pipelines.settings import utc_now
from pipelines.street_cameras import StreetSettings
from vision.errors import BadInput, ConfigurationError

_SLUG = f"^{SLUG.pattern}$"


class _Entry(BaseModel):
    """One `[[cameras]]`; the input is hidden in errors, for the URL may hold a password."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: str = Field(pattern=_SLUG)
    url: SecretStr
    lane: Literal["face", "plate", "street"] = "face"
    gate_id: str | None = Field(default=None, pattern=_SLUG)
    lane_id: str | None = Field(default=None, pattern=f"^{PLACE.pattern}$")
    fps: float | None = Field(default=None, gt=0, le=120, allow_inf_nan=False)
    street: StreetSettings | None = None

    @field_validator("fps", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        if isinstance(value, bool | str):
            raise ValueError("wanted a number")  # noqa: TRY004 - pydantic turns ValueErrors into its own
        return value


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    cameras: tuple[_Entry, ...]


def read_cameras(path: Path, clock: Callable[[], datetime] = utc_now) -> tuple[Camera, ...]:
    """The cameras of a TOML file, in its order.

    Raises:
        ConfigurationError: the file cannot be read, holds an unknown key or a wrong value, or one id twice. The
            message names the place and never quotes a URL.
    """
    entries = _entries(path)
    _refuse_repeats(path.name, [entry.id for entry in entries])
    for entry in entries:
        check_camera_url(entry.id, entry.url.get_secret_value())
    now = clock()
    return tuple(_camera(path, entry, now) for entry in entries)


def join_cameras(configured: Iterable[Camera], stored: Iterable[Camera]) -> tuple[Camera, ...]:
    """The cameras of the file and those of the database.

    Raises:
        ConfigurationError: one id in both; neither silently wins.
    """
    cameras = (*configured, *stored)
    _refuse_repeats("camera file and database", [camera.id for camera in cameras])
    return cameras


def check_camera_url(camera_id: str, url: str) -> None:
    """Refuse an address that no source can be opened for.

    Raises:
        ConfigurationError: what is wrong, without the URL.
    """
    try:
        parse_address(url)
    except ConfigurationError as error:
        raise ConfigurationError(f"camera {camera_id}: {error}") from error


def _entries(path: Path) -> tuple[_Entry, ...]:
    try:
        return _File.model_validate(tomllib.loads(path.read_text("utf-8"))).cameras
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        fault = "wanted UTF-8"
    except tomllib.TOMLDecodeError as error:
        fault = f"wanted TOML: {error}"
    except ValidationError as error:
        places = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        fault = "; ".join(places)
    raise ConfigurationError(f"{path}: {fault}")


def _camera(path: Path, entry: _Entry, now: datetime) -> Camera:
    url = entry.url.get_secret_value()
    try:
        return Camera(entry.id, url, entry.lane, now, entry.gate_id, entry.fps, entry.lane_id, entry.street)
    except BadInput as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _refuse_repeats(where: str, ids: list[str]) -> None:
    repeated = sorted({one for one in ids if ids.count(one) > 1})
    if repeated:
        raise ConfigurationError(f"{where}: wanted different camera ids, got {', '.join(repeated)} more than once")
