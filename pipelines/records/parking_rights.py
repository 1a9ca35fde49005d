"""Rights: permits, whitelist and blocklist; plates and notes are sealed."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from pipelines.parking.rights import Right
from pipelines.parking.words import RightKind
from pipelines.records.backing import Backing
from pipelines.records.paging import Part, read_page
from pipelines.records.parking_places import lot_row, visible_lots
from pipelines.records.parking_plates import Plates
from pipelines.records.parking_tables import LotRow, RightPlateRow, RightRow
from pipelines.records.values import ApiKey, AuditNote, Page
from vision.errors import Conflict, NotFound


class Rights:
    """The rights of one store; a viewer sees those at lots of its purposes; of all lots who has every purpose."""

    def __init__(self, backing: Backing, plates: Plates) -> None:
        self._backing = backing
        self._plates = plates

    def create(self, right: Right, *, actor: str) -> Right:
        """Keep a new right.

        Raises:
            NotFound: no such lot.
            Conflict: there is a right with this id.
        """
        details = {"kind": right.kind, "lot_id": right.lot_id, "plates": len(right.plates)}
        with self._backing.database.writing() as transaction:
            session = transaction.session
            if right.lot_id is not None:
                lot_row(session, right.lot_id)
            if session.scalar(select(RightRow.seq).where(RightRow.id == right.id)) is not None:
                raise Conflict(f"right {right.id}: exists already")
            session.add(self._row(right))
            session.flush()
            session.add_all(self._plate_row(right.id, plate) for plate in right.plates)
            self._backing.audit.write(transaction, AuditNote(actor, "parking.right_created", right.id, details))
        return right

    def get(self, right_id: str, viewer: ApiKey | None = None) -> Right:
        """One right.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            row = session.scalar(_visible(viewer).where(RightRow.id == right_id))
            if row is None:
                raise NotFound(f"no parking right {right_id}")
            return self._right(session, row)

    def list(
        self,
        cursor: str | None = None,
        limit: int = 100,
        *,
        viewer: ApiKey | None = None,
        lot_id: str | None = None,
        kind: RightKind | None = None,
        plate: str | None = None,
    ) -> Page[Right]:
        """The rights, ended ones too, newest first.

        Args:
            lot_id: only those that were given for this lot; those for all lots are not among them.
            plate: only those of this car.
        """
        statement = _visible(viewer)
        if lot_id is not None:
            statement = statement.where(RightRow.lot_id == lot_id)
        if kind is not None:
            statement = statement.where(RightRow.kind == kind)
        if plate is not None:
            statement = statement.where(self._of_plate(plate))
        with self._backing.database.reading() as session:
            part = Part(cursor, limit, newest_first=True)
            return read_page(session, statement, RightRow, part, lambda row: self._right(session, row))

    def end(self, right_id: str, *, actor: str) -> Right:
        """End the right now; one that ended before stays as it is.

        Raises:
            NotFound: no such right.
        """
        with self._backing.database.writing() as transaction:
            row = transaction.session.scalar(select(RightRow).where(RightRow.id == right_id))
            if row is None:
                raise NotFound(f"no parking right {right_id}")
            now = self._backing.clock()
            if row.valid_until is None or row.valid_until > now:
                # One that has not begun ends where it would begin.
                row.valid_until = max(now, row.valid_from)
                self._backing.audit.write(transaction, AuditNote(actor, "parking.right_ended", right_id))
            return self._right(transaction.session, row)

    def of_car(self, session: Session, lot_id: str, plate: str) -> Sequence[Right]:
        """The rights of this car at this lot, past and future ones too, oldest first; within a transaction."""
        here = or_(RightRow.lot_id == lot_id, RightRow.lot_id.is_(None))
        rows = session.scalars(select(RightRow).where(here, self._of_plate(plate)).order_by(RightRow.seq))
        # Without the other cars of the right: this one's decision needs none of them.
        return [self._as_right(row, (plate,)) for row in rows]

    def find(self, session: Session, right_id: str) -> Right | None:
        """One right within a transaction; None when it is gone."""
        row = session.scalar(select(RightRow).where(RightRow.id == right_id))
        return None if row is None else self._right(session, row)

    def holding(self, session: Session, lot_id: str, begin: datetime, end: datetime) -> Sequence[Right]:
        """The rights at this lot that hold at some time from `begin` to `end`; within a transaction."""
        here = or_(RightRow.lot_id == lot_id, RightRow.lot_id.is_(None))
        lasting = or_(RightRow.valid_until.is_(None), RightRow.valid_until > begin)
        rows = session.scalars(select(RightRow).where(here, lasting, RightRow.valid_from < end).order_by(RightRow.seq))
        return [self._right(session, row) for row in rows]

    def _of_plate(self, plate: str) -> ColumnElement[bool]:
        hashed = self._plates.hash("right", plate)
        return RightRow.id.in_(select(RightPlateRow.right_id).where(RightPlateRow.plate_hash == hashed))

    def _row(self, right: Right) -> RightRow:
        return RightRow(
            id=right.id,
            kind=right.kind,
            lot_id=right.lot_id,
            lane_ids=list(right.lane_ids),
            valid_from=right.valid_from,
            valid_until=right.valid_until,
            max_inside=right.max_inside,
            note=self._plates.seal(right.note, _context(right.id, "note")),
            created_at=right.created_at,
        )

    def _plate_row(self, right_id: str, plate: str) -> RightPlateRow:
        sealed = self._plates.seal(plate, _context(right_id, "plate"))
        return RightPlateRow(right_id=right_id, plate=sealed, plate_hash=self._plates.hash("right", plate))

    def _right(self, session: Session, row: RightRow) -> Right:
        cars = select(RightPlateRow.plate).where(RightPlateRow.right_id == row.id).order_by(RightPlateRow.seq)
        context = _context(row.id, "plate")
        return self._as_right(row, tuple(self._plates.open(sealed, context) for sealed in session.scalars(cars)))

    def _as_right(self, row: RightRow, plates: tuple[str, ...]) -> Right:
        return Right(
            id=row.id,
            kind=cast(RightKind, row.kind),
            plates=plates,
            valid_from=row.valid_from,
            created_at=row.created_at,
            lot_id=row.lot_id,
            lane_ids=tuple(row.lane_ids),
            valid_until=row.valid_until,
            max_inside=row.max_inside,
            note=self._plates.open(row.note, _context(row.id, "note")),
        )


def _visible(viewer: ApiKey | None) -> Select[RightRow]:
    if viewer is None or viewer.sees_every_purpose:
        return select(RightRow)
    return select(RightRow).join(LotRow, LotRow.id == RightRow.lot_id).where(visible_lots(viewer))


def _context(right_id: str, field: str) -> str:
    return f"parking-right/{right_id}/{field}"
