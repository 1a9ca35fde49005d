"""What was seen or told of, and where: reports as they come in, incidents as they are on record."""

from dataclasses import dataclass, field
from datetime import datetime

from pipelines.records.checks import check_slug, check_utc
from pipelines.street.words import Fate, Source
from vision.errors import BadInput

MAX_PLACE = 200
MAX_REFERENCE = 200


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a camera's picture, in shares of its width and height, 0..1."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise BadInput(f"box: wanted 0 <= left < right <= 1 and 0 <= top < bottom <= 1, got {self.sides}")

    @property
    def sides(self) -> tuple[float, float, float, float]:
        return self.left, self.top, self.right, self.bottom

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)

    def iou(self, other: "Box") -> float:
        """The area of both together over the area of either, 0..1."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        shared = max(width, 0.0) * max(height, 0.0)
        return shared / (self.area + other.area - shared)


def likeness(one: Box | None, other: Box | None) -> float:
    """How much two places at one camera and zone are the same, 0..1; no box is all of the zone."""
    return 1.0 if one is None or other is None else one.iou(other)


@dataclass(frozen=True, slots=True)
class Report:
    """An incident as a camera, a patrol or a citizen tells of it.

    Attributes:
        kind: a code of the catalogue.
        seen_at: aware UTC; of a camera the time of the stream.
        city: None: the first of the installation.
        camera_id: always of a camera's report; others may name the camera that sees the place.
        zone: of the camera.
        box: None: all of the zone.
        confidence: the detector's, 0..1.
        place: where it is, in words; always of a report that names no camera. Sealed in the database.
        reference: the sender's own id of it: sent again, it is the same incident.
    """

    kind: str
    source: Source
    seen_at: datetime
    city: str | None = None
    camera_id: str | None = None
    zone: str | None = None
    box: Box | None = None
    confidence: float | None = None
    place: str | None = field(default=None, repr=False)
    reference: str | None = None

    def __post_init__(self) -> None:
        check_utc("seen_at", self.seen_at)
        _check_where(self)
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise BadInput(f"confidence: wanted 0..1, got {self.confidence}")
        for name, text, most in (("place", self.place, MAX_PLACE), ("reference", self.reference, MAX_REFERENCE)):
            if text is not None and not 1 <= len(text) <= most:
                raise BadInput(f"{name}: wanted 1 to {most} characters, got {len(text)}")


@dataclass(frozen=True, slots=True)
class Incident:
    """A report on record, and what became of it.

    Attributes:
        id: `inc_` and 32 hexadecimal digits.
        reported_by: the key that told of it.
        fate: see `pipelines.street.words.Fate`.
        case_id: None of what was suppressed.
        suppression_id: what suppressed it; None of everything else.
        recorded_at: aware UTC.
    """

    id: str
    report: Report
    city: str
    purpose: str
    reported_by: str
    fate: Fate
    case_id: str | None
    suppression_id: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Suppression:
    """Reports of one kind at one camera and zone that are kept from making cases, for a time, after a false alarm.

    Attributes:
        id: `sup_` and 32 hexadecimal digits.
        case_id: the false alarm that it began with.
        count: reports that it kept away.
        last_at: of the last of them.
        lifted_at, lifted_by, lifted_why: when, by which key and why it was undone; None: it was not.
    """

    id: str
    camera_id: str
    zone: str | None
    kind: str
    city: str
    purpose: str
    case_id: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    count: int = 0
    last_at: datetime | None = None
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    lifted_why: str | None = None

    def holds_at(self, now: datetime) -> bool:
        """Whether reports are suppressed at this moment."""
        return self.lifted_at is None and now < self.expires_at


def _check_where(report: Report) -> None:
    for name, value in (("camera", report.camera_id), ("zone", report.zone)):
        if value is not None:
            check_slug(name, value)
    if report.camera_id is not None:
        return
    if report.source == "camera":
        raise BadInput("camera: wanted the camera that saw it, got none")
    if not report.place:
        raise BadInput("place: wanted words that say where it is, for no camera is named; got none")
    if report.zone is not None or report.box is not None:
        raise BadInput("camera: wanted the camera that zone or box belong to, got none")
