"""The tables of outlets: who is told of events, how far each is, what was set aside, and who sends."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pipelines.records.columns import Counter
from pipelines.records.tables import Base, Numbered

_COUNTED: dict[str, Any] = {"sqlite_autoincrement": True}
_WORD = String(64)


class OutletRow(Numbered):
    """`target` is sealed: an address and secrets. The sender writes from `cursor` on, people what stands before it.

    Gates, lots, cameras and keys are named, and refer to no row: they come and go.
    """

    __tablename__ = "outlets"
    id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(_WORD)
    title: Mapped[str]
    target: Mapped[bytes | None]
    kinds: Mapped[list[str]]
    camera_id: Mapped[str | None]
    gate_id: Mapped[str | None]
    lot_id: Mapped[str | None]
    purposes: Mapped[list[str]]
    shadow: Mapped[bool]
    key_id: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    revision: Mapped[int]
    cursor: Mapped[int] = mapped_column(Counter)
    disabled: Mapped[str | None] = mapped_column(_WORD)
    head_tries: Mapped[int]
    failures: Mapped[int]
    fault: Mapped[str | None] = mapped_column(_WORD)
    failing_since: Mapped[datetime | None]
    delivered: Mapped[int] = mapped_column(Counter)
    delivered_at: Mapped[datetime | None]
    failed: Mapped[int] = mapped_column(Counter)


class DeliveryRow(Numbered):
    """An event that was set aside for one outlet; only its number and id, so that an erasure needs no look here."""

    __tablename__ = "outlet_deliveries"
    __table_args__ = (
        UniqueConstraint("outlet_id", "event_seq"),
        Index("ix_outlet_deliveries_due", "outlet_id", "state", "next_try_at"),
        _COUNTED,
    )
    outlet_id: Mapped[str] = mapped_column(ForeignKey("outlets.id", ondelete="CASCADE"))
    event_seq: Mapped[int] = mapped_column(Counter)
    event_id: Mapped[str]
    state: Mapped[str] = mapped_column(_WORD)
    tries: Mapped[int]
    fault: Mapped[str] = mapped_column(_WORD)
    set_aside_at: Mapped[datetime]
    next_try_at: Mapped[datetime]


class LeaseRow(Base):
    """Work that one process at a time does; the holder counts `beat` up while it lives."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(_WORD, primary_key=True)
    holder: Mapped[str | None] = mapped_column(_WORD)
    beat: Mapped[int] = mapped_column(Counter)
