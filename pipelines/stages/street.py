"""The street stage: one camera's frames to incidents, each begun once and ended once.

It works without a detector: camera health, things that were left, lamps and water need none. With one, its tracks feed
the rules over classes as well.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from pipelines.stages.following import Followed, TrackFollower
from pipelines.stages.line_tally import LineTally
from pipelines.stages.sparing import SparingDetector, StreetDetector
from pipelines.stages.street_watchers import LightsWatcher, LineWatcher, Scene, ZoneWatcher
from pipelines.street.drawing import CAMERA_FAULT
from pipelines.street.line_counts import LineCount
from pipelines.street_cameras import StreetCamera
from vision.background import BackgroundModel, Foreground
from vision.camera_health import FAULTS, Fault, HealthMonitor
from vision.incidents import Incident, Signal, Watch
from vision.movers import movers
from vision.preprocess import shrink
from vision.scene_rules import LightsRule
from vision.standing_things import ThingFinder
from vision.street_rules import PEOPLE, WHOLE_ZONE
from vision.types import FloatArray, Frame, Image


class StreetStage:
    """Watches one street camera; not to be shared.

    Args:
        camera: its zones and rules.
        detector: None: rules over classes see nobody.
    """

    def __init__(self, camera: StreetCamera, detector: StreetDetector | None = None) -> None:
        self._camera = camera
        self._local = ZoneInfo(camera.time_zone)
        self._health = HealthMonitor(camera.health)
        self._faults: Mapping[Fault, Watch] = {
            fault: Watch(camera.id, None, CAMERA_FAULT, camera.health.limits(fault), fault) for fault in FAULTS
        }
        self._background = BackgroundModel(camera.background)
        self._finder = ThingFinder(self._background, camera.things)
        self._detector = SparingDetector(detector, camera.flicker, camera.believed_s) if detector else None
        self._followed = TrackFollower(camera.lost_after_s, camera.min_confidence)
        self._moving = TrackFollower(camera.lost_after_s, 0.0)
        self._watchers: list[ZoneWatcher | LightsWatcher | LineWatcher] = []
        self._lines: dict[str, LineWatcher] = {}
        self._tallies = {line.id: LineTally(camera.id, line.id) for line in camera.lines}
        self._size_wh: tuple[int, int] | None = None
        self._trusted = True

    @property
    def trusted(self) -> bool:
        """Whether the newest frame shows what lies before the camera; True before the first."""
        return self._trusted

    @property
    def line_counts(self) -> dict[str, tuple[int, int]]:
        """How many went in and out over each line so far."""
        return {line_id: line.counts for line_id, line in self._lines.items()}

    def process(self, frame: Frame) -> list[Incident]:
        """What this frame changes.

        Raises:
            BadArray: a network gave numbers that are none.
        """
        height, width = frame.image.shape[:2]
        if self._size_wh != (width, height):
            self._build((width, height))
        # Once for the camera's health and for its background: shrinking takes longer than much of what follows.
        small = shrink(frame.image, max(self._camera.health.width_px, self._camera.background.width_px))
        told, self._trusted = self._look_at_camera(frame, small)
        scene = self._scene(frame, small) if self._trusted else None
        for watcher in self._watchers:
            told += watcher.update(scene, frame.captured_at)
        return told

    def finish(self) -> list[Incident]:
        """Nothing: an incident whose camera stops has not ended; the spans of the lines do."""
        for tally in self._tallies.values():
            tally.end()
        return []

    def take_counts(self) -> list[LineCount]:
        """What was counted over the lines in the spans that ended since the last call."""
        return [count for tally in self._tallies.values() for count in tally.take()]

    def _build(self, size_wh: tuple[int, int]) -> None:
        """The geometry of a camera that begins, or that was set to another size."""
        camera = self._camera
        self._size_wh = size_wh
        self._lines = {line.id: LineWatcher(camera.id, line, size_wh, self._tallies[line.id]) for line in camera.lines}
        self._watchers = [
            LightsWatcher(camera.id, zone, rule, size_wh)
            if isinstance(rule, LightsRule)
            else ZoneWatcher(camera.id, zone, rule, size_wh)
            for zone in camera.zones
            for rule in zone.rules
        ]
        self._watchers += self._lines.values()

    def _look_at_camera(self, frame: Frame, small: Image) -> tuple[list[Incident], bool]:
        """Its own incidents, and whether what it shows can be trusted."""
        height, width = frame.image.shape[:2]
        whole: FloatArray = np.array([0, 0, width, height], np.float32)
        health = self._health.update(small, frame.captured_at)
        told: list[Incident] = []
        for fault, watch in self._faults.items():
            told += watch.update([Signal(WHOLE_ZONE, float(health.fault == fault), whole)], frame.captured_at)
        # Two equal frames are usual; a picture is at rest for long before it counts as frozen.
        return told, health.fault is None or (health.fault == "frozen" and not self._faults["frozen"].is_active)

    def _scene(self, frame: Frame, small: Image) -> Scene:
        known = self._followed.update(self._detector.seen(frame), frame.captured_at) if self._detector else None
        foreground = self._foreground(frame, small)
        tracks = known.tracks if known else ()
        people = np.array([one.xyxy for one in tracks if one.name in PEOPLE], np.float32).reshape(-1, 4)
        return Scene(
            image=frame.image,
            known=known,
            movers=self._movers(foreground, frame.captured_at),
            things=() if foreground is None else self._finder.update(foreground, people, frame.captured_at),
            now=frame.captured_at,
            local=frame.captured_at.astimezone(self._local).time(),
        )

    def _foreground(self, frame: Frame, small: Image) -> Foreground | None:
        """What differs from the empty street, in pixels of the frame; None while that is learned."""
        foreground = self._background.update(small, frame.captured_at)
        if foreground is None:
            return None
        sides = np.array([frame.image.shape[:2], small.shape[:2]], np.float32)
        return replace(foreground, scale=foreground.scale * (sides[0] / sides[1])[::-1])

    def _movers(self, foreground: Foreground | None, now: datetime) -> Followed | None:
        """All that moves, where a line counts that and the empty street is known."""
        if foreground is None or not any(line.counts_movers for line in self._camera.lines):
            return None
        return self._moving.update(movers(foreground, self._camera.movers), now)
