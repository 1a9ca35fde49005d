"""The change sequence of templates: what indexes of every process on this database follow.

A change says which template came or went, and holds nothing of its person. It is written in the transaction of the
change itself; writers commit one after another, so whoever has seen number N has seen all that came before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Index, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pipelines.records.backing import Backing
from pipelines.records.columns import Counter
from pipelines.records.database import Transaction
from pipelines.records.tables import Numbered, StoreFactRow

RETENTION = timedelta(hours=24)
"""Who was away for longer builds its index anew."""
READ_CHANGES = 2000
TRIM_ROWS = 10_000
TRIMMED = "template_changes_trimmed"

Space = tuple[str, str]
"""gallery id, model id."""


class TemplateChangeRow(Numbered):
    __tablename__ = "template_changes"
    __table_args__ = (
        Index("ix_template_changes_space", "gallery_id", "model_id", "seq"),
        {"sqlite_autoincrement": True},
    )
    gallery_id: Mapped[str]
    model_id: Mapped[str]
    template_id: Mapped[int] = mapped_column(Counter)
    removed: Mapped[bool]
    at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """One template of one space that came, or went and never comes back."""

    seq: int
    gallery_id: str
    model_id: str
    template_id: int
    removed: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """A part of the sequence for one space.

    Attributes:
        items: in the order of their commits.
        upto: everything of the space up to this number is in `items` or came before them.
        whole: whether that is all there was when it was read.
    """

    items: tuple[TemplateChange, ...]
    upto: int
    whole: bool


class TemplateChanges:
    """The sequence of one store."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def latest(self) -> int:
        """The number of the newest change of any space; 0 when there was none."""
        with self._backing.database.reading() as session:
            return _latest(session)

    def since(self, space: Space, seq: int) -> Changes | None:
        """The changes of the space behind `seq`; None where some of them are gone: read all templates anew."""
        wanted = select(TemplateChangeRow).where(*_behind(space, seq)).order_by(TemplateChangeRow.seq)
        with self._backing.database.reading() as session:
            # In this order: what is committed or trimmed between two of the statements is then never overlooked.
            latest = _latest(session)
            if latest == seq:
                return Changes((), seq, whole=True)
            rows = session.scalars(wanted.where(TemplateChangeRow.seq <= latest).limit(READ_CHANGES)).all()
            trimmed = _trimmed(session)
        if not trimmed <= seq <= latest:
            return None
        items = tuple(
            TemplateChange(row.seq, row.gallery_id, row.model_id, row.template_id, row.removed) for row in rows
        )
        whole = len(items) < READ_CHANGES
        return Changes(items, latest if whole else items[-1].seq, whole)

    def count_behind(self, space: Space, seq: int) -> int:
        """How many changes of the space there are behind `seq`."""
        with self._backing.database.reading() as session:
            return session.scalars(select(func.count(TemplateChangeRow.seq)).where(*_behind(space, seq))).one()

    def trim(self, transaction: Transaction) -> int:
        """Remove changes older than `RETENTION`, at most `TRIM_ROWS`; their number."""
        session = transaction.session
        old = select(TemplateChangeRow.seq).where(TemplateChangeRow.at <= self._backing.clock() - RETENTION)
        due = session.scalars(old.order_by(TemplateChangeRow.seq).limit(TRIM_ROWS)).all()
        if due:
            # By number and not by time: a clock that was set back must leave no hole.
            session.execute(delete(TemplateChangeRow).where(TemplateChangeRow.seq <= due[-1]))
            session.merge(StoreFactRow(name=TRIMMED, value=str(due[-1]).encode()))
        return len(due)


def note_changes(
    transaction: Transaction, backing: Backing, templates: Sequence[tuple[str, str, int]], *, removed: bool
) -> None:
    """Write the changes into the transaction that makes them, and wake the followers of this process after it.

    Args:
        templates: gallery id, model id and template id of each.
    """
    if not templates:
        return
    at = backing.clock()
    rows = [
        {"gallery_id": gallery_id, "model_id": model_id, "template_id": template_id, "removed": removed, "at": at}
        for gallery_id, model_id, template_id in templates
    ]
    transaction.session.execute(insert(TemplateChangeRow), rows)
    for listener in backing.template_listeners:
        transaction.afterwards(listener)


def _behind(space: Space, seq: int) -> tuple[ColumnElement[bool], ...]:
    gallery_id, model_id = space
    return (
        TemplateChangeRow.gallery_id == gallery_id,
        TemplateChangeRow.model_id == model_id,
        TemplateChangeRow.seq > seq,
    )


def _latest(session: Session) -> int:
    newest = session.scalar(select(func.max(TemplateChangeRow.seq)))
    return _trimmed(session) if newest is None else newest


def _trimmed(session: Session) -> int:
    """Up to which number changes were removed; 0 when none was."""
    value = session.scalar(select(StoreFactRow.value).where(StoreFactRow.name == TRIMMED))
    return 0 if value is None else int(value)
