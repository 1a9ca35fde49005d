"""One car's passage before one camera: when its plate is read, and when the readings suffice to be told."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from pipelines.stages.motion import Direction, PlateMotion
from vision.plate_text import within_one_confusion
from vision.types import FloatArray, Image, PlateReading
from vision.voting import Vote, vote

SWITCH_READS = 3
"""So many looks in a row at one other text on the same track: another car took the first one's place."""


class PlateRules(BaseModel):
    """When a plate is read, and when a passage is told.

    Attributes:
        agreeing_needed: readings of the same text before it is told.
        min_width_px: narrower plates are seen, but not read: their car is not at the gate yet.
        read_gap_s: between two readings; frames that follow each other at once show the same slip twice.
        reads_kept: the newest ones, which vote.
        reread_s: between two readings once the text was told; they notice another car.
        direction_wait_s: so long at most a text that is agreed on waits for the direction to become clear.
        give_up_s: a car that came and stands so long without an agreed text is told as it is: somebody waits.
        watched_s: what is first seen so long after the camera's first frame, where nothing stood, has come.
        lost_after_s: a plate unseen for longer has left the track; see `same_visit_s`.
        same_visit_s: the same text seen again within it is the same visit.
        standing_s: likewise, of a car that stands where it stood.
        resumed_s: likewise, of an unreadable plate where a told one was lost.
        sights_reported: a track of fewer whole sights ends without a word: most of them are no plates.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    agreeing_needed: int = Field(default=2, ge=2)
    min_width_px: float = Field(default=48.0, ge=0)
    read_gap_s: float = Field(default=0.15, ge=0)
    reads_kept: int = Field(default=12, ge=SWITCH_READS)
    reread_s: float = Field(default=1.0, ge=0)
    direction_wait_s: float = Field(default=1.0, ge=0)
    give_up_s: float = Field(default=3.0, gt=0)
    watched_s: float = Field(default=2.0, ge=0)
    lost_after_s: float = Field(default=1.5, gt=0)
    same_visit_s: float = Field(default=60.0, ge=0)
    standing_s: float = Field(default=600.0, ge=0)
    resumed_s: float = Field(default=10.0, ge=0)
    sights_reported: int = Field(default=3, ge=1)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One reading and the picture it was made of.

    Attributes:
        reading: None: not legible.
        evidence: (H, W, 3) the car around the plate.
        size: of the plate in pixels, as `plate_size` has it.
    """

    captured_at: datetime
    reading: PlateReading | None
    evidence: Image
    size: float


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """What is said of a passage.

    Attributes:
        number: 1, or 2 where a passage that was told without an agreed text got one after all.
        look: the nearest one: of those that say the told text, or of all.
    """

    number: int
    vote: Vote | None
    look: Look


class Passage:
    """What is known of one track.

    Args:
        passage_id: says nothing of the plate.
        rules: see there.
        gate_threshold: readings of less confidence do not vote.
        has_come: whether its plate is known to have come to where it is first seen.
    """

    def __init__(self, passage_id: str, rules: PlateRules, gate_threshold: float, *, has_come: bool = False) -> None:
        self.passage_id = passage_id
        self.motion = PlateMotion()
        self.told: str | None = None
        """The agreed text, once it was told."""
        self._rules = rules
        self._gate_threshold = gate_threshold
        self._has_come = has_come
        self._first_at: datetime | None = None
        self._sights = 0
        self._words = 0
        self._read_at: datetime | None = None
        self._looks: deque[Look] = deque(maxlen=rules.reads_kept)
        self._nearest: Look | None = None

    def see(self, corners: FloatArray, captured_at: datetime) -> None:
        """The whole plate was seen in one more frame."""
        self._first_at = self._first_at or captured_at
        self._sights += 1
        self.motion.add(corners, captured_at)

    def wants_reading(self, now: datetime) -> bool:
        """Whether the plate should be read in the frame of this time."""
        gap_s = self._rules.read_gap_s if self.told is None else self._rules.reread_s
        # A source that is opened anew may fall back in time.
        return self._read_at is None or abs((now - self._read_at).total_seconds()) >= gap_s

    def read(self, look: Look) -> None:
        """The plate was read once more."""
        self._read_at = look.captured_at
        self._looks.append(look)
        if self._nearest is None or look.size >= self._nearest.size:
            self._nearest = look

    @property
    def spoken(self) -> bool:
        """Whether anything was said of it."""
        return self._words > 0

    @property
    def legible(self) -> bool:
        """Whether any look at it could be read with certainty."""
        readings = (look.reading for look in self._looks)
        return self.told is not None or any(reading and self._is_certain(reading) for reading in readings)

    @property
    def direction(self) -> Direction | None:
        """Whether the car comes or goes."""
        return self.motion.direction

    @property
    def agreed(self) -> Vote | None:
        """What enough readings say, of a plausible text; None while they do not."""
        found = self._vote()
        if found is None or not found.reading.plausible or found.agreeing < self._rules.agreeing_needed:
            return None
        return found

    def word(self, now: datetime) -> Word | None:
        """What is to be said now; None while there is nothing new."""
        waited_s = 0.0 if self._first_at is None else (now - self._first_at).total_seconds()
        agreed = None if self.told else self.agreed
        if agreed and (self.direction or waited_s >= self._rules.direction_wait_s):
            return self._say(agreed)
        if self.motion.stood_s(now) < self._rules.give_up_s:
            return None
        return self._surrender(came=self._has_come or self.motion.moved)

    def last_word(self) -> Word | None:
        """What is to be said of a track that ends; None where all was said, or it was no car that came."""
        agreed = None if self.told else self.agreed
        return self._say(agreed) if agreed else self._surrender(came=self.motion.moved)

    def replaced(self) -> list[Look]:
        """The newest looks, if all of them agree on a car other than the told one; empty if not."""
        newest = list(self._looks)[-SWITCH_READS:]
        texts = {look.reading.text if look.reading and self._is_good(look.reading) else None for look in newest}
        if self.told is None or len(newest) < SWITCH_READS or len(texts) > 1:
            return []
        text = texts.pop()
        return [] if text is None or within_one_confusion(self.told, text) else newest

    def _surrender(self, *, came: bool) -> Word | None:
        """The one word on a passage without an agreed text; a sign, which never comes, gets none."""
        if self.spoken or self._sights < self._rules.sights_reported or not came:
            return None
        return self._say(self._vote())

    def _say(self, found: Vote | None) -> Word | None:
        text = found.reading.text if found else None
        shown = [look for look in self._looks if look.reading and look.reading.text == text]
        look = max(shown, key=lambda look: look.size, default=self._nearest)
        if look is None:
            return None
        self._words += 1
        if found and found.reading.plausible and found.agreeing >= self._rules.agreeing_needed:
            self.told = found.reading.text
        return Word(self._words, found, look)

    def _vote(self) -> Vote | None:
        """What the readings that are certain enough say, the plausible ones before the others."""
        certain = [look.reading for look in self._looks if look.reading and self._is_certain(look.reading)]
        plausible = [reading for reading in certain if reading.plausible]
        return vote(plausible or certain) if certain else None

    def _is_certain(self, reading: PlateReading) -> bool:
        return reading.confidence >= self._gate_threshold

    def _is_good(self, reading: PlateReading) -> bool:
        return reading.plausible and self._is_certain(reading)
