"""Incidents and suppressions, as they travel."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from api.schemas.common import Answer, Request, Slug, UtcTime, Words
from api.schemas.parking import ReasonWord
from pipelines.street.incidents import Box, Incident, Report, Suppression
from pipelines.street.words import Fate, Source

KindCode = Annotated[str, StringConstraints(pattern=r"^(L[0-9]{2}|[0-9]{5}(-[0-9]{5})?)$"), Field(examples=["06036"])]
Share = Annotated[float, Field(ge=0, le=1)]


def _sides(value: object) -> object:
    """Four numbers, or one text of them, as forms send it."""
    return value.split(",") if isinstance(value, str) else value


Sides = Annotated[
    list[Share],
    BeforeValidator(_sides),
    Field(
        min_length=4,
        max_length=4,
        description="left, top, right, bottom in shares of the picture; in forms divided by commas",
        examples=[[0.25, 0.5, 0.5, 0.75]],
    ),
]


class IncidentIn(Request):
    """What a camera, a patrol or a citizen tells of; a form may bring a picture."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "06036",
                    "source": "camera",
                    "camera": "quay-3",
                    "zone": "pavement",
                    "box": [0.25, 0.5, 0.5, 0.75],
                    "confidence": 0.91,
                    "reference": "quay-3/000871",
                },
                {"kind": "06012", "source": "citizen", "place": "Harbour Road 12, behind the kiosk"},
            ]
        }
    )

    kind: KindCode
    source: Source
    seen_at: Annotated[UtcTime | None, Field(description="default: now")] = None
    city: Annotated[Slug | None, Field(description="default: the first of this installation")] = None
    camera: Annotated[Slug | None, Field(description="always of a camera's report")] = None
    zone: Annotated[Slug | None, Field(description="of the camera")] = None
    box: Sides | None = None
    confidence: Share | None = None
    place: Annotated[Words | None, Field(description="where it is, if no camera is named; sealed")] = None
    reference: Annotated[
        str | None,
        Field(pattern=r"^[\x21-\x7e]{1,200}$", description="your own id of it: sent again, it is the same incident"),
    ] = None

    def record(self, now: datetime) -> Report:
        """The report, seen now unless it says when.

        Raises:
            BadInput: no place where no camera is named, or a box that is none.
        """
        return Report(
            kind=self.kind,
            source=self.source,
            seen_at=self.seen_at or now,
            city=self.city,
            camera_id=self.camera,
            zone=self.zone,
            box=None if self.box is None else Box(*self.box),
            confidence=self.confidence,
            place=self.place,
            reference=self.reference,
        )


class IncidentOut(Answer):
    """A report on record, and what became of it."""

    id: str
    kind: str
    source: Source
    fate: Annotated[Fate, Field(description="what became of it; `suppressed` makes no case")]
    case: str | None
    suppression: str | None
    city: str
    camera: str | None
    zone: str | None
    box: list[float] | None
    confidence: float | None
    place: str | None
    seen_at: datetime
    recorded_at: datetime
    reference: str | None

    @classmethod
    def of(cls, incident: Incident) -> "IncidentOut":
        """The record as an answer."""
        report = incident.report
        return cls(
            id=incident.id,
            kind=report.kind,
            source=report.source,
            fate=incident.fate,
            case=incident.case_id,
            suppression=incident.suppression_id,
            city=incident.city,
            camera=report.camera_id,
            zone=report.zone,
            box=list(report.box.sides) if report.box else None,
            confidence=report.confidence,
            place=report.place,
            seen_at=report.seen_at,
            recorded_at=incident.recorded_at,
            reference=report.reference,
        )


class SuppressionOut(Answer):
    """A camera and zone that a false alarm silenced for one kind."""

    id: str
    camera: str
    zone: str | None
    kind: str
    case: Annotated[str, Field(description="the false alarm")]
    count: Annotated[int, Field(description="reports that it kept from making cases")]
    last_at: datetime | None
    holds: bool
    created_at: datetime
    created_by: str
    expires_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_why: str | None

    @classmethod
    def of(cls, suppression: Suppression, now: datetime) -> "SuppressionOut":
        """The record as an answer, as it holds now."""
        return cls(
            id=suppression.id,
            camera=suppression.camera_id,
            zone=suppression.zone,
            kind=suppression.kind,
            case=suppression.case_id,
            count=suppression.count,
            last_at=suppression.last_at,
            holds=suppression.holds_at(now),
            created_at=suppression.created_at,
            created_by=suppression.created_by,
            expires_at=suppression.expires_at,
            lifted_at=suppression.lifted_at,
            lifted_by=suppression.lifted_by,
            lifted_why=suppression.lifted_why,
        )


class LiftIn(Request):
    """Why a suppression is undone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "lens-cleaned"}]})

    reason: ReasonWord
