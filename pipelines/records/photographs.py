"""Photographs that a gallery's policy allows to keep; their bytes are sealed with the subject's data key."""

from sqlalchemy import select

from pipelines.records.backing import Backing
from pipelines.records.galleries import of_purposes
from pipelines.records.support import require_consent
from pipelines.records.tables import GalleryRow, PhotographRow
from pipelines.records.values import ApiKey, AuditNote, Photograph, new_id
from vision.errors import Conflict, NotFound


class Photographs:
    """The photographs of one store; they go with the consent, the gallery or the subject they belong to."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def add(self, subject_id: str, gallery_id: str, picture: bytes, *, actor: str) -> Photograph:
        """Keep the picture as it came.

        Raises:
            NotFound: no such subject or gallery.
            NoConsent: the subject does not agree to the gallery's purpose, now.
            Conflict: the gallery keeps no photographs, or has expired.
        """
        made = Photograph(new_id("pho"), subject_id, gallery_id, self._backing.clock())
        note = AuditNote(actor, "photograph.kept", made.id, {"subject_id": subject_id, "gallery_id": gallery_id})
        with self._backing.database.writing() as transaction:
            session = transaction.session
            sealer = self._backing.data_key(session, subject_id)
            if not require_consent(session, subject_id, gallery_id, made.created_at).keep_photographs:
                raise Conflict(f"gallery {gallery_id}: wanted one that keeps photographs")
            row = PhotographRow(id=made.id, subject_id=subject_id, gallery_id=gallery_id, created_at=made.created_at)
            session.add(row)
            self._backing.audit.write(transaction, note)
            # Before the commit: a row always has its file; a file without a row is removed by the sweeper.
            self._backing.evidence.write(made.id, sealer.seal(picture, _context(made.id)))
        return made

    def list(self, subject_id: str, viewer: ApiKey | None = None) -> tuple[Photograph, ...]:
        """The subject's photographs, oldest first; a viewer sees those in galleries of its purposes."""
        statement = select(PhotographRow).join(GalleryRow, GalleryRow.id == PhotographRow.gallery_id)
        statement = statement.where(PhotographRow.subject_id == subject_id, of_purposes(viewer))
        with self._backing.database.reading() as session:
            rows = session.scalars(statement.order_by(PhotographRow.seq))
            return tuple(Photograph(row.id, row.subject_id, row.gallery_id, row.created_at) for row in rows)

    def read(self, photograph_id: str) -> bytes:
        """The picture as it came.

        Raises:
            NotFound: no such photograph.
            SealBroken: the file was changed or exchanged.
        """
        with self._backing.database.reading() as session:
            subject_id = session.scalar(select(PhotographRow.subject_id).where(PhotographRow.id == photograph_id))
            if subject_id is None:
                raise NotFound(f"no photograph {photograph_id}")
            sealer = self._backing.data_key(session, subject_id)
        return sealer.open(self._backing.evidence.read(photograph_id), _context(photograph_id))


def _context(photograph_id: str) -> str:
    return f"photograph/{photograph_id}"
