"""From what a rule sees in each frame to incidents that begin once, go on, and end once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import numpy as np

from vision.evidence import ABSENT, Evidence, Limits
from vision.types import FloatArray

Phase = Literal["start", "continue", "end"]

CONTINUE_S = 60.0
"""An incident that goes on is told so again after so many seconds."""
SAME_PLACE_IOU = 0.5
"""What is found again with so much overlap, under another number, is the same thing."""


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """What one rule says about one thing in one frame.

    Attributes:
        key: the thing's number: a track, a static object; 0 for a zone as a whole.
        value: compared with the rule's limits; None: cannot be told now, as of a thing that is hidden.
        xyxy: (4,) float32 pixels.
        since: when it began, where the rule knows; None: when the values began to speak for it.
    """

    key: int
    value: float | None
    xyxy: FloatArray
    since: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Incident:
    """What is told of one incident at one moment.

    Attributes:
        incident_id: the same from start to end; derived from camera, zone, kind, time and number.
        kind: a code of the catalogue of kinds.
        zone_id: of the camera file; None: the picture as a whole.
        phase: `start` and `end` once each, `continue` in between every CONTINUE_S.
        detail: a word that says more, such as a camera's fault; empty: nothing to add.
        started_at: aware UTC: when it began, not when it was certain.
        seen_at: of the frame that made it certain, aware UTC.
        xyxy: (4,) float32 pixels: where it is; at the end where it was last.
    """

    incident_id: str
    camera_id: str
    kind: str
    zone_id: str | None
    phase: Phase
    detail: str
    started_at: datetime
    seen_at: datetime
    xyxy: FloatArray


@dataclass(slots=True, eq=False)
class _Case:
    evidence: Evidence
    xyxy: FloatArray
    incident_id: str = ""
    started_at: datetime | None = None
    told_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Watch:
    """All that one rule of one zone watches.

    Attributes:
        camera_id, zone_id, kind, detail: of its incidents.
        limits: when they begin and end.
    """

    camera_id: str
    zone_id: str | None
    kind: str
    limits: Limits
    detail: str = ""
    _cases: dict[int, _Case] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        """Whether an incident goes on."""
        return any(case.evidence.active for case in self._cases.values())

    def update(self, signals: Sequence[Signal] | None, now: datetime) -> list[Incident]:
        """What this frame changes.

        Args:
            signals: one for each thing; what was there and has none is absent. None: the camera sees nothing that can
                be trusted, and nothing begins or ends.
            now: when the frame was captured.
        """
        if signals is None:
            for case in self._cases.values():
                case.evidence.update(None, now)
            return []
        here = {signal.key: signal for signal in signals}
        self._find_again(here)
        for key, signal in here.items():
            case = self._cases.setdefault(key, _Case(Evidence(self.limits), signal.xyxy))
            case.xyxy = signal.xyxy
        told: list[Incident] = []
        for key in list(self._cases):
            told += self._judge(key, here.get(key), now)
        return told

    def _judge(self, key: int, signal: Signal | None, now: datetime) -> list[Incident]:
        case = self._cases[key]
        change = case.evidence.update(ABSENT if signal is None else signal.value, now)
        if change == "start":
            since = signal.since if signal and signal.since else case.evidence.since or now
            case.started_at = since
            zone = self.zone_id or "-"
            word = f"{self.kind}.{self.detail}" if self.detail else self.kind
            case.incident_id = f"{self.camera_id}/{zone}/{word}/{since:%Y%m%dT%H%M%S.%fZ}/{key}"
            return [self._tell(case, "start", now)]
        if change == "end":
            del self._cases[key]
            return [self._tell(case, "end", now)]
        if case.evidence.active and case.told_at and (now - case.told_at).total_seconds() >= CONTINUE_S:
            return [self._tell(case, "continue", now)]
        if case.evidence.idle and signal is None:
            del self._cases[key]
        return []

    def _tell(self, case: _Case, phase: Phase, now: datetime) -> Incident:
        case.told_at = now
        return Incident(
            incident_id=case.incident_id,
            camera_id=self.camera_id,
            kind=self.kind,
            zone_id=self.zone_id,
            phase=phase,
            detail=self.detail,
            started_at=case.started_at or now,
            seen_at=now,
            xyxy=case.xyxy,
        )

    def _find_again(self, here: dict[int, Signal]) -> None:
        """A tracker gives a parked car a new number after a lorry hid it: that is no second incident."""
        lost = [key for key in self._cases if key not in here]
        for key, signal in here.items():
            if key in self._cases or not lost:
                continue
            best = max(lost, key=lambda one: iou(self._cases[one].xyxy, signal.xyxy))
            if iou(self._cases[best].xyxy, signal.xyxy) >= SAME_PLACE_IOU:
                self._cases[key] = self._cases.pop(best)
                lost.remove(best)


def iou(one: FloatArray, other: FloatArray) -> float:
    """Intersection over union of two (4,) boxes, 0..1; 0 for boxes without area."""
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    common = float(np.prod(np.maximum(high - low, 0)))
    areas = float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]))
    return common / (areas - common) if areas > common else 0.0


def around_all(boxes: Sequence[FloatArray]) -> FloatArray:
    """(4,) the smallest box around all of at least one."""
    stacked = np.stack(list(boxes))
    return np.concatenate([stacked[:, :2].min(axis=0), stacked[:, 2:].max(axis=0)]).astype(np.float32)
