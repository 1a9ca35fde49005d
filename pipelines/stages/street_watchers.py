"""What watches one zone or line of a street camera: a rule, its geometry in pixels, and its incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import cast

import cv2
import numpy as np
import supervision as sv
from numpy.typing import NDArray

from pipelines.stages.following import NOBODY, Followed
from pipelines.stages.line_tally import LineTally
from pipelines.street.drawing import Line, StreetRule, Zone
from pipelines.street.line_counts import Direction
from vision.evidence import Limits
from vision.incidents import Incident, Signal, Watch
from vision.light_regions import lamp_look
from vision.scene_rules import LampRule, LightsRule, ThingRule, WaterRule
from vision.standing_things import Thing
from vision.street_rules import WHOLE_ZONE
from vision.track_history import Track
from vision.types import Image
from vision.zones import bounds, pixel_points, polygon_mask, polygon_zone

# A crossing is a fact: it is told at the next frame, and over when the one who crossed has left.
_CROSSING = Limits(1.0, 0.5, 0.0, 2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One frame and what was found in it.

    Attributes:
        known: what the detector knows; None: there is none.
        movers: all that moves, whatever it is; None: no line counts that, or the empty street is still being learned.
        things: that stand where nothing stood.
        now: aware UTC.
        local: time of day at the camera.
    """

    image: Image
    known: Followed | None
    movers: Followed | None
    things: Sequence[Thing]
    now: datetime
    local: time


class ZoneWatcher:
    """One rule of one zone, for pictures of one size.

    Args:
        camera_id: of the incidents.
        zone: where.
        rule: one of its rules but for traffic lights.
        size_wh: of the pictures.
    """

    def __init__(self, camera_id: str, zone: Zone, rule: StreetRule, size_wh: tuple[int, int]) -> None:
        self._rule = rule
        self._place = polygon_zone(zone.points, size_wh)
        self._mask = polygon_mask(zone.points, size_wh)
        self._xyxy = bounds(zone.points, size_wh)
        self._area = float(cv2.contourArea(pixel_points(zone.points, size_wh)))
        self._watch = Watch(camera_id, zone.id, rule.kind, rule.limits())

    def update(self, scene: Scene | None, now: datetime) -> list[Incident]:
        """What this frame changes; without a scene, for the camera is at fault, nothing begins or ends.

        Neither does it beyond the rule's hours: what is allowed for the night is not gone, nor new in the morning.
        """
        if scene is None or not self._rule.holds_at(scene.local):
            return self._watch.update(None, now)
        return self._watch.update(self._signals(scene), now)

    def _signals(self, scene: Scene) -> list[Signal]:
        rule = self._rule
        if isinstance(rule, ThingRule):
            return rule.signals([one for one in scene.things if self._holds(one)])
        if isinstance(rule, LampRule):
            return rule.signals(scene.image, self._mask, self._xyxy)
        if isinstance(rule, WaterRule):
            return rule.signals(scene.image, self._xyxy)
        if isinstance(rule, LightsRule):
            return []
        known = scene.known or NOBODY
        inside = self._place.trigger(known.boxes)
        seen = zip(known.tracks, inside, strict=True)
        tracks = [one for one, here in seen if here and one.name in rule.classes]
        return rule.signals(tracks, self._area)

    def _holds(self, thing: Thing) -> bool:
        return bool(self._place.trigger(sv.Detections(xyxy=thing.xyxy[None]))[0])


class LightsWatcher:
    """A traffic light: dark, or stuck at one lamp.

    Args:
        camera_id: of the incidents.
        zone: where it is.
        rule: its rule.
        size_wh: of the pictures.
    """

    def __init__(self, camera_id: str, zone: Zone, rule: LightsRule, size_wh: tuple[int, int]) -> None:
        self._rule = rule
        self._xyxy = bounds(zone.points, size_wh)
        self._lamps = {name: polygon_mask(points, size_wh) for name, points in rule.lamps.items()}
        self._dark = Watch(camera_id, zone.id, rule.kind, rule.limits(), "dark")
        self._stuck = Watch(camera_id, zone.id, rule.kind, rule.stuck_limits(), "stuck")
        self._lit: frozenset[str] = frozenset()
        self._since: datetime | None = None

    def update(self, scene: Scene | None, now: datetime) -> list[Incident]:
        """What this frame changes; without a scene, for the camera is at fault, nothing begins or ends."""
        if scene is None or not self._rule.holds_at(scene.local):
            self._since = None
            return self._dark.update(None, now) + self._stuck.update(None, now)
        looks = {name: lamp_look(scene.image, mask) for name, mask in self._lamps.items()}
        lit = frozenset(name for name, look in looks.items() if look.contrast >= self._rule.lit)
        if self._since is None or lit != self._lit:
            self._lit, self._since = lit, now
        same_s = (now - self._since).total_seconds() if lit else 0.0
        dark = Signal(WHOLE_ZONE, float(not lit), self._xyxy)
        stuck = Signal(WHOLE_ZONE, same_s, self._xyxy, self._since)
        return self._dark.update([dark], now) + self._stuck.update([stuck], now)


class LineWatcher:
    """Counts who crosses a line, and tells of it where that is an incident.

    Args:
        camera_id: of the incidents.
        line: where.
        size_wh: of the pictures.
        tally: is told who crossed.
    """

    def __init__(self, camera_id: str, line: Line, size_wh: tuple[int, int], tally: LineTally) -> None:
        (x0, y0), (x1, y1) = (tuple(map(float, point)) for point in pixel_points(line.points, size_wh))
        self._line = line
        self._place = sv.LineZone(sv.Point(x0, y0), sv.Point(x1, y1), (sv.Position.CENTER,))
        self._watch = Watch(camera_id, line.id, line.kind, _CROSSING) if line.kind else None
        self._tally = tally
        self._crossed: set[int] = set()

    @property
    def counts(self) -> tuple[int, int]:
        """How many went in and out so far."""
        return int(self._place.in_count), int(self._place.out_count)

    def update(self, scene: Scene | None, now: datetime) -> list[Incident]:
        """What this frame changes; without a scene, for the camera is at fault, nothing is counted."""
        counted = self._counted(scene) if scene else None
        if counted is None:
            self._tally.add((), now, sees=False)
            return self._watch.update(None, now) if self._watch else []
        crossings = self._crossings(counted)
        self._tally.add(((one.name, direction) for one, direction in crossings), now, sees=True)
        if self._watch is None:
            return []
        self._crossed |= {one.number for one, direction in crossings if self._line.direction in (direction, "both")}
        self._crossed &= {one.number for one in counted.tracks}
        crossing = [Signal(one.number, 1.0, one.xyxy) for one in counted.tracks if one.number in self._crossed]
        return self._watch.update(crossing, now)

    def _crossings(self, counted: Followed) -> list[tuple[Track, Direction]]:
        """Who is on another side than before, and which way each went."""
        went_in, went_out = self._place.trigger(counted.boxes)
        ways: tuple[tuple[Direction, NDArray[np.bool_]], ...] = (("in", went_in), ("out", went_out))
        return [(one, way) for way, went in ways for one, over in zip(counted.tracks, went, strict=True) if over]

    def _counted(self, scene: Scene) -> Followed | None:
        """Who counts, of all that this frame shows; None: nobody looks for them."""
        if self._line.counts_movers or scene.known is None:
            return scene.movers if self._line.counts_movers else None
        wanted = np.array([one.name in self._line.classes for one in scene.known.tracks], bool)
        tracks = [one for one in scene.known.tracks if one.name in self._line.classes]
        return Followed(_picked(scene.known.boxes, wanted), tracks)


def _picked(boxes: sv.Detections, wanted: NDArray[np.bool_]) -> sv.Detections:
    """Those that are wanted; an empty `sv.Detections` has no data to pick from."""
    return cast("sv.Detections", boxes[wanted]) if len(boxes) else boxes
