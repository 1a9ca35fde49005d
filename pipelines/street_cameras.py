"""The file of one street camera: where its zones are, and what counts as an incident in them.

id = "north"
fps = 3                        # frames looked at a second
time_zone = "Asia/Shanghai"    # of the rules' hours

[[zones]]
id = "kerb"
points = [[0.1, 0.6], [0.9, 0.6], [0.9, 0.9], [0.1, 0.9]]   # shares of the picture's width and height

[[zones.rules]]
rule = "parking"               # thresholds: see vision/street_rules.py and vision/scene_rules.py
kind = "09009"
hours = [["07:00", "22:00"]]

[[lines]]
id = "stop"
points = [[0.0, 0.5], [1.0, 0.5]]
classes = ["mover"]            # all that moves; without it, the vehicles that the detector tells apart
"""

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator

from pipelines.street.drawing import SLUG_PATTERN, Drawing
from vision.background import BackgroundLimits
from vision.camera_health import HealthLimits
from vision.errors import ConfigurationError
from vision.evidence import Limits
from vision.flicker import FlickerLimits
from vision.movers import MoverLimits
from vision.standing_things import ThingLimits

USUAL_FPS = 3.0
"""Frames looked at a second where nothing else is said: what stands in a street stands for seconds."""


class HealthTimes(HealthLimits):
    """When a camera's fault is told.

    Attributes:
        start_after_s: how long it lasts before it is told.
        end_after_s: how long all must be well.
        frozen_after_s: of a frozen picture: an encoder that saves bits repeats one for seconds.
    """

    start_after_s: float = Field(default=5.0, ge=0)
    end_after_s: float = Field(default=5.0, gt=0)
    frozen_after_s: float = Field(default=30.0, ge=0)

    def limits(self, fault: str) -> Limits:
        """Of a signal that is 1 or 0."""
        after_s = self.frozen_after_s if fault == "frozen" else self.start_after_s
        return Limits(1.0, 0.5, after_s, self.end_after_s)


class StreetSettings(Drawing):
    """What is watched for before one street camera.

    Attributes:
        time_zone: of the rules' hours.
        min_confidence: less certain detections begin no track; 0: what passes the detector's own thresholds does.
        believed_s: so long what the detector saw is believed while nothing moves; 0: it looks at every frame.
        lost_after_s: a track that is unseen for longer has left.
    """

    time_zone: str = "UTC"
    min_confidence: float = Field(default=0.0, ge=0, le=1)
    believed_s: float = Field(default=15.0, ge=0, le=60)
    lost_after_s: float = Field(default=2.0, gt=0)
    health: HealthTimes = HealthTimes()
    background: BackgroundLimits = BackgroundLimits()
    things: ThingLimits = ThingLimits()
    movers: MoverLimits = MoverLimits()
    flicker: FlickerLimits = FlickerLimits()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"wanted a time zone such as Asia/Shanghai, got {value!r}") from error
        return value

    def redrawn(self, drawing: Drawing) -> "StreetSettings":
        """The same with other zones and lines."""
        return self.model_copy(update={"zones": drawing.zones, "lines": drawing.lines})

    def camera(self, camera_id: str) -> "StreetCamera":
        """The camera with this id that is watched so."""
        return StreetCamera(id=camera_id, **{name: getattr(self, name) for name in StreetSettings.model_fields})


class StreetCamera(StreetSettings):
    """All that the file of one street camera says.

    Attributes:
        fps: frames looked at a second.
    """

    id: str = Field(pattern=SLUG_PATTERN)
    fps: float = Field(default=USUAL_FPS, gt=0, le=30, strict=True)

    @property
    def settings(self) -> StreetSettings:
        """What is watched for, whatever the camera is called."""
        return StreetSettings.model_validate(self.model_dump(exclude={"id", "fps"}, exclude_unset=True))


def read_street_camera(path: Path) -> StreetCamera:
    """The camera of a TOML file.

    Raises:
        ConfigurationError: the file cannot be read, or holds an unknown key or kind, a wrong value, or a zone that is
            none; the message names the place, what is wanted and what is there.
    """
    try:
        return StreetCamera.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        fault = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        fault = "wanted UTF-8"
    except tomllib.TOMLDecodeError as error:
        fault = f"wanted TOML: {error}"
    except ValidationError as error:
        fault = told_faults(error)
    raise ConfigurationError(f"{path}: {fault}")


def told_faults(error: ValidationError) -> str:
    """The places that are wrong, with what is wanted and what is there."""
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}, got {one['input']!r}" for one in error.errors())
