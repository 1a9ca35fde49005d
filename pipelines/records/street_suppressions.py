"""Suppressions: what is kept from making cases after a false alarm, counted, for a time, and to be undone."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.paging import Part, read_page
from pipelines.records.street_fields import seen_by
from pipelines.records.street_tables import SuppressionRow
from pipelines.records.values import ApiKey, AuditNote, Page
from pipelines.street.incidents import Suppression
from vision.errors import Conflict, NotFound


class Suppressions:
    """The suppressions of one store; methods that take a `session` are used within the transaction of an act."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def get(self, suppression_id: str, viewer: ApiKey | None = None) -> Suppression:
        """One suppression.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            return _value(_row(session, suppression_id, viewer))

    def list(
        self,
        cursor: str | None = None,
        limit: int = 100,
        *,
        viewer: ApiKey | None = None,
        camera_id: str | None = None,
        holding_at: datetime | None = None,
    ) -> Page[Suppression]:
        """The suppressions, newest first.

        Args:
            holding_at: only those that hold at this moment; None: also those that ended.
        """
        statement = select(SuppressionRow).where(seen_by(viewer, SuppressionRow))
        if camera_id is not None:
            statement = statement.where(SuppressionRow.camera_id == camera_id)
        if holding_at is not None:
            holds = (SuppressionRow.lifted_at.is_(None), SuppressionRow.expires_at > holding_at)
            statement = statement.where(*holds)
        with self._backing.database.reading() as session:
            return read_page(session, statement, SuppressionRow, Part(cursor, limit, newest_first=True), _value)

    def lift(self, suppression_id: str, *, why: str, viewer: ApiKey | None = None, actor: str) -> Suppression:
        """The suppression, undone now; audited.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
            Conflict: it was undone before, or has expired.
        """
        now = self._backing.clock()
        with self._backing.database.writing() as transaction:
            row = _row(transaction.session, suppression_id, viewer)
            if not _value(row).holds_at(now):
                ended = row.lifted_at or row.expires_at
                raise Conflict(f"suppression {suppression_id}: wanted one that holds, got one that ended {ended}")
            row.lifted_at, row.lifted_by, row.lifted_why = now, actor, why
            note = AuditNote(actor, "suppression.lifted", suppression_id, {"why": why, "count": row.count})
            self._backing.audit.write(transaction, note)
            transaction.session.flush()
            return _value(row)

    def holding(
        self, session: Session, camera_id: str, zone: str | None, kind: str, now: datetime
    ) -> Suppression | None:
        """What keeps such a report from making a case; None when nothing does."""
        place = (SuppressionRow.camera_id == camera_id, SuppressionRow.zone.is_not_distinct_from(zone))
        wanted = select(SuppressionRow).where(*place, SuppressionRow.kind == kind, SuppressionRow.lifted_at.is_(None))
        row = session.scalar(wanted.where(SuppressionRow.expires_at > now).order_by(SuppressionRow.seq.desc()).limit(1))
        return None if row is None else _value(row)

    def add(self, session: Session, made: Suppression) -> None:
        """Keep a new suppression."""
        row = SuppressionRow(id=made.id, camera_id=made.camera_id, zone=made.zone, kind=made.kind, city=made.city)
        row.purpose, row.case_id, row.count, row.last_at = made.purpose, made.case_id, made.count, made.last_at
        row.created_at, row.created_by, row.expires_at = made.created_at, made.created_by, made.expires_at
        session.add(row)
        session.flush()

    def count(self, session: Session, suppression: Suppression, at: datetime) -> Suppression:
        """One more report that was kept away at this moment.

        Raises:
            NotFound: no such suppression.
        """
        row = _row(session, suppression.id, None)
        row.count, row.last_at = row.count + 1, at
        session.flush()
        return replace(suppression, count=row.count, last_at=at)


def _row(session: Session, suppression_id: str, viewer: ApiKey | None) -> SuppressionRow:
    wanted = select(SuppressionRow).where(SuppressionRow.id == suppression_id, seen_by(viewer, SuppressionRow))
    row = session.scalar(wanted)
    if row is None:
        raise NotFound(f"no suppression {suppression_id}")
    return row


def _value(row: SuppressionRow) -> Suppression:
    return Suppression(
        id=row.id,
        camera_id=row.camera_id,
        zone=row.zone,
        kind=row.kind,
        city=row.city,
        purpose=row.purpose,
        case_id=row.case_id,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        count=row.count,
        last_at=row.last_at,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
        lifted_why=row.lifted_why,
    )
