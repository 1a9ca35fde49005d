"""Cameras: where pictures come from; the address is sealed, for it may hold a password."""

from dataclasses import replace

from pydantic import ValidationError
from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.galleries import of_purposes
from pipelines.records.gate_values import Camera
from pipelines.records.paging import Part, read_page
from pipelines.records.parking_places import lane_row, visible_lots
from pipelines.records.parking_tables import LaneRow, LotRow
from pipelines.records.tables import CameraRow, GalleryRow, GateRow
from pipelines.records.values import ApiKey, AuditNote, Page
from pipelines.street.drawing import Drawing
from pipelines.street_cameras import StreetSettings, told_faults
from vision.errors import BadInput, ConfigurationError, Conflict, NotFound

_CHANGING = ("url", "gate_id", "fps", "lane_id", "street")
_PLACE = LaneRow.lot_id + "/" + LaneRow.id


class Cameras:
    """The cameras of one store; a viewer sees those of its purposes' gates and lots, and those of neither."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def create(self, camera: Camera, *, actor: str) -> Camera:
        """Keep a new camera.

        Raises:
            NotFound: no such gate or parking lane.
            Conflict: there is a camera with this id.
        """
        watched = {"lane": camera.lane, "gate_id": camera.gate_id, "lane_id": camera.lane_id}
        note = AuditNote(actor, "camera.created", camera.id, watched)
        with self._backing.database.writing() as transaction:
            session = transaction.session
            if session.scalar(select(CameraRow.seq).where(CameraRow.id == camera.id)) is not None:
                raise Conflict(f"camera {camera.id}: exists already")
            self._check_watched(session, camera)
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

    def redraw(self, camera_id: str, drawing: Drawing, *, actor: str) -> Camera:
        """Give a street camera other zones and lines; the audit log has how many, and which kinds they tell.

        Raises:
            NotFound: no such camera.
            BadInput: it watches no street.
        """
        with self._backing.database.writing() as transaction:
            row = transaction.session.scalar(select(CameraRow).where(CameraRow.id == camera_id))
            if row is None:
                raise NotFound(f"no camera {camera_id}")
            if row.street is None:
                raise BadInput(f"camera {camera_id}: wanted a camera of lane street, got {row.lane}")
            settings = _street(camera_id, row.street).redrawn(drawing)
            row.street = settings.model_dump_json(exclude_unset=True)
            self._backing.audit.write(transaction, _redrawn(camera_id, drawing, actor))
            transaction.session.flush()
            return self._camera(row)

    def change(self, camera: Camera, *, actor: str) -> Camera:
        """Keep the camera as it is now; its id, lane and age stay.

        Raises:
            NotFound: no such camera, gate or parking lane.
            Conflict: it would look for something else; that is another camera.
        """
        with self._backing.database.writing() as transaction:
            session = transaction.session
            row = session.scalar(select(CameraRow).where(CameraRow.id == camera.id))
            if row is None:
                raise NotFound(f"no camera {camera.id}")
            if row.lane != camera.lane:
                raise Conflict(f"camera {camera.id}: wanted lane {row.lane}, got {camera.lane}")
            self._check_watched(session, camera)
            changed = self._row(camera)
            before = self._camera(row)
            for name in ("gate_id", "fps", "lane_id", "street", *(("url",) if before.url != camera.url else ())):
                setattr(row, name, getattr(changed, name))
            differing = [name for name in _CHANGING if getattr(before, name) != getattr(camera, name)]
            self._backing.audit.write(
                transaction, AuditNote(actor, "camera.changed", camera.id, {"fields": ", ".join(differing)})
            )
            return replace(camera, created_at=before.created_at)

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

    @staticmethod
    def _check_watched(session: Session, camera: Camera) -> None:
        gate = select(GateRow.seq).where(GateRow.id == camera.gate_id)
        if camera.gate_id is not None and session.scalar(gate) is None:
            raise NotFound(f"no gate {camera.gate_id}")
        if camera.lane_id is not None:
            lane_row(session, *camera.lane_id.split("/"))

    def _row(self, camera: Camera) -> CameraRow:
        return CameraRow(
            id=camera.id,
            url=self._backing.vault.store.seal(camera.url.encode(), _context(camera.id)),
            lane=camera.lane,
            gate_id=camera.gate_id,
            fps=camera.fps,
            lane_id=camera.lane_id,
            street=None if camera.street is None else camera.street.model_dump_json(exclude_unset=True),
            created_at=camera.created_at,
        )

    def _camera(self, row: CameraRow) -> Camera:
        url = self._backing.vault.store.open(row.url, _context(row.id)).decode()
        street = None if row.street is None else _street(row.id, row.street)
        return Camera(row.id, url, row.lane, row.created_at, row.gate_id, row.fps, row.lane_id, street)


def _visible(viewer: ApiKey | None) -> Select[CameraRow]:
    joined = (
        select(CameraRow)
        .outerjoin(GateRow, GateRow.id == CameraRow.gate_id)
        .outerjoin(GalleryRow, GalleryRow.id == GateRow.gallery_id)
        .outerjoin(LaneRow, CameraRow.lane_id == _PLACE)
        .outerjoin(LotRow, LotRow.id == LaneRow.lot_id)
    )
    nobodys = and_(CameraRow.gate_id.is_(None), CameraRow.lane_id.is_(None))
    return joined.where(or_(nobodys, of_purposes(viewer), visible_lots(viewer)))


def _redrawn(camera_id: str, drawing: Drawing, actor: str) -> AuditNote:
    """How many zones and lines there are now, and which kinds the rules tell."""
    told = ", ".join(sorted({rule.kind for zone in drawing.zones for rule in zone.rules}))
    details: dict[str, str | int] = {"zones": len(drawing.zones), "lines": len(drawing.lines), "kinds": told}
    return AuditNote(actor, "camera.redrawn", camera_id, details)


def _street(camera_id: str, stored: str) -> StreetSettings:
    """The settings as they were stored.

    Raises:
        ConfigurationError: a version with other rules stored them.
    """
    try:
        return StreetSettings.model_validate_json(stored)
    except ValidationError as error:
        raise ConfigurationError(
            f"camera {camera_id}: its street settings no longer fit: {told_faults(error)}"
        ) from error


def _context(camera_id: str) -> str:
    return f"camera/{camera_id}/url"
