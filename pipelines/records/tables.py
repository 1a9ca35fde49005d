"""The tables; what a person could be known by is sealed (`bytes`) or hashed with a key.

Every table counts its rows in `seq`, which is never used twice: lists page by it, and rows of one age lie together.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, foreign, mapped_column, relationship

from pipelines.records.columns import Counter, UtcDateTime


class Base(DeclarativeBase):
    """The types of the columns, by the types of the attributes."""

    metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s"})
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it as a class attribute
        datetime: UtcDateTime,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[float]: JSON(none_as_null=True),
    }


class Numbered(Base):
    """A row with a number that grows and is never used twice."""

    __abstract__ = True
    __table_args__: Any = {"sqlite_autoincrement": True}  # noqa: RUF012  as above
    seq: Mapped[int] = mapped_column(Counter, primary_key=True, autoincrement=True)


class StoreFactRow(Base):
    __tablename__ = "store_facts"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[bytes]


class AuditHeadRow(Base):
    """One row: the last link of the audit chain. Every writer locks it first, so writers commit one after another.

    `epoch` moves on when the store is restored or gets another master key: who opened it before must open it anew.
    """

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Counter)
    hash: Mapped[bytes]
    epoch: Mapped[int] = mapped_column(Counter, server_default=text("0"))


class AuditRow(Numbered):
    __tablename__ = "audit"
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    target: Mapped[str | None]
    details: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]


class ApiKeyRow(Numbered):
    __tablename__ = "api_keys"
    id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes]
    scopes: Mapped[list[str]]
    purposes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class DataKeyRow(Numbered):
    """Rows are appended, overwritten in place when their subject is erased, and never deleted.

    SQLite wipes the row that is deleted, but not the copies that it leaves in a page when it moves the row to another
    because rows around it were deleted. Here no row ever moves. A foreign key would make an update a deletion.
    """

    __tablename__ = "data_keys"
    subject_id: Mapped[str] = mapped_column(unique=True)
    wrapped: Mapped[bytes]


class ErasureRow(Numbered):
    """What must never come back from a backup, by random id or keyed hash; rows stay when backups are restored."""

    __tablename__ = "erasures"
    kind: Mapped[str] = mapped_column(String(32))
    target: Mapped[str]
    at: Mapped[datetime]


class SubjectRow(Numbered):
    __tablename__ = "subjects"
    id: Mapped[str] = mapped_column(unique=True)
    label: Mapped[bytes]
    external_ref: Mapped[bytes | None]
    external_ref_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    data_key: Mapped[DataKeyRow] = relationship(
        primaryjoin=lambda: SubjectRow.id == foreign(DataKeyRow.subject_id), lazy="joined", innerjoin=True
    )


class ConsentRow(Numbered):
    __tablename__ = "consents"
    id: Mapped[str] = mapped_column(unique=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(index=True)
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    withdrawn_at: Mapped[datetime | None]
    evidence: Mapped[bytes]


class GalleryRow(Numbered):
    __tablename__ = "galleries"
    id: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    title: Mapped[str]
    expires_at: Mapped[datetime | None]
    keep_photographs: Mapped[bool]
    created_at: Mapped[datetime]


class TemplateRow(Numbered):
    __tablename__ = "templates"
    __table_args__ = (Index("ix_templates_space", "gallery_id", "model_id", "seq"), {"sqlite_autoincrement": True})
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("galleries.id"))
    model_id: Mapped[str]
    vector: Mapped[bytes]
    quality: Mapped[float]
    created_at: Mapped[datetime]


class PhotographRow(Numbered):
    __tablename__ = "photographs"
    id: Mapped[str] = mapped_column(unique=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("galleries.id"), index=True)
    created_at: Mapped[datetime]


class GateRow(Numbered):
    __tablename__ = "gates"
    id: Mapped[str] = mapped_column(unique=True)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("galleries.id"))
    mode: Mapped[str]
    liveness: Mapped[str]
    target_fmr: Mapped[float]
    shadow: Mapped[bool]
    camera_id: Mapped[str | None]
    margin: Mapped[float | None]
    decision_ttl_s: Mapped[float | None]
    barrier: Mapped[bytes | None]
    created_at: Mapped[datetime]


class CameraRow(Numbered):
    __tablename__ = "cameras"
    id: Mapped[str] = mapped_column(unique=True)
    url: Mapped[bytes]
    lane: Mapped[str]
    gate_id: Mapped[str | None] = mapped_column(ForeignKey("gates.id"))
    fps: Mapped[float | None]
    lane_id: Mapped[str | None]
    street: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class DecisionRow(Numbered):
    """Gates come and go, their decisions stay until their time is up: `gate_id` refers to no row."""

    __tablename__ = "decisions"
    id: Mapped[str] = mapped_column(unique=True)
    gate_id: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str]
    decision: Mapped[str]
    reason: Mapped[str]
    score: Mapped[float | None]
    threshold: Mapped[float | None]
    subject_id: Mapped[str | None] = mapped_column(ForeignKey("subjects.id", ondelete="SET NULL"), index=True)
    model_id: Mapped[str | None]
    camera_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    shadow: Mapped[bool]


class BarrierCommandRow(Numbered):
    __tablename__ = "barrier_commands"
    id: Mapped[str] = mapped_column(unique=True)
    gate_id: Mapped[str] = mapped_column(index=True)
    decision_id: Mapped[str | None]
    manual: Mapped[bool]
    actor: Mapped[str]
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    outcome: Mapped[str]
    settled_at: Mapped[datetime | None]


class EventRow(Numbered):
    """`body` is the event without its subject and its plate's hash, which an erasure must be able to take away.

    `seq` is the order of the commits, see `EventLog`. It grows with `stored_at`, so that the rows of one age lie
    together, old ones are taken from one end, and PostgreSQL could part the table by ranges of `seq` without another
    column. It is one table nevertheless: over parts PostgreSQL keeps no unique `event_id`, and that one is the
    database's own word that an event appears once.
    """

    __tablename__ = "events"
    event_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    purpose: Mapped[str | None]
    camera_id: Mapped[str | None]
    gate_id: Mapped[str | None]
    subject_id: Mapped[str | None] = mapped_column(index=True)
    plate_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    body: Mapped[str] = mapped_column(Text)
    stored_at: Mapped[datetime] = mapped_column(index=True)


class IdempotencyRow(Numbered):
    """A request that came with an Idempotency-Key; `status` is None while it is carried out."""

    __tablename__ = "idempotency"
    __table_args__ = (UniqueConstraint("key_id", "key_hash"), {"sqlite_autoincrement": True})
    key_id: Mapped[str]
    key_hash: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    token: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(index=True)
    subject_id: Mapped[str | None] = mapped_column(index=True)
    status: Mapped[int | None]
    content_type: Mapped[str | None]
    body: Mapped[bytes | None]
