"""Lots and their lanes; a lane's barrier is sealed, for its address may hold a password."""

from dataclasses import asdict
from typing import cast

from sqlalchemy import ColumnElement, Select, select, true, update
from sqlalchemy.orm import Session

from pipelines.parking.places import Lane, Lot
from pipelines.parking.words import AntiPassback, LaneKind
from pipelines.records.backing import Backing
from pipelines.records.paging import Part, read_page
from pipelines.records.parking_rates import read_rate
from pipelines.records.parking_removal import ParkingRemover
from pipelines.records.parking_tables import LaneRow, LotRow, SessionRow
from pipelines.records.sealed_barrier import open_barrier, seal_barrier
from pipelines.records.tables import CameraRow, GateRow
from pipelines.records.values import ApiKey, AuditNote, Page
from vision.errors import Conflict, NotFound


class Lots:
    """The lots of one store; a viewer sees those of its purposes."""

    def __init__(self, backing: Backing, remover: ParkingRemover) -> None:
        self._backing = backing
        self._remover = remover

    def create(self, lot: Lot, *, actor: str) -> Lot:
        """Keep a new lot.

        Raises:
            NotFound: no such rate.
            Conflict: there is a lot with this id.
        """
        with self._backing.database.writing() as transaction:
            session = transaction.session
            read_rate(session, lot.rate_id)
            if session.scalar(select(LotRow.seq).where(LotRow.id == lot.id)) is not None:
                raise Conflict(f"lot {lot.id}: exists already")
            session.add(LotRow(**asdict(lot), adjustment=0))
            self._backing.audit.write(transaction, AuditNote(actor, "parking.lot_created", lot.id, _rules(lot)))
        return lot

    def change(self, lot: Lot, *, actor: str) -> Lot:
        """Give a lot other rules; sessions that began keep their tariff, and the lot its day of creation.

        Raises:
            NotFound: no such lot or rate.
        """
        with self._backing.database.writing() as transaction:
            read_rate(transaction.session, lot.rate_id)
            row = lot_row(transaction.session, lot.id)
            for name, value in asdict(lot).items():
                if name != "created_at":
                    setattr(row, name, value)
            self._backing.audit.write(transaction, AuditNote(actor, "parking.lot_changed", lot.id, _rules(lot)))
            return as_lot(row)

    def get(self, lot_id: str, viewer: ApiKey | None = None) -> Lot:
        """One lot.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            return as_lot(lot_row(session, lot_id, viewer))

    def list(self, cursor: str | None = None, limit: int = 100, viewer: ApiKey | None = None) -> Page[Lot]:
        """The lots, oldest first."""
        with self._backing.database.reading() as session:
            return read_page(session, select(LotRow).where(visible_lots(viewer)), LotRow, Part(cursor, limit), as_lot)

    def delete(self, lot_id: str, *, actor: str) -> None:
        """Remove the lot with its lanes and rights, and all that happened there.

        Raises:
            NotFound: no such lot.
            Conflict: cars are inside, or a camera watches one of its lanes.
        """
        with self._backing.database.writing() as transaction:
            session = transaction.session
            lot_row(session, lot_id)
            inside = select(SessionRow.seq).where(SessionRow.lot_id == lot_id, SessionRow.closed_at.is_(None))
            if session.scalar(inside.limit(1)) is not None:
                raise Conflict(f"lot {lot_id}: cars are inside")
            watching = select(CameraRow.id).where(CameraRow.lane_id.startswith(f"{lot_id}/", autoescape=True))
            if (camera_id := session.scalar(watching.limit(1))) is not None:
                raise Conflict(f"lot {lot_id}: camera {camera_id} watches one of its lanes")
            gone = asdict(self._remover.remove_lot(transaction, lot_id))
            self._backing.audit.write(transaction, AuditNote(actor, "parking.lot_deleted", lot_id, gone))


class Lanes:
    """The lanes of one store's lots."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def create(self, lane: Lane, *, actor: str) -> Lane:
        """Keep a new lane.

        Raises:
            NotFound: no such lot or gate.
            Conflict: the lot has a lane with this id.
        """
        with self._backing.database.writing() as transaction:
            session = transaction.session
            lot_row(session, lane.lot_id)
            if session.scalar(_of(lane.lot_id, lane.id)) is not None:
                raise Conflict(f"lane {lane.place}: exists already")
            gate = select(GateRow.seq).where(GateRow.id == lane.gate_id)
            if lane.gate_id is not None and session.scalar(gate) is None:
                raise NotFound(f"no gate {lane.gate_id}")
            session.add(self._row(lane))
            note = AuditNote(actor, "parking.lane_created", lane.place, {"kind": lane.kind, "gate_id": lane.gate_id})
            self._backing.audit.write(transaction, note)
        return lane

    def get(self, lot_id: str, lane_id: str) -> Lane:
        """One lane.

        Raises:
            NotFound: no such lane at this lot.
        """
        with self._backing.database.reading() as session:
            return self._lane(lane_row(session, lot_id, lane_id))

    def list(self, lot_id: str) -> tuple[Lane, ...]:
        """The lot's lanes, oldest first."""
        statement = select(LaneRow).where(LaneRow.lot_id == lot_id).order_by(LaneRow.seq)
        with self._backing.database.reading() as session:
            return tuple(self._lane(row) for row in session.scalars(statement))

    def delete(self, lot_id: str, lane_id: str, *, actor: str) -> None:
        """Remove the lane; what was seen there stays until its time is up.

        Raises:
            NotFound: no such lane at this lot.
        """
        with self._backing.database.writing() as transaction:
            row = lane_row(transaction.session, lot_id, lane_id)
            watching = update(CameraRow).where(CameraRow.lane_id == f"{lot_id}/{lane_id}")
            transaction.session.execute(watching.values(lane_id=None))
            transaction.session.delete(row)
            self._backing.audit.write(transaction, AuditNote(actor, "parking.lane_deleted", f"{lot_id}/{lane_id}"))

    def _row(self, lane: Lane) -> LaneRow:
        return LaneRow(
            lot_id=lane.lot_id,
            id=lane.id,
            kind=lane.kind,
            gate_id=lane.gate_id,
            barrier=seal_barrier(self._backing.vault, lane.barrier, _context(lane.place)),
            created_at=lane.created_at,
        )

    def _lane(self, row: LaneRow) -> Lane:
        barrier = open_barrier(self._backing.vault, row.barrier, _context(f"{row.lot_id}/{row.id}"))
        return Lane(row.lot_id, row.id, cast(LaneKind, row.kind), row.created_at, row.gate_id, barrier)


def lot_row(session: Session, lot_id: str, viewer: ApiKey | None = None) -> LotRow:
    """The lot's row.

    Raises:
        NotFound: none with this id, or none that the viewer may see.
    """
    row = session.scalar(select(LotRow).where(LotRow.id == lot_id, visible_lots(viewer)))
    if row is None:
        raise NotFound(f"no parking lot {lot_id}")
    return row


def as_lot(row: LotRow) -> Lot:
    """The lot that a row keeps."""
    return Lot(
        id=row.id,
        title=row.title,
        rate_id=row.rate_id,
        created_at=row.created_at,
        capacity=row.capacity,
        anti_passback=cast(AntiPassback, row.anti_passback),
        visitors=row.visitors,
        retention_days=row.retention_days,
        decision_ttl_s=row.decision_ttl_s,
        keep_evidence=row.keep_evidence,
        offline_ttl_h=row.offline_ttl_h,
        purpose=row.purpose,
    )


def visible_lots(viewer: ApiKey | None) -> ColumnElement[bool]:
    """True for the lots that the viewer may see."""
    return true() if viewer is None or viewer.sees_every_purpose else LotRow.purpose.in_(viewer.purposes)


def lane_row(session: Session, lot_id: str, lane_id: str) -> LaneRow:
    """The lane's row.

    Raises:
        NotFound: no such lane at this lot.
    """
    row = session.scalar(_of(lot_id, lane_id))
    if row is None:
        raise NotFound(f"no lane {lot_id}/{lane_id}")
    return row


def _of(lot_id: str, lane_id: str) -> Select[LaneRow]:
    return select(LaneRow).where(LaneRow.lot_id == lot_id, LaneRow.id == lane_id)


def _rules(lot: Lot) -> dict[str, str | int | float | bool | None]:
    rules = asdict(lot)
    return {name: rules[name] for name in ("rate_id", "capacity", "anti_passback", "visitors", "retention_days")}


def _context(place: str) -> str:
    return f"parking-lane/{place}/barrier"
