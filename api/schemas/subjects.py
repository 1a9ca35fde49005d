"""Subjects, their consents and enrolments, as they travel."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from api.schemas.common import Answer, Request, Slug, UtcTime, Words

_SUBJECT = "sub_0123456789abcdef0123456789abcdef"


class SubjectIn(Request):
    """A person to be known."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"label": "Grace Hopper", "external_ref": "employee-1906"}]}
    )

    label: Annotated[Words, Field(description="how people call the person; sealed in the database")]
    external_ref: Annotated[Words | None, Field(description="the person's id in the caller's own system")] = None


class SubjectOut(Answer):
    """A person."""

    id: Annotated[str, Field(examples=[_SUBJECT])]
    label: str
    external_ref: str | None
    created_at: datetime


class ErasureOut(Answer):
    """What one erasure removed."""

    subject_id: str
    templates: int
    photographs: int
    consents: int
    answers: Annotated[int, Field(description="kept answers of Idempotency-Keys")]
    traces_cleared: Annotated[bool, Field(description="false: the sweeper empties the write-ahead log soon")]


class ConsentIn(Request):
    """An agreement of a subject to a purpose."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"subject_id": _SUBJECT, "purpose": "building-access", "evidence": "form 2026-0117"}]
        }
    )

    subject_id: str
    purpose: Slug
    evidence: Annotated[Words, Field(description="where the agreement can be seen; sealed in the database")]
    expires_at: UtcTime | None = None
    given_at: Annotated[UtcTime | None, Field(description="default: now")] = None


class ConsentOut(Answer):
    """An agreement; it counts from `given_at` until it expires or is withdrawn."""

    id: str
    subject_id: str
    purpose: str
    evidence: str
    given_at: datetime
    expires_at: datetime | None
    withdrawn_at: datetime | None


class EnrolmentFields(Request):
    """Whose face goes where; the pictures come as parts `image`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"subject_id": _SUBJECT, "gallery": "staff"}]})

    subject_id: str
    gallery: str


class QualityOut(Answer):
    """What was measured on one picture; `vision.quality.FaceQuality` says how."""

    score: Annotated[float, Field(description="above 0 up to 1")]
    eye_distance_px: float
    height_px: float
    sharpness: float
    yaw: float
    pitch: float
    roll_deg: float
    brightness: float
    occlusion: float


class EnrolmentOut(Answer):
    """What was stored: one template for each picture."""

    subject_id: str
    gallery: str
    model_id: str
    template_ids: list[int]
    qualities: list[QualityOut]
    photograph_ids: Annotated[list[str], Field(description="empty where the gallery keeps no photographs")]


class TemplateOut(Answer):
    """An enrolled face, as lists show it."""

    id: int
    subject_id: str
    gallery: Annotated[str, Field(validation_alias="gallery_id")]
    model_id: str
    quality: float
    created_at: datetime


class RemovalOut(Answer):
    """How many templates were taken out of a gallery."""

    removed: int
