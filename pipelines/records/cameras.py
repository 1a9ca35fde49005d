"""Cameras: where pictures come from; the address is sealed, for it may hold a password."""

from sqlalchemy import Select, or_, select, update

from pipelines.records.backing import Backing
from pipelines.records.galleries import of_purposes
from pipelines.records.gate_values import Camera
from pipelines.records.paging import Part, read_page
from pipelines.records.tables import CameraRow, GalleryRow, GateRow
from pipelines.records.values import ApiKey, AuditNote, Page
from vision.errors import Conflict, NotFound


class Cameras:
    """The cameras of one store; a viewer sees those of its purposes' gates, and those without a gate."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def create(self, camera: Camera, *, actor: str) -> Camera:
        """Keep a new camera.

        Raises:
            NotFound: no such gate.
            Conflict: there is a camera with this id.
        """
        note = AuditNote(actor, "camera.created", camera.id, {"lane": camera.lane, "gate_id": camera.gate_id})
        with self._backing.database.writing() as transaction:
            session = transaction.session
            if session.scalar(select(CameraRow.seq).where(CameraRow.id == camera.id)) is not None:
                raise Conflict(f"camera {camera.id}: exists already")
            gate = select(GateRow.seq).where(GateRow.id == camera.gate_id)
            if camera.gate_id is not None and session.scalar(gate) is None:
                raise NotFound(f"no gate {camera.gate_id}")
            session.add(self._row(camera))
            self._backing.audit.write(transaction, note)
        return camera

    def get(self, camera_id: str, viewer: ApiKey | None = None) -> Camera:
        """One camera.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            row = session.scalar(_visible(viewer).where(CameraRow.id == camera_id))
            if row is None:
                raise NotFound(f"no camera {camera_id}")
            return self._camera(row)

    def list(self, cursor: str | None = None, limit: int = 100, viewer: ApiKey | None = None) -> Page[Camera]:
        """The cameras, oldest first."""
        with self._backing.database.reading() as session:
            return read_page(session, _visible(viewer), CameraRow, Part(cursor, limit), self._camera)

    def delete(self, camera_id: str, *, actor: str) -> None:
        """Remove the camera; a gate that decides on its track then waits for pictures.

        Raises:
            NotFound: no such camera.
        """
        with self._backing.database.writing() as transaction:
            session = transaction.session
            row = session.scalar(select(CameraRow).where(CameraRow.id == camera_id))
            if row is None:
                raise NotFound(f"no camera {camera_id}")
            session.execute(update(GateRow).where(GateRow.camera_id == camera_id).values(camera_id=None))
            session.delete(row)
            self._backing.audit.write(transaction, AuditNote(actor, "camera.deleted", camera_id))

    def _row(self, camera: Camera) -> CameraRow:
        return CameraRow(
            id=camera.id,
            url=self._backing.vault.store.seal(camera.url.encode(), _context(camera.id)),
            lane=camera.lane,
            gate_id=camera.gate_id,
            fps=camera.fps,
            created_at=camera.created_at,
        )

    def _camera(self, row: CameraRow) -> Camera:
        url = self._backing.vault.store.open(row.url, _context(row.id)).decode()
        return Camera(row.id, url, row.lane, row.created_at, row.gate_id, row.fps)


def _visible(viewer: ApiKey | None) -> Select[CameraRow]:
    joined = (
        select(CameraRow)
        .outerjoin(GateRow, GateRow.id == CameraRow.gate_id)
        .outerjoin(GalleryRow, GalleryRow.id == GateRow.gallery_id)
    )
    return joined.where(or_(CameraRow.gate_id.is_(None), of_purposes(viewer)))


def _context(camera_id: str) -> str:
    return f"camera/{camera_id}/url"
