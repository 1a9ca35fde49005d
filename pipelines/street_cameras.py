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
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipelines.records.checks import SLUG
from vision.background import BackgroundLimits
from vision.camera_health import HealthLimits
from vision.errors import BadInput, ConfigurationError
from vision.evidence import Limits
from vision.flicker import FlickerLimits
from vision.movers import MoverLimits
from vision.scene_rules import LampRule, LightsRule, Polygon, ThingRule, WaterRule
from vision.standing_things import ThingLimits
from vision.street_rules import VEHICLES, ClassRule, TrackRule
from vision.zones import RelativePoint, check_line

CAMERA_FAULT = "01050"
USUAL_FPS = 3.0
"""Frames looked at a second where nothing else is said: what stands in a street stands for seconds."""
KINDS: dict[str, tuple[str, ...]] = {
    "parking": (
        *("09009", "09010", "09012", "09019", "09003", "09016", "09017"),
        *("06034", "06045"),
    ),
    "intrusion": ("L04", "06024", "06045", "09002", "09006"),
    "count": ("L02", "L03", "06010", "06013", "06020", "06042", "09002", "09006", "09011", "09016"),
    "queue": ("L08",),
    "wrong_way": ("L05",),
    "fall": ("L06",),
    "congestion": ("L10",),
    "thing": ("L07", "06014", "06036", "08002", "09005", "09012", "09019"),
    "lamp": ("01037",),
    "lights": ("02014",),
    "water": ("L09",),
    "line": ("L04", "L05"),
}
"""Which kinds a rule can tell, by the catalogue's codes."""
WITHOUT_CLASSES = ("thing", "lamp", "lights", "water")
"""Rules that need no detector; all others, and lines that count by classes, see nobody without one."""
KINDS_WITHOUT_CLASSES = frozenset({CAMERA_FAULT, *(kind for rule in WITHOUT_CLASSES for kind in KINDS[rule])})

StreetRule = Annotated[TrackRule | ThingRule | LampRule | LightsRule | WaterRule, Field(discriminator="rule")]
_SLUG = f"^{SLUG.pattern}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Zone(_Strict):
    """A polygon of the picture and the rules within it."""

    id: str = Field(pattern=_SLUG)
    points: Polygon
    rules: tuple[StreetRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_kinds(self) -> Self:
        for rule in self.rules:
            _check_kind(rule.rule, rule.kind)
        return self


class Line(_Strict):
    """A line whose crossings are counted, for each class.

    Attributes:
        by: what crosses: `classes`, as the street detector tells them apart, or `motion`, all that moves, for views
            that no detector knows. Motion cannot part what drives close together: it is for roads from above.
        kind: of the incident that each crossing is; None: only counted.
        direction: which crossings are incidents: `in` goes to the left of the way from the first point to the second.
    """

    id: str = Field(pattern=_SLUG)
    points: tuple[RelativePoint, ...]
    by: Literal["classes", "motion"] = "classes"
    classes: tuple[str, ...] = Field(default=VEHICLES, min_length=1)
    kind: str | None = None
    direction: Literal["in", "out", "both"] = "both"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        try:
            check_line(self.points)
        except BadInput as error:
            raise ValueError(str(error)) from error
        if self.by == "motion" and "classes" in self.model_fields_set:
            raise ValueError(f"classes: wanted none on a line that counts by motion, got {', '.join(self.classes)}")
        if self.kind is not None:
            _check_kind("line", self.kind)
        return self


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


class PlacedRule(_Strict):
    """A rule of a zone, or a line.

    Attributes:
        place: id of the zone or the line.
        rule: its name; `line` of a line.
        kind: what it tells; None of a line that only counts.
    """

    place: str
    rule: str
    kind: str | None


class Drawing(_Strict):
    """The zones and lines in one camera's picture."""

    zones: tuple[Zone, ...] = ()
    lines: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        ids = [*(zone.id for zone in self.zones), *(line.id for line in self.lines)]
        repeated = sorted({one for one in ids if ids.count(one) > 1})
        if repeated:
            raise ValueError(f"wanted different ids of zones and lines, got {', '.join(repeated)} more than once")
        return self

    def silent(self, seen: frozenset[str]) -> tuple[PlacedRule, ...]:
        """The rules and lines that see nobody here, in the order of the drawing.

        Args:
            seen: the classes that the street detector tells apart; none without one.
        """
        return tuple(one for one, classes in self._placed() if classes is not None and not seen.intersection(classes))

    def silent_kinds(self, seen: frozenset[str]) -> tuple[str, ...]:
        """The kinds that it is to tell of and cannot, sorted; `seen` as in `silent`."""
        silent = set(self.silent(seen))
        told = {one.kind for one, _ in self._placed() if one not in silent}
        return tuple(sorted({one.kind for one in silent if one.kind is not None} - told))

    def _placed(self) -> list[tuple[PlacedRule, tuple[str, ...] | None]]:
        """Every rule and line with the classes that it looks at; None: it needs none."""
        rules = [
            (
                PlacedRule(place=zone.id, rule=one.rule, kind=one.kind),
                one.classes if isinstance(one, ClassRule) else None,
            )
            for zone in self.zones
            for one in zone.rules
        ]
        return rules + [
            (PlacedRule(place=one.id, rule="line", kind=one.kind), one.classes if one.by == "classes" else None)
            for one in self.lines
        ]


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

    id: str = Field(pattern=_SLUG)
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


def _check_kind(rule: str, kind: str) -> None:
    if kind not in KINDS[rule]:
        raise ValueError(f"kind: wanted one of {', '.join(KINDS[rule])} for a {rule} rule, got {kind!r}")
