"""One person's passage before one camera: which of its pictures are kept, and when they suffice for a decision."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from vision.challenge import FRONTAL_YAW, TURNED_YAW
from vision.quality import FaceQuality, QualityLimits, measure_quality, quality_reasons
from vision.types import FaceObservation, FloatArray, Image

SURROUNDINGS = 0.75
"""Of a face's width and height, kept on each side: liveness networks look at what is around a face."""
_LONGEST_CHALLENGE = timedelta(seconds=60)
_MOST_STANCES = 12

_Stance = Literal["frontal", "left", "right"]


class TrackRules(BaseModel):
    """When a track is ready for a decision.

    Attributes:
        frames_needed: good frames before the first decision, and anew before each repetition.
        frames_kept: the best ones, which are decided on.
        recent_s: older frames are forgotten, so that a decision is about who stands there now.
        attempts: decisions on one visit at most.
        retry_after_s: between an unknown and the next attempt.
        lost_after_s: a face not seen for so long has left; short, so that the next person is another visit.
        frames_reported: a track of fewer frames ends without a word: most of them are no faces.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    frames_needed: int = Field(default=3, ge=1)
    frames_kept: int = Field(default=5, ge=1)
    recent_s: float = Field(default=5.0, gt=0)
    attempts: int = Field(default=3, ge=1)
    retry_after_s: float = Field(default=2.0, ge=0)
    lost_after_s: float = Field(default=0.5, gt=0)
    frames_reported: int = Field(default=3, ge=1)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One frame's view of the face.

    Attributes:
        faults: why it must not be decided on, words of `vision.quality`; empty for a good one.
    """

    captured_at: datetime
    observation: FaceObservation
    quality: FaceQuality
    faults: tuple[str, ...]


class Visit:
    """What is known of one track.

    Args:
        visit_id: of its first attempt; later ones add their number.
        rules: see there.
    """

    def __init__(self, visit_id: str, rules: TrackRules) -> None:
        self._visit_id = visit_id
        self._rules = rules
        self._frames = 0
        self._good = 0
        self._attempts = 0
        self._due_at: datetime | None = None
        self._kept: list[Seen] = []
        self._poor: Seen | None = None
        self._faults: Counter[str] = Counter()
        self._stances: deque[tuple[_Stance, Seen, Seen]] = deque(maxlen=_MOST_STANCES)

    @property
    def attempt_id(self) -> str:
        """The visit's id, with the attempt's number from the second one on: each decision is an event of its own."""
        return self._visit_id if self._attempts <= 1 else f"{self._visit_id}/{self._attempts}"

    @property
    def faults(self) -> tuple[str, ...]:
        """Why frames were not good, the most frequent word first."""
        return tuple(word for word, _ in self._faults.most_common())

    def add(self, seen: Seen) -> None:
        """One more frame of the face; they come in order."""
        self._frames += 1
        self._faults.update(seen.faults)
        if not seen.faults:
            self._good += 1
            self._kept = sorted([*self._kept, seen], key=_score, reverse=True)
        elif self._poor is None or _score(seen) > _score(self._poor):
            self._poor = seen
        oldest = seen.captured_at - timedelta(seconds=self._rules.recent_s)
        self._kept = [one for one in self._kept if one.captured_at >= oldest][: self._rules.frames_kept]
        self._note_stance(seen)

    def ready(self, now: datetime) -> bool:
        """Whether a decision is due on the frames so far."""
        due = self._attempts == 0 or (self._due_at is not None and now >= self._due_at)
        return due and self._good >= self._rules.frames_needed

    def attempt(self) -> tuple[FaceObservation, ...]:
        """The best frames in the order of time, for a decision that begins now."""
        self._attempts += 1
        self._due_at = None
        return _in_order(self._kept)

    def retry(self, now: datetime) -> None:
        """The decision was unknown: gather new frames for another one, as long as the rules allow it."""
        if self._attempts < self._rules.attempts:
            self._due_at = now + timedelta(seconds=self._rules.retry_after_s)
            self._good = 0
            self._kept = []

    def last_word(self) -> tuple[FaceObservation, ...]:
        """What a track that ends is to be decided on: its good frames, few as they are, or its best poor one.

        Empty when it was decided on already, or was too short to be a face.
        """
        if self._attempts or (self._good == 0 and self._frames < self._rules.frames_reported):
            return ()
        return self.attempt() or _in_order([self._poor] if self._poor else [])

    @property
    def has_good(self) -> bool:
        """Whether there are good frames to decide on."""
        return bool(self._kept)

    def observations(self, since: datetime | None) -> list[FaceObservation]:
        """The best recent frames in the order of time.

        Args:
            since: for a challenge: frames captured earlier are left out, and those in which the head began or ended
                to look ahead, left or right are added.
        """
        if since is None:
            return list(_in_order(self._kept))
        turns = [seen for _, first, last in self._stances for seen in (first, last)]
        return list(_in_order(seen for seen in (*self._kept, *turns) if seen.captured_at >= since))

    def _note_stance(self, seen: Seen) -> None:
        while self._stances and self._stances[0][2].captured_at < seen.captured_at - _LONGEST_CHALLENGE:
            self._stances.popleft()
        stance = _stance(seen)
        if stance is None:
            return
        if self._stances and self._stances[-1][0] == stance:
            self._stances[-1] = (stance, self._stances[-1][1], seen)
        else:
            self._stances.append((stance, seen, seen))


def crop_around(image: Image, xyxy: FloatArray, landmarks: FloatArray, confidence: float) -> FaceObservation:
    """A face with its surroundings, cut out of a frame: a frame is far too large to keep for each face.

    Args:
        image: (H, W, 3) uint8 BGR.
        xyxy: (4,) the face's box in pixels of the frame; may reach beyond it.
        landmarks: (5, 2) pixels of the frame.
        confidence: 0..1.
    """
    height, width = image.shape[:2]
    margins = SURROUNDINGS * (xyxy[2:] - xyxy[:2])
    left, top = (int(low) for low in np.clip(np.floor(xyxy[:2] - margins), 0, (width - 1, height - 1)))
    right, bottom = (int(high) for high in np.clip(np.ceil(xyxy[2:] + margins), (left + 1, top + 1), (width, height)))
    corner = np.array([left, top], np.float32)
    crop = image[top:bottom, left:right].copy()
    return FaceObservation(crop, xyxy - np.tile(corner, 2), landmarks - corner, confidence)


def look(observation: FaceObservation, captured_at: datetime, limits: QualityLimits) -> Seen:
    """One frame's view of a face, measured."""
    quality = measure_quality(observation)
    return Seen(captured_at, observation, quality, quality_reasons(quality, limits))


def _stance(seen: Seen) -> _Stance | None:
    # A blurred face's landmarks jump about: that is no turn.
    if not set(seen.faults) <= {"turned"}:
        return None
    yaw = seen.quality.yaw
    if abs(yaw) <= FRONTAL_YAW:
        return "frontal"
    return None if abs(yaw) < TURNED_YAW else "left" if yaw > 0 else "right"


def _score(seen: Seen) -> float:
    return seen.quality.score


def _in_order(seen: Iterable[Seen]) -> tuple[FaceObservation, ...]:
    by_time = {one.captured_at: one.observation for one in seen}
    return tuple(by_time[captured_at] for captured_at in sorted(by_time))
