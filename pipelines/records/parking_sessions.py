"""Sessions: the stays of cars; the plate is sealed, and found by its hash."""

from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pipelines.parking.money import Money
from pipelines.parking.sessions import Session as ParkingSession
from pipelines.parking.words import SessionState
from pipelines.records.backing import Backing
from pipelines.records.paging import Part, read_page
from pipelines.records.parking_places import visible_lots
from pipelines.records.parking_plates import Plates, session_context
from pipelines.records.parking_tables import LotRow, SessionRow
from pipelines.records.values import ApiKey, Page
from vision.errors import Conflict, NotFound
from vision.plate_alphabet import PlateKind


class Sessions:
    """The sessions of one store; a viewer sees those at lots of its purposes.

    Methods that take a `session` are used within the transaction of a decision.
    """

    def __init__(self, backing: Backing, plates: Plates) -> None:
        self._backing = backing
        self._plates = plates

    def get(self, session_id: str, viewer: ApiKey | None = None) -> ParkingSession:
        """One session.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            row = session.scalar(_visible(viewer).where(SessionRow.id == session_id))
            if row is None:
                raise NotFound(f"no parking session {session_id}")
            return self._value(row)

    def list(
        self,
        cursor: str | None = None,
        limit: int = 100,
        *,
        viewer: ApiKey | None = None,
        lot_id: str | None = None,
        state: SessionState | None = None,
        plate: str | None = None,
    ) -> Page[ParkingSession]:
        """The sessions, newest first."""
        statement = _visible(viewer)
        if lot_id is not None:
            statement = statement.where(SessionRow.lot_id == lot_id)
        if state is not None:
            statement = statement.where(SessionRow.state == state)
        if plate is not None:
            statement = statement.where(SessionRow.plate_hash == self._plates.hash("session", plate))
        with self._backing.database.reading() as session:
            part = Part(cursor, limit, newest_first=True)
            return read_page(session, statement, SessionRow, part, self._value)

    def find(self, session: Session, session_id: str) -> ParkingSession:
        """One session.

        Raises:
            NotFound: none with this id.
        """
        return self._value(_row(session, session_id))

    def open_of(self, session: Session, lot_id: str, plate: str) -> ParkingSession | None:
        """The open session of exactly this plate; None when there is none."""
        found = self._open_by_hashes(session, lot_id, [self._plates.hash("session", plate)])
        return found[0] if found else None

    def open_near(self, session: Session, lot_id: str, plate: str) -> Sequence[ParkingSession]:
        """The open sessions whose plates differ from this one in one confusable character, oldest first."""
        return self._open_by_hashes(session, lot_id, self._plates.near_hashes("session", plate))

    def open_at(self, session: Session, lot_id: str) -> Sequence[ParkingSession]:
        """Every open session at this lot, oldest first."""
        rows = session.scalars(_open(lot_id).order_by(SessionRow.seq))
        return [self._value(row) for row in rows]

    def count_open(self, session: Session, lot_id: str) -> int:
        """How many cars are inside."""
        return session.scalar(select(func.count()).select_from(_open(lot_id).subquery())) or 0

    def count_under(self, session: Session, right_id: str) -> int:
        """How many cars are inside under this right."""
        under = select(func.count()).where(SessionRow.right_id == right_id, SessionRow.closed_at.is_(None))
        return session.scalar(under) or 0

    def add(self, session: Session, made: ParkingSession, currency: str) -> None:
        """Keep a new session.

        Raises:
            Conflict: the plate has an open session at this lot.
        """
        if made.closed_at is None and self.open_of(session, made.lot_id, made.plate) is not None:
            raise Conflict(f"lot {made.lot_id}: the plate has an open session already")
        row = SessionRow(id=made.id, lot_id=made.lot_id, currency=currency)
        row.rate_id, row.rate_version = made.rate_id, made.rate_version
        row.entered_at, row.entry_lane_id = made.entered_at, made.entry_lane_id
        row.kind = made.kind
        self._set(row, made)
        session.add(row)
        session.flush()

    def change(self, session: Session, changed: ParkingSession) -> ParkingSession:
        """Keep what became of a session: plate, state, right, exit, fee and grace; the rest stays as it began.

        Raises:
            NotFound: no such session.
            Conflict: another open session at this lot has this plate.
        """
        row = _row(session, changed.id)
        other = self.open_of(session, changed.lot_id, changed.plate)
        if changed.closed_at is None and other is not None and other.id != changed.id:
            raise Conflict(f"lot {changed.lot_id}: the plate has another open session")
        self._set(row, changed)
        session.flush()
        return changed

    def _set(self, row: SessionRow, value: ParkingSession) -> None:
        row.plate = self._plates.seal(value.plate, session_context(value.id))
        row.plate_hash = self._plates.hash("session", value.plate)
        row.state = value.state
        row.right_id = value.right_id
        row.left_at, row.exit_lane_id = value.left_at, value.exit_lane_id
        row.fee = None if value.fee is None else value.fee.amount
        row.covered_until = value.covered_until
        row.closed_at = value.closed_at

    def _open_by_hashes(self, session: Session, lot_id: str, hashes: Iterable[str]) -> Sequence[ParkingSession]:
        wanted = _open(lot_id).where(SessionRow.plate_hash.in_(sorted(hashes))).order_by(SessionRow.seq)
        return [self._value(row) for row in session.scalars(wanted)]

    def _value(self, row: SessionRow) -> ParkingSession:
        return ParkingSession(
            id=row.id,
            lot_id=row.lot_id,
            plate=self._plates.open(row.plate, session_context(row.id)),
            state=cast(SessionState, row.state),
            entered_at=row.entered_at,
            entry_lane_id=row.entry_lane_id,
            rate_id=row.rate_id,
            rate_version=row.rate_version,
            kind=cast(PlateKind | None, row.kind),
            left_at=row.left_at,
            exit_lane_id=row.exit_lane_id,
            right_id=row.right_id,
            fee=None if row.fee is None else Money(row.fee, row.currency),
            covered_until=row.covered_until,
            closed_at=row.closed_at,
        )


def _row(session: Session, session_id: str) -> SessionRow:
    row = session.scalar(select(SessionRow).where(SessionRow.id == session_id))
    if row is None:
        raise NotFound(f"no parking session {session_id}")
    return row


def _open(lot_id: str) -> Select[SessionRow]:
    return select(SessionRow).where(SessionRow.lot_id == lot_id, SessionRow.closed_at.is_(None))


def _visible(viewer: ApiKey | None) -> Select[SessionRow]:
    return select(SessionRow).join(LotRow, LotRow.id == SessionRow.lot_id).where(visible_lots(viewer))
