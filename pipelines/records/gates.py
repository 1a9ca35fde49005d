"""Gates: where a face is compared with a gallery; a barrier's address is sealed."""

from typing import cast

from sqlalchemy import Select, select

from pipelines.records.backing import Backing
from pipelines.records.galleries import gallery_row, of_purposes
from pipelines.records.gate_values import Gate, GateMode, LivenessPolicy
from pipelines.records.paging import Part, read_page
from pipelines.records.parking_tables import LaneRow
from pipelines.records.sealed_barrier import open_barrier, seal_barrier
from pipelines.records.tables import CameraRow, GalleryRow, GateRow
from pipelines.records.values import ApiKey, AuditNote, Page
from vision.errors import Conflict, NotFound


class Gates:
    """The gates of one store; a viewer sees those that compare with a gallery of its purposes."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def create(self, gate: Gate, *, actor: str) -> Gate:
        """Keep a new gate.

        Raises:
            NotFound: no such gallery.
            Conflict: there is a gate with this id.
        """
        note = AuditNote(actor, "gate.created", gate.id, {"gallery_id": gate.gallery_id, "mode": gate.mode})
        with self._backing.database.writing() as transaction:
            gallery_row(transaction.session, gate.gallery_id)
            if transaction.session.scalar(select(GateRow.seq).where(GateRow.id == gate.id)) is not None:
                raise Conflict(f"gate {gate.id}: exists already")
            transaction.session.add(self._row(gate))
            self._backing.audit.write(transaction, note)
        return gate

    def get(self, gate_id: str, viewer: ApiKey | None = None) -> Gate:
        """One gate.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            row = session.scalar(_visible(viewer).where(GateRow.id == gate_id))
            if row is None:
                raise NotFound(f"no gate {gate_id}")
            return self._gate(row)

    def list(self, cursor: str | None = None, limit: int = 100, viewer: ApiKey | None = None) -> Page[Gate]:
        """The gates, oldest first."""
        with self._backing.database.reading() as session:
            return read_page(session, _visible(viewer), GateRow, Part(cursor, limit), self._gate)

    def delete(self, gate_id: str, *, actor: str) -> None:
        """Remove the gate; its decisions stay until their time is up.

        Raises:
            NotFound: no such gate.
            Conflict: a camera still belongs to it, or a parking lane uses its barrier.
        """
        with self._backing.database.writing() as transaction:
            session = transaction.session
            row = session.scalar(select(GateRow).where(GateRow.id == gate_id))
            if row is None:
                raise NotFound(f"no gate {gate_id}")
            if session.scalar(select(CameraRow.seq).where(CameraRow.gate_id == gate_id).limit(1)) is not None:
                raise Conflict(f"gate {gate_id}: wanted one that no camera belongs to")
            if session.scalar(select(LaneRow.seq).where(LaneRow.gate_id == gate_id).limit(1)) is not None:
                raise Conflict(f"gate {gate_id}: wanted one that no parking lane uses")
            session.delete(row)
            self._backing.audit.write(transaction, AuditNote(actor, "gate.deleted", gate_id))

    def _row(self, gate: Gate) -> GateRow:
        return GateRow(
            id=gate.id,
            gallery_id=gate.gallery_id,
            mode=gate.mode,
            liveness=gate.liveness,
            target_fmr=gate.target_fmr,
            shadow=gate.shadow,
            camera_id=gate.camera_id,
            margin=gate.margin,
            decision_ttl_s=gate.decision_ttl_s,
            barrier=seal_barrier(self._backing.vault, gate.barrier, _context(gate.id)),
            created_at=gate.created_at,
        )

    def _gate(self, row: GateRow) -> Gate:
        return Gate(
            id=row.id,
            gallery_id=row.gallery_id,
            mode=cast(GateMode, row.mode),
            liveness=cast(LivenessPolicy, row.liveness),
            target_fmr=row.target_fmr,
            created_at=row.created_at,
            shadow=row.shadow,
            camera_id=row.camera_id,
            margin=row.margin,
            decision_ttl_s=row.decision_ttl_s,
            barrier=open_barrier(self._backing.vault, row.barrier, _context(row.id)),
        )


def _visible(viewer: ApiKey | None) -> Select[GateRow]:
    return select(GateRow).join(GalleryRow, GalleryRow.id == GateRow.gallery_id).where(of_purposes(viewer))


def _context(gate_id: str) -> str:
    return f"gate/{gate_id}/barrier"
