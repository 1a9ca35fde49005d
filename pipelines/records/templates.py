"""Face templates: sealed vectors, one row for each picture and model."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from pipelines.records.backing import Backing
from pipelines.records.galleries import of_purposes
from pipelines.records.paging import Part, read_page
from pipelines.records.removal import Remover
from pipelines.records.sealed_vectors import Opener, VectorBatch, insert_sealed, select_sealed, select_vectors
from pipelines.records.support import require_consent
from pipelines.records.tables import GalleryRow, TemplateRow
from pipelines.records.template_changes import note_changes
from pipelines.records.values import ApiKey, AuditNote, Page, Template, TemplateEntry
from vision.errors import BadInput
from vision.types import Embedding

READ_ROWS = 2000  # of one transaction: a longer one would keep the write-ahead log from being emptied


class Templates:
    """The templates of one store."""

    def __init__(self, backing: Backing, remover: Remover) -> None:
        self._backing = backing
        self._remover = remover

    def add(
        self, subject_id: str, gallery_id: str, embeddings: Sequence[tuple[Embedding, float]], *, actor: str
    ) -> tuple[Template, ...]:
        """Keep the embeddings, each with the quality (0..1) of its picture.

        Raises:
            BadInput: a quality out of range.
            NotFound: no such subject or gallery.
            NoConsent: the subject does not agree to the gallery's purpose, now.
            Conflict: the gallery has expired.
        """
        for _, quality in embeddings:
            if not 0.0 <= quality <= 1.0:
                raise BadInput(f"quality: wanted 0..1, got {quality}")
        now = self._backing.clock()
        note = AuditNote(actor, "subject.enrolled", subject_id, {"gallery_id": gallery_id, "count": len(embeddings)})
        with self._backing.database.writing() as transaction:
            sealer = self._backing.data_key(transaction.session, subject_id)
            require_consent(transaction.session, subject_id, gallery_id, now)
            made = tuple(
                insert_sealed(transaction.session, Template(0, subject_id, gallery_id, embedding, quality, now), sealer)
                for embedding, quality in embeddings
            )
            self._backing.audit.write(transaction, note)
            changed = [(gallery_id, one.embedding.model_id, one.id) for one in made]
            note_changes(transaction, self._backing, changed, removed=False)
        return made

    def remove(self, subject_id: str, gallery_id: str, *, actor: str) -> int:
        """Take the subject out of the gallery; how many templates went."""
        wanted = (TemplateRow.subject_id == subject_id, TemplateRow.gallery_id == gallery_id)
        with self._backing.database.writing() as transaction:
            count = self._remover.templates(transaction, *wanted)
            note = AuditNote(actor, "subject.removed", subject_id, {"gallery_id": gallery_id, "count": count})
            self._backing.audit.write(transaction, note)
        return count

    def list(
        self,
        *,
        gallery_id: str | None = None,
        subject_id: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
        viewer: ApiKey | None = None,
    ) -> Page[TemplateEntry]:
        """The templates of a gallery, a subject, both or all, without their embeddings, oldest first.

        A viewer sees those in galleries of its purposes.
        """
        statement = select(TemplateRow).join(GalleryRow, GalleryRow.id == TemplateRow.gallery_id)
        statement = statement.where(of_purposes(viewer))
        if gallery_id is not None:
            statement = statement.where(TemplateRow.gallery_id == gallery_id)
        if subject_id is not None:
            statement = statement.where(TemplateRow.subject_id == subject_id)
        with self._backing.database.reading() as session:
            return read_page(session, statement, TemplateRow, Part(cursor, limit), _entry)

    def of_subject(self, subject_id: str, gallery_id: str) -> tuple[Template, ...]:
        """The subject's templates of every model in the gallery."""
        wanted = select_sealed().where(TemplateRow.subject_id == subject_id, TemplateRow.gallery_id == gallery_id)
        with self._backing.database.reading() as session:
            rows = session.execute(wanted.order_by(TemplateRow.seq)).all()
        return tuple(Opener(self._backing.vault).opened(rows))

    def vectors(self, gallery_id: str, model_id: str, ids: Sequence[int] | None = None) -> Iterator[VectorBatch]:
        """What an index needs of the gallery's templates of one model, by ascending id, opened as it is read.

        Args:
            ids: only these, where they still are; None: all.

        Raises:
            SealBroken: a vector that was changed, or moved from another template.
        """
        space = select_vectors().where(TemplateRow.gallery_id == gallery_id, TemplateRow.model_id == model_id)
        if ids is not None:
            space = space.where(TemplateRow.seq.in_(ids))
        opener, last = Opener(self._backing.vault), 0
        while True:
            with self._backing.database.reading() as session:
                part = space.where(TemplateRow.seq > last).order_by(TemplateRow.seq).limit(READ_ROWS)
                rows = session.execute(part).all()
            if not rows:
                return
            yield opener.batch(rows)
            last = rows[-1].seq

    def models(self, gallery_id: str) -> tuple[str, ...]:
        """The models that the gallery has templates of, by name."""
        statement = select(TemplateRow.model_id).distinct().where(TemplateRow.gallery_id == gallery_id)
        with self._backing.database.reading() as session:
            return tuple(session.scalars(statement.order_by(TemplateRow.model_id)))

    def count(self, gallery_id: str | None = None) -> int:
        """How many templates a gallery, or the store, has."""
        statement = select(func.count(TemplateRow.seq))
        if gallery_id is not None:
            statement = statement.where(TemplateRow.gallery_id == gallery_id)
        with self._backing.database.reading() as session:
            return session.scalars(statement).one()


def _entry(row: TemplateRow) -> TemplateEntry:
    return TemplateEntry(row.seq, row.subject_id, row.gallery_id, row.model_id, row.quality, row.created_at)
