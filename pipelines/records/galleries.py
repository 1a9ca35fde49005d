"""Galleries: sets of enrolled subjects, each for one purpose."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.paging import Part, read_page
from pipelines.records.removal import Remover
from pipelines.records.tables import GalleryRow, GateRow, PhotographRow, TemplateRow
from pipelines.records.values import ApiKey, AuditNote, Gallery, Page
from vision.errors import Conflict, NotFound


class GalleryRecords:
    """The galleries of one store; a viewer sees those of its purposes."""

    def __init__(self, backing: Backing, remover: Remover) -> None:
        self._backing = backing
        self._remover = remover

    def create(
        self,
        gallery_id: str,
        *,
        purpose: str,
        title: str,
        expires_at: datetime | None = None,
        keep_photographs: bool = False,
        actor: str,
    ) -> Gallery:
        """A new, empty gallery.

        Raises:
            BadInput: an id or purpose that is no slug, or a time that is not UTC.
            Conflict: there is a gallery with this id.
        """
        gallery = Gallery(gallery_id, purpose, title, expires_at, keep_photographs, self._backing.clock())
        row = GalleryRow(id=gallery_id, purpose=purpose, title=title, expires_at=expires_at)
        row.keep_photographs = keep_photographs
        row.created_at = gallery.created_at
        with self._backing.database.writing() as transaction:
            if transaction.session.scalar(select(GalleryRow.seq).where(GalleryRow.id == gallery_id)) is not None:
                raise Conflict(f"gallery {gallery_id}: exists already")
            transaction.session.add(row)
            note = AuditNote(actor, "gallery.created", gallery_id, {"purpose": purpose})
            self._backing.audit.write(transaction, note)
        return gallery

    def get(self, gallery_id: str, viewer: ApiKey | None = None) -> Gallery:
        """One gallery.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            return _gallery(gallery_row(session, gallery_id, viewer))

    def list(self, cursor: str | None = None, limit: int = 100, viewer: ApiKey | None = None) -> Page[Gallery]:
        """The galleries, oldest first."""
        statement = select(GalleryRow).where(of_purposes(viewer))
        with self._backing.database.reading() as session:
            return read_page(session, statement, GalleryRow, Part(cursor, limit), _gallery)

    def delete(self, gallery_id: str, *, actor: str) -> None:
        """Remove the gallery with its templates and photographs.

        Raises:
            NotFound: no such gallery.
            Conflict: a gate still compares with it.
        """
        with self._backing.database.writing() as transaction:
            session = transaction.session
            row = gallery_row(session, gallery_id)
            if session.scalar(select(GateRow.seq).where(GateRow.gallery_id == gallery_id).limit(1)) is not None:
                raise Conflict(f"gallery {gallery_id}: wanted one that no gate uses")
            templates = self._remover.templates(transaction, TemplateRow.gallery_id == gallery_id)
            photographs = self._remover.photographs(transaction, PhotographRow.gallery_id == gallery_id)
            session.delete(row)
            counts: dict[str, str | int | float | bool | None] = {"templates": templates, "photographs": photographs}
            self._backing.audit.write(transaction, AuditNote(actor, "gallery.deleted", gallery_id, counts))


def of_purposes(viewer: ApiKey | None) -> ColumnElement[bool]:
    """True for the galleries that the viewer may see."""
    if viewer is None or viewer.sees_every_purpose:
        return true()
    return GalleryRow.purpose.in_(viewer.purposes)


def gallery_row(session: Session, gallery_id: str, viewer: ApiKey | None = None) -> GalleryRow:
    """The gallery's row.

    Raises:
        NotFound: none with this id, or none that the viewer may see.
    """
    row = session.scalar(select(GalleryRow).where(GalleryRow.id == gallery_id, of_purposes(viewer)))
    if row is None:
        raise NotFound(f"no gallery {gallery_id}")
    return row


def _gallery(row: GalleryRow) -> Gallery:
    return Gallery(row.id, row.purpose, row.title, row.expires_at, row.keep_photographs, row.created_at)
