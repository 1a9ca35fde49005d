"""The plate stage: one camera's frames to visits of cars, each told once."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Protocol

import numpy as np
import supervision as sv

from models.plates.lane import PlateLane, is_whole
from pipelines.stages.cars import SURELY_PLATE, car_boxes, crop_car, on_car
from pipelines.stages.motion import Direction, plate_size
from pipelines.stages.passage import Look, Passage, PlateRules, Word
from pipelines.stages.recent import RecentVisits
from pipelines.stages.standing import StandingPlates
from pipelines.stages.tracking import Tracker
from vision.rectify import is_convex
from vision.types import FloatArray, Frame, Image, PlateReading

_MIN_CONFIDENCE = 0.5
# The tracker may go on from one car's lamp to the next car's plate: only the newest frames tell what it is on now.
_LAST_FRAMES = 8


@dataclass(frozen=True, slots=True, eq=False)
class PlateVisit:
    """One car before one camera, however long it stands there.

    A gate may only act on a plausible reading on which at least two reads agree; the others are for an operator.

    Attributes:
        lane_id: of the camera: the parking lane "LOT/LANE" that it watches; None: none.
        visit: camera, time of the first frame, number of the track; the ids of events derive from it. Of a car that
            was told without an agreed text and is read after all, the second visit's ends in "/2".
        reading: None: nothing legible enough for a gate.
        agreeing: how many reads say exactly the reading's text.
        reads: how many were legible enough to vote.
        direction: as seen by the camera; None: not clear.
        seen_at: when the evidence was captured, aware UTC.
        evidence: (H, W, 3) uint8 BGR: the frame that was read, cropped around the car.
    """

    camera_id: str
    lane_id: str | None
    visit: str
    reading: PlateReading | None
    agreeing: int
    reads: int
    direction: Direction | None
    seen_at: datetime
    evidence: Image


class VisitSink(Protocol):
    """Whoever decides on cars."""

    def on_visit(self, visit: PlateVisit) -> None:
        """Take a visit; called in the camera's courier thread, in order, and may take its time."""
        ...


@dataclass(slots=True, eq=False)
class _Track:
    """A passage, when and where (4,) its car was first and last seen, and in which of the last frames on another."""

    passage: Passage
    first_at: datetime
    first_xyxy: FloatArray
    seen_at: datetime
    xyxy: FloatArray
    on_legible_car: deque[bool] = field(default_factory=lambda: deque(maxlen=_LAST_FRAMES))
    confidences: deque[float] = field(default_factory=lambda: deque(maxlen=_LAST_FRAMES))
    is_told: bool = False

    @property
    def is_surely_plate(self) -> bool:
        """Whether the detector was certain, though nothing could be read."""
        return bool(self.confidences) and median(self.confidences) >= SURELY_PLATE

    @property
    def is_part_of_car(self) -> bool:
        """Whether it is a lamp or a badge, mostly seen on a car whose plate is legible."""
        return 2 * sum(self.on_legible_car) > len(self.on_legible_car)


class PlateStage:
    """Detects, tracks, reads, votes. One for each camera; not to be shared.

    Args:
        lane: the plate networks.
        rules: when a visit is told; None: the defaults.
        lane_id: the parking lane that the camera watches, for the visits.
    """

    def __init__(self, lane: PlateLane, rules: PlateRules | None = None, lane_id: str | None = None) -> None:
        self._lane = lane
        self._rules = rules or PlateRules()
        self._lane_id = lane_id
        self._tracker = Tracker(self._rules.lost_after_s, _MIN_CONFIDENCE)
        self._tracks: dict[int, _Track] = {}
        self._recent = RecentVisits(self._rules)
        self._standing = StandingPlates(self._rules.watched_s, self._rules.standing_s)
        self._camera_id = ""
        self._now = datetime.min.replace(tzinfo=UTC)

    def process(self, frame: Frame) -> list[PlateVisit]:
        """The visits that this frame completed.

        Raises:
            BadArray: a network gave numbers that are none.
        """
        self._camera_id, self._now = frame.camera_id, frame.captured_at
        self._standing.look(frame.captured_at)
        cars = self._tracker.update(_as_cars(self._lane.detector.detect(frame.image)), frame.captured_at)
        for i, number in enumerate(np.asarray(cars.tracker_id).tolist()):
            if number >= 0:
                corners = np.asarray(cars.data["landmarks"][i], np.float32)
                self._note(frame, number, np.asarray(cars.xyxy[i], np.float32), corners)
                if cars.confidence is not None:
                    self._tracks[number].confidences.append(float(cars.confidence[i]))
        self._note_parts()
        alive = self._tracker.alive()
        words = self._end([number for number in self._tracks if number not in alive])
        words += [(track, track.passage.word(frame.captured_at)) for track in self._tracks.values()]
        self._recent.forget(frame.captured_at)
        return self._tell(words)

    def finish(self) -> list[PlateVisit]:
        """The visits that are still to be told when the camera stops."""
        return self._tell(self._end(list(self._tracks)))

    def _note(self, frame: Frame, number: int, xyxy: FloatArray, corners: FloatArray) -> None:
        """One tracked car of the frame: where it is, and what its plate says if it is time to read it."""
        now = frame.captured_at
        if number not in self._tracks:
            self._tracks[number] = _Track(self._passage(number, xyxy), now, xyxy, now, xyxy)
        track = self._tracks[number]
        track.seen_at, track.xyxy = now, xyxy
        if is_convex(corners) and is_whole(corners, frame.image):
            self._look(frame, track, corners, number)
        passage = track.passage
        self._standing.note(passage.passage_id, xyxy, now, moved=passage.motion.moved)
        if track.is_told:
            self._recent.remember(passage.passage_id, passage.told, now, xyxy)

    def _note_parts(self) -> None:
        """Note which tracks of this frame lie on a car with a legible plate."""
        seen = [track for track in self._tracks.values() if track.seen_at == self._now]
        legible = [track for track in seen if track.passage.legible]
        for track in seen:
            track.on_legible_car.append(any(on_car(car.xyxy, track.xyxy) for car in legible if car is not track))

    def _look(self, frame: Frame, track: _Track, corners: FloatArray, number: int) -> None:
        passage = track.passage
        passage.see(corners, frame.captured_at)
        near = np.ptp(corners[:, 0]) >= self._rules.min_width_px
        if not near or not passage.wants_reading(frame.captured_at):
            return
        reading = self._lane.read(frame.image, corners)
        evidence = crop_car(frame.image, corners)
        passage.read(Look(frame.captured_at, reading, evidence, plate_size(corners)))
        others = passage.replaced()
        if others:
            # The car behind drove up where this one stood, and the tracker took it for the same.
            track.passage = self._passage(number, track.xyxy)
            track.first_at, track.first_xyxy, track.is_told = frame.captured_at, track.xyxy, False
            for look in others:
                track.passage.read(look)

    def _passage(self, number: int, xyxy: FloatArray) -> Passage:
        passage_id = f"{self._camera_id}/{self._now:%Y%m%dT%H%M%S.%fZ}/{number}"
        has_come = self._standing.has_come(xyxy, self._now)
        return Passage(passage_id, self._rules, self._lane.gate_threshold, has_come=has_come)

    def _end(self, numbers: list[int]) -> list[tuple[_Track, Word | None]]:
        """Forget these tracks; what is still to be said about them."""
        ended = [self._tracks.pop(number) for number in numbers]
        return [(track, track.passage.last_word()) for track in ended]

    def _tell(self, words: list[tuple[_Track, Word | None]]) -> list[PlateVisit]:
        """The words as visits, without those on cars that were told already."""
        spoken = [(track, word) for track, word in words if word]
        # Of a car with plates of two countries the Chinese one is told.
        spoken.sort(key=lambda one: one[1].vote is None or one[1].vote.reading.region is None)
        return [self._visit(track, word) for track, word in spoken if self._is_new(track, word)]

    def _is_new(self, track: _Track, word: Word) -> bool:
        """Whether nothing was told of this car so far; from now on it is told."""
        passage = track.passage
        known: str | None = None
        if word.vote is None:
            new = track.is_surely_plate and not (
                track.is_part_of_car
                or self._recent.goes_on(track.first_at, track.first_xyxy)
                or self._recent.same_car(passage.passage_id, track.seen_at, track.xyxy)
            )
        else:
            text = word.vote.reading.text
            known = self._recent.known(text, track.seen_at, track.xyxy, moved=passage.motion.moved)
            new = known is None and not self._recent.beside(passage.passage_id, track.seen_at, track.xyxy)
        if passage.told and known:
            passage.told = known
        # What was taken for a part of a car must not hide the next car's plate.
        track.is_told = track.is_told or new or passage.told is not None
        if track.is_told:
            self._recent.remember(passage.passage_id, passage.told, track.seen_at, track.xyxy)
        return new

    def _visit(self, track: _Track, word: Word) -> PlateVisit:
        passage = track.passage
        return PlateVisit(
            camera_id=self._camera_id,
            lane_id=self._lane_id,
            visit=passage.passage_id if word.number == 1 else f"{passage.passage_id}/{word.number}",
            reading=word.vote.reading if word.vote else None,
            agreeing=word.vote.agreeing if word.vote else 0,
            reads=word.vote.total if word.vote else 0,
            direction=passage.direction,
            seen_at=word.look.captured_at,
            evidence=word.look.evidence,
        )


def _as_cars(plates: sv.Detections) -> sv.Detections:
    """The plates with boxes that reach around their cars."""
    return sv.Detections(
        xyxy=car_boxes(plates.xyxy),
        confidence=plates.confidence,
        class_id=plates.class_id,
        data={"landmarks": plates.data["landmarks"]},
    )
