"""The zones and lines that people draw into a street camera's picture, and which kinds their rules can tell."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.records.checks import SLUG
from vision.errors import BadInput
from vision.movers import MOVER
from vision.scene_rules import LampRule, LightsRule, Polygon, ThingRule, WaterRule
from vision.street_rules import VEHICLES, ClassRule, TrackRule
from vision.zones import RelativePoint, check_line

CAMERA_FAULT = "01050"
"""The kind of a camera that does not see what it should."""
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
SLUG_PATTERN = f"^{SLUG.pattern}$"


class Strict(BaseModel):
    """What a camera file holds: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Zone(Strict):
    """A polygon of the picture and the rules within it."""

    id: str = Field(pattern=SLUG_PATTERN)
    points: Polygon
    rules: tuple[StreetRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_kinds(self) -> Self:
        for rule in self.rules:
            _check_kind(rule.rule, rule.kind)
        return self


class Line(Strict):
    """A line whose crossings are counted, for each class.

    Attributes:
        classes: that are counted, as the street detector tells them apart; or `mover` alone: all that moves, for views
            that no detector knows. Motion cannot part what drives close together: it is for roads from above.
        kind: of the incident that each crossing is; None: only counted.
        direction: which crossings are incidents: `in` goes to the left of the way from the first point to the second.
    """

    id: str = Field(pattern=SLUG_PATTERN)
    points: tuple[RelativePoint, ...]
    classes: tuple[str, ...] = Field(default=VEHICLES, min_length=1)
    kind: str | None = None
    direction: Literal["in", "out", "both"] = "both"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        try:
            check_line(self.points)
        except BadInput as error:
            raise ValueError(str(error)) from error
        if self.counts_movers and len(self.classes) > 1:
            raise ValueError(f"classes: wanted {MOVER}, which is all that moves, alone, got {', '.join(self.classes)}")
        if self.kind is not None:
            _check_kind("line", self.kind)
        return self

    @property
    def counts_movers(self) -> bool:
        """Whether it counts all that moves, and needs no detector."""
        return MOVER in self.classes


class PlacedRule(Strict):
    """A rule of a zone, or a line.

    Attributes:
        place: id of the zone or the line.
        rule: its name; `line` of a line.
        kind: what it tells; None of a line that only counts.
    """

    place: str
    rule: str
    kind: str | None


class Drawing(Strict):
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
            (PlacedRule(place=one.id, rule="line", kind=one.kind), None if one.counts_movers else one.classes)
            for one in self.lines
        ]


def _check_kind(rule: str, kind: str) -> None:
    if kind not in KINDS[rule]:
        raise ValueError(f"kind: wanted one of {', '.join(KINDS[rule])} for a {rule} rule, got {kind!r}")
