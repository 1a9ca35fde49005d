"""The tables of the street: incidents, cases with their history, views and pictures, suppressions, and counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipelines.records.tables import Numbered

_COUNTED: dict[str, Any] = {"sqlite_autoincrement": True}
_OPEN = text("ended_at IS NULL")
_ENDED = text("ended_at IS NOT NULL")
_CODE = String(16)


class CaseRow(Numbered):
    """Cities, kinds and cameras are named, and refer to no row: they come and go in files."""

    __tablename__ = "street_cases"
    __table_args__ = (
        Index("ix_street_cases_place", "camera_id", "kind", "seq"),
        Index("ix_street_cases_due", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_street_cases_ended", "ended_at", sqlite_where=_ENDED, postgresql_where=_ENDED),
        _COUNTED,
    )
    id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(_CODE)
    city: Mapped[str]
    purpose: Mapped[str]
    source: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    last_seen_at: Mapped[datetime]
    camera_id: Mapped[str | None]
    zone: Mapped[str | None]
    box: Mapped[list[float] | None]
    place: Mapped[bytes | None]
    count: Mapped[int]
    due_at: Mapped[datetime | None]
    extensions: Mapped[int]
    assignee: Mapped[str | None]
    handled_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    witness: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    false_alarm: Mapped[bool]
    reworks: Mapped[int]


class IncidentRow(Numbered):
    """A report; the same reference of one key is one row, whatever the threads and processes do."""

    __tablename__ = "street_incidents"
    __table_args__ = (
        UniqueConstraint("reported_by", "reference"),
        Index("ix_street_incidents_camera", "camera_id", "seq"),
        _COUNTED,
    )
    id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(_CODE)
    city: Mapped[str]
    purpose: Mapped[str]
    source: Mapped[str]
    camera_id: Mapped[str | None]
    zone: Mapped[str | None]
    box: Mapped[list[float] | None]
    confidence: Mapped[float | None]
    place: Mapped[bytes | None]
    seen_at: Mapped[datetime]
    reference: Mapped[str | None]
    reported_by: Mapped[str]
    fate: Mapped[str]
    case_id: Mapped[str | None] = mapped_column(ForeignKey("street_cases.id", ondelete="CASCADE"), index=True)
    suppression_id: Mapped[str | None]
    recorded_at: Mapped[datetime] = mapped_column(index=True)


class TransitionRow(Numbered):
    __tablename__ = "street_transitions"
    case_id: Mapped[str] = mapped_column(ForeignKey("street_cases.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    act: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str]
    why: Mapped[str]
    details: Mapped[dict[str, Any]]


class ViewRow(Numbered):
    """What a camera saw after handling."""

    __tablename__ = "street_views"
    case_id: Mapped[str] = mapped_column(ForeignKey("street_cases.id", ondelete="CASCADE"), index=True)
    camera_id: Mapped[str]
    outcome: Mapped[str]
    at: Mapped[datetime]


class CasePictureRow(Numbered):
    """A picture in a sealed file of its own key: it is lost with this row. An incident has one at most."""

    __tablename__ = "street_pictures"
    id: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("street_cases.id", ondelete="CASCADE"), index=True)
    incident_id: Mapped[str | None] = mapped_column(unique=True)
    role: Mapped[str]
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]


class SuppressionRow(Numbered):
    __tablename__ = "street_suppressions"
    __table_args__ = (Index("ix_street_suppressions_place", "camera_id", "kind"), _COUNTED)
    id: Mapped[str] = mapped_column(unique=True)
    camera_id: Mapped[str]
    zone: Mapped[str | None]
    kind: Mapped[str] = mapped_column(_CODE)
    city: Mapped[str]
    purpose: Mapped[str]
    case_id: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
    last_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_why: Mapped[str | None]


class LineCountRow(Numbered):
    """A span of minutes of one line; the same span told again is one row. `passed` is class -> [in, out]."""

    __tablename__ = "street_line_counts"
    # In this order it also finds the spans of a camera by their time.
    __table_args__ = (UniqueConstraint("camera_id", "begins_at", "line"), _COUNTED)
    camera_id: Mapped[str]
    line: Mapped[str]
    begins_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    seen_s: Mapped[float]
    passed: Mapped[dict[str, Any]]
