"""What templates and photographs rest on: a consent that holds, and a gallery that has not expired."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from pipelines.records.tables import ConsentRow, GalleryRow, PhotographRow, TemplateRow
from vision.errors import Conflict, NoConsent, NotFound


def live_consent(now: datetime) -> ColumnElement[bool]:
    """True for the consents that hold at `now`."""
    unexpired = or_(ConsentRow.expires_at.is_(None), ConsentRow.expires_at > now)
    return (ConsentRow.given_at <= now) & ConsentRow.withdrawn_at.is_(None) & unexpired


def unsupported(row: type[TemplateRow] | type[PhotographRow], now: datetime) -> ColumnElement[bool]:
    """True for rows that may not be kept: their gallery expired, or no consent for its purpose holds."""
    return ~exists().where(
        GalleryRow.id == row.gallery_id,
        or_(GalleryRow.expires_at.is_(None), GalleryRow.expires_at > now),
        ConsentRow.purpose == GalleryRow.purpose,
        ConsentRow.subject_id == row.subject_id,
        live_consent(now),
    )


def require_consent(session: Session, subject_id: str, gallery_id: str, now: datetime) -> GalleryRow:
    """The gallery, when the subject agreed to its purpose.

    Raises:
        NotFound: no such gallery.
        Conflict: the gallery has expired.
        NoConsent: the subject never agreed, or no longer does.
    """
    gallery = session.scalar(select(GalleryRow).where(GalleryRow.id == gallery_id))
    if gallery is None:
        raise NotFound(f"no gallery {gallery_id}")
    if gallery.expires_at is not None and gallery.expires_at <= now:
        raise Conflict(f"gallery {gallery_id}: expired")
    wanted = (ConsentRow.subject_id == subject_id, ConsentRow.purpose == gallery.purpose)
    if session.scalar(select(ConsentRow.seq).where(*wanted, live_consent(now)).limit(1)) is None:
        raise NoConsent(f"subject {subject_id}: wanted a valid consent for {gallery.purpose}, got none")
    return gallery
