"""Pictures of cases, before and after, each in a sealed file with a key of its own."""

from typing import cast

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.database import Transaction
from pipelines.records.sealed_pictures import SealedPictures
from pipelines.records.street_tables import CasePictureRow, CaseRow
from pipelines.records.values import AuditNote, new_id
from pipelines.street.cases import CasePicture
from pipelines.street.words import PictureRole
from vision.errors import Conflict, NotFound

MOST_PICTURES = 20
"""Of one case and role: a case is no album."""


class CasePictures:
    """The pictures of one store's cases."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._files = SealedPictures(backing, "case-picture")

    def keep(
        self, case_id: str, role: PictureRole, picture: bytes, *, incident_id: str | None = None, actor: str
    ) -> CasePicture:
        """Keep a picture, in which what has to be is illegible already; audited. An incident's first one stays.

        Raises:
            NotFound: no such case.
            Conflict: the case is voided, or has its full number of pictures.
        """
        made = CasePicture(new_id("evi"), case_id, role, self._backing.clock())
        with self._backing.database.writing() as transaction:
            session = transaction.session
            state = session.scalar(select(CaseRow.state).where(CaseRow.id == case_id))
            if state is None:
                raise NotFound(f"no case {case_id}")
            kept = None if incident_id is None else session.scalar(_of(case_id, incident_id))
            if kept is not None:
                return _value(kept)
            if state == "voided":
                raise Conflict(f"case {case_id}: wanted one that is not voided")
            if self.count(session, case_id, role) >= MOST_PICTURES:
                raise Conflict(f"case {case_id}: wanted at most {MOST_PICTURES} pictures {role}, got one more")
            row = CasePictureRow(id=made.id, case_id=case_id, incident_id=incident_id, role=role)
            row.created_at = made.created_at
            row.wrapped = self._files.write(made.id, picture)
            session.add(row)
            note = AuditNote(actor, "case.picture_kept", case_id, {"picture": made.id, "role": role})
            self._backing.audit.write(transaction, note)
        return made

    def count(self, session: Session, case_id: str, role: PictureRole) -> int:
        """How many pictures of this role the case has."""
        theirs = (CasePictureRow.case_id == case_id, CasePictureRow.role == role)
        return session.scalar(select(func.count()).select_from(CasePictureRow).where(*theirs)) or 0

    def list(self, case_id: str) -> tuple[CasePicture, ...]:
        """The case's pictures, oldest first."""
        with self._backing.database.reading() as session:
            rows = session.scalars(_of(case_id).order_by(CasePictureRow.seq))
            return tuple(_value(row) for row in rows)

    def read(self, case_id: str, picture_id: str) -> bytes:
        """The picture as it was kept.

        Raises:
            NotFound: the case has no such picture.
            SealBroken: the file was changed or exchanged.
        """
        with self._backing.database.reading() as session:
            row = session.scalar(_of(case_id).where(CasePictureRow.id == picture_id))
        if row is None:
            raise NotFound(f"case {case_id}: no picture {picture_id}")
        return self._files.read(row.id, row.wrapped)

    def remove(self, transaction: Transaction, *cases: ColumnElement[bool]) -> int:
        """Remove the pictures of the cases that fulfil every condition; their number."""
        theirs = CasePictureRow.case_id.in_(select(CaseRow.id).where(*cases))
        found = transaction.session.scalars(select(CasePictureRow.id).where(theirs)).all()
        statement = delete(CasePictureRow).where(CasePictureRow.id.in_(found))
        if found:
            transaction.session.execute(statement.execution_options(synchronize_session=False))
        self._files.remove(transaction, found)
        return len(found)


def _of(case_id: str, incident_id: str | None = None) -> Select[CasePictureRow]:
    """The rows of a case, or of one of its incidents."""
    theirs = select(CasePictureRow).where(CasePictureRow.case_id == case_id)
    return theirs if incident_id is None else theirs.where(CasePictureRow.incident_id == incident_id)


def _value(row: CasePictureRow) -> CasePicture:
    return CasePicture(row.id, row.case_id, cast(PictureRole, row.role), row.created_at)
