"""The tables of parking; plates are sealed (`plate`) and found by keyed hashes (`plate_hash`)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pipelines.records.columns import ExactDecimal
from pipelines.records.tables import Numbered

_COUNTED: dict[str, Any] = {"sqlite_autoincrement": True}
_OPEN = text("closed_at IS NULL")
_ENDED = text("closed_at IS NOT NULL")
_HASH = String(64)


class RateRow(Numbered):
    """A version of a tariff; rows are never changed, for sessions refer to them."""

    __tablename__ = "parking_rates"
    __table_args__ = (UniqueConstraint("id", "version"), _COUNTED)
    id: Mapped[str]
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class LotRow(Numbered):
    __tablename__ = "parking_lots"
    id: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    rate_id: Mapped[str]
    capacity: Mapped[int | None]
    anti_passback: Mapped[str]
    visitors: Mapped[bool]
    retention_days: Mapped[int]
    decision_ttl_s: Mapped[float | None]
    keep_evidence: Mapped[bool]
    offline_ttl_h: Mapped[float]
    purpose: Mapped[str]
    adjustment: Mapped[int]
    created_at: Mapped[datetime]


class LaneRow(Numbered):
    __tablename__ = "parking_lanes"
    __table_args__ = (UniqueConstraint("lot_id", "id"), _COUNTED)
    lot_id: Mapped[str] = mapped_column(ForeignKey("parking_lots.id"))
    id: Mapped[str]
    kind: Mapped[str]
    gate_id: Mapped[str | None] = mapped_column(ForeignKey("gates.id"))
    barrier: Mapped[bytes | None]
    created_at: Mapped[datetime]


class RightRow(Numbered):
    __tablename__ = "parking_rights"
    id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    lot_id: Mapped[str | None] = mapped_column(ForeignKey("parking_lots.id"), index=True)
    lane_ids: Mapped[list[str]]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None] = mapped_column(index=True)
    max_inside: Mapped[int | None]
    note: Mapped[bytes]
    created_at: Mapped[datetime]


class RightPlateRow(Numbered):
    """One car of a right."""

    __tablename__ = "parking_right_plates"
    __table_args__ = (UniqueConstraint("right_id", "plate_hash"), _COUNTED)
    right_id: Mapped[str] = mapped_column(ForeignKey("parking_rights.id", ondelete="CASCADE"))
    plate: Mapped[bytes]
    plate_hash: Mapped[str] = mapped_column(_HASH, index=True)


class SessionRow(Numbered):
    """A stay. Two open ones of one plate at one lot cannot be, whatever the threads and processes do.

    Rights, lanes and observations come and go: their ids refer to no row.
    """

    __tablename__ = "parking_sessions"
    __table_args__ = (
        Index(
            "uq_parking_sessions_open", "lot_id", "plate_hash", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_parking_sessions_right", "right_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_parking_sessions_plate", "plate_hash", "seq"),
        # Without the open ones: else SQLite finds these by it too, and reads all that are open at the lot.
        Index("ix_parking_sessions_ended", "lot_id", "closed_at", sqlite_where=_ENDED, postgresql_where=_ENDED),
        _COUNTED,
    )
    id: Mapped[str] = mapped_column(unique=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("parking_lots.id"))
    plate: Mapped[bytes]
    plate_hash: Mapped[str] = mapped_column(_HASH)
    kind: Mapped[str | None]
    state: Mapped[str]
    entered_at: Mapped[datetime | None]
    entry_lane_id: Mapped[str | None]
    left_at: Mapped[datetime | None]
    exit_lane_id: Mapped[str | None]
    right_id: Mapped[str | None]
    rate_id: Mapped[str]
    rate_version: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    fee: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    covered_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class ObservationRow(Numbered):
    """A sighting and what was decided on it; one row for each visit, however often it is told."""

    __tablename__ = "parking_observations"
    __table_args__ = (
        UniqueConstraint("camera_id", "visit"),
        Index("ix_parking_observations_seen", "lot_id", "decided_at"),
        _COUNTED,
    )
    id: Mapped[str] = mapped_column(unique=True)
    lot_id: Mapped[str] = mapped_column(ForeignKey("parking_lots.id"))
    lane_id: Mapped[str]
    direction: Mapped[str]
    reading: Mapped[bytes | None]
    plate_hash: Mapped[str | None] = mapped_column(_HASH, index=True)
    confidence: Mapped[float]
    agreeing: Mapped[int]
    kind: Mapped[str | None]
    seen_at: Mapped[datetime]
    camera_id: Mapped[str | None]
    visit: Mapped[str | None]
    decision: Mapped[str]
    reason: Mapped[str]
    session_id: Mapped[str | None] = mapped_column(index=True)
    due: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    currency: Mapped[str | None] = mapped_column(String(3))
    decided_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class PaymentRow(Numbered):
    __tablename__ = "parking_payments"
    id: Mapped[str] = mapped_column(unique=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("parking_sessions.id", ondelete="CASCADE"), index=True)
    reference: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[Decimal] = mapped_column(ExactDecimal)
    paid_at: Mapped[datetime]
    due_after: Mapped[Decimal] = mapped_column(ExactDecimal)
    overpaid: Mapped[Decimal] = mapped_column(ExactDecimal)
    covered_until: Mapped[datetime | None]


class EvidenceRow(Numbered):
    """A picture in a sealed file of its own key: it is lost with this row."""

    __tablename__ = "parking_evidence"
    id: Mapped[str] = mapped_column(unique=True)
    observation_id: Mapped[str] = mapped_column(ForeignKey("parking_observations.id", ondelete="CASCADE"), unique=True)
    wrapped: Mapped[bytes]
    created_at: Mapped[datetime]
