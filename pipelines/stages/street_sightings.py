"""What a street camera tells: its incidents with the frames that show them, and the counts of its lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipelines.stages.street import StreetStage
from pipelines.street.incidents import Box
from pipelines.street.line_counts import LineCount
from vision.incidents import Incident
from vision.types import Frame, Image


@dataclass(frozen=True, slots=True, eq=False)
class StreetSighting:
    """What is told of an incident, and the frame at which it is told.

    Attributes:
        incident: as the stage tells it.
        image: (H, W, 3) uint8 BGR, the whole frame.
        last: whether no other incident of its kind goes on in its zone.
    """

    incident: Incident
    image: Image
    last: bool

    @property
    def box(self) -> Box | None:
        """Where it is, in shares of the picture; None: nothing of its box is in the picture."""
        height, width = self.image.shape[:2]
        shares = np.clip(self.incident.xyxy / np.array([width, height, width, height]), 0.0, 1.0)
        left, top, right, bottom = (float(side) for side in shares)
        return Box(left, top, right, bottom) if left < right and top < bottom else None


class SightingSink(Protocol):
    """Takes what street cameras tell."""

    def on_sighting(self, sighting: StreetSighting) -> None:
        """Of one camera in the order of time."""
        ...

    def on_count(self, count: LineCount) -> None:
        """Of one line in the order of time."""
        ...


class SightingStage:
    """Watches one street camera; not to be shared.

    Args:
        stage: finds the incidents.
    """

    def __init__(self, stage: StreetStage) -> None:
        self._stage = stage
        self._open: dict[str, tuple[str | None, str]] = {}

    @property
    def trusted(self) -> bool:
        """Whether the newest frame shows what lies before the camera; True before the first."""
        return self._stage.trusted

    def process(self, frame: Frame) -> list[StreetSighting | LineCount]:
        """What this frame changes, and the counts of lines whose span is over.

        Raises:
            BadArray: a network gave numbers that are none.
        """
        told = self._stage.process(frame)
        for one in told:
            if one.phase == "end":
                self._open.pop(one.incident_id, None)
            else:
                self._open[one.incident_id] = (one.zone_id, one.kind)
        return [*(StreetSighting(one, frame.image, self._is_last(one)) for one in told), *self._stage.take_counts()]

    def finish(self) -> Sequence[LineCount]:
        """What was counted so far; an incident whose camera stops has not ended."""
        self._stage.finish()
        return self._stage.take_counts()

    def _is_last(self, told: Incident) -> bool:
        others = (place for number, place in self._open.items() if number != told.incident_id)
        return (told.zone_id, told.kind) not in others
