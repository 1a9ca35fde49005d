"""Subjects: people by an opaque id; label and reference are sealed with the subject's own key."""

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.erasure import Eraser
from pipelines.records.paging import Part, read_page
from pipelines.records.tables import ConsentRow, DataKeyRow, SubjectRow
from pipelines.records.values import ApiKey, AuditNote, Erasure, Page, Subject, new_id
from vision.errors import Conflict, NotFound


class Subjects:
    """The subjects of one store.

    A viewer sees those with a consent, even a past one, for one of its purposes, and those it created itself.
    """

    def __init__(self, backing: Backing, eraser: Eraser) -> None:
        self._backing = backing
        self._eraser = eraser

    def create(self, label: str, external_ref: str | None, *, actor: str) -> Subject:
        """A new subject with its own data key.

        Args:
            external_ref: what another system knows the subject by; unique in the store.

        Raises:
            Conflict: another subject has this reference.
        """
        subject = Subject(new_id("sub"), label, external_ref, self._backing.clock())
        row = self._row(subject, actor)
        with self._backing.database.writing() as transaction:
            if external_ref is not None and self._found(transaction.session, external_ref):
                raise Conflict("external_ref: wanted one that no other subject has")
            transaction.session.add(row)
            self._backing.audit.write(transaction, AuditNote(actor, "subject.created", subject.id))
        return subject

    def get(self, subject_id: str, viewer: ApiKey | None = None) -> Subject:
        """One subject.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        return self._one(SubjectRow.id == subject_id, viewer, f"no subject {subject_id}")

    def find(self, external_ref: str, viewer: ApiKey | None = None) -> Subject:
        """The subject with this reference.

        Raises:
            NotFound: none, or none that the viewer may see.
        """
        wanted = SubjectRow.external_ref_hash == self._reference_hash(external_ref)
        return self._one(wanted, viewer, "no subject with this external_ref")

    def list(self, cursor: str | None = None, limit: int = 100, viewer: ApiKey | None = None) -> Page[Subject]:
        """The subjects, oldest first."""
        statement = select(SubjectRow).where(_visible(viewer))
        with self._backing.database.reading() as session:
            return read_page(session, statement, SubjectRow, Part(cursor, limit), self._subject)

    def erase(self, subject_id: str, *, actor: str) -> Erasure:
        """Remove the subject, its key, and every copy of what it was known by.

        Raises:
            NotFound: no such subject.
        """
        return self._eraser.erase(subject_id, actor)

    def _one(self, wanted: ColumnElement[bool], viewer: ApiKey | None, missing: str) -> Subject:
        with self._backing.database.reading() as session:
            row = session.scalar(select(SubjectRow).where(wanted, _visible(viewer)))
            if row is None:
                raise NotFound(missing)
            return self._subject(row)

    def _found(self, session: Session, external_ref: str) -> bool:
        wanted = select(SubjectRow.seq).where(SubjectRow.external_ref_hash == self._reference_hash(external_ref))
        return session.scalar(wanted) is not None

    def _reference_hash(self, external_ref: str) -> str:
        return self._backing.vault.keyed_hash(f"external_ref/{external_ref}")

    def _row(self, subject: Subject, actor: str) -> SubjectRow:
        sealer, wrapped = self._backing.vault.new_data_key(subject.id)
        reference = subject.external_ref
        return SubjectRow(
            id=subject.id,
            label=sealer.seal(subject.label.encode(), f"subject/{subject.id}/label"),
            external_ref=None if reference is None else sealer.seal(reference.encode(), f"subject/{subject.id}/ref"),
            external_ref_hash=None if reference is None else self._reference_hash(reference),
            created_by=actor,
            created_at=subject.created_at,
            data_key=DataKeyRow(wrapped=wrapped),
        )

    def _subject(self, row: SubjectRow) -> Subject:
        sealer = self._backing.vault.data_key(row.id, row.data_key.wrapped)
        label = sealer.open(row.label, f"subject/{row.id}/label").decode()
        sealed = row.external_ref
        reference = None if sealed is None else sealer.open(sealed, f"subject/{row.id}/ref").decode()
        return Subject(row.id, label, reference, row.created_at)


def _visible(viewer: ApiKey | None) -> ColumnElement[bool]:
    if viewer is None or viewer.sees_every_purpose:
        return true()
    agreed = exists().where(ConsentRow.subject_id == SubjectRow.id, ConsentRow.purpose.in_(viewer.purposes))
    return or_(SubjectRow.created_by == viewer.id, agreed)
