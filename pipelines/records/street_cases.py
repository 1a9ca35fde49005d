"""Cases: each thing to be put right is one row, however often it is seen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.paging import Part, read_page
from pipelines.records.street_fields import as_box, box_sides, open_place, seal_place, seen_by
from pipelines.records.street_tables import CaseRow
from pipelines.records.values import ApiKey, Page
from pipelines.street.cases import Case
from pipelines.street.words import CaseState, Source, Witness
from vision.errors import NotFound

# All that an act can change, by the same names in the value and in the row; `box` is stored in another form.
_CHANGING = (
    *("state", "last_seen_at", "count", "due_at", "extensions", "assignee", "handled_at"),
    *("verified_at", "witness", "ended_at", "false_alarm", "reworks"),
)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are wanted; what is None lets every case pass.

    Attributes:
        viewer: sees the cases of its purposes.
        overdue_at: only those that are overdue at this moment, aware UTC.
    """

    viewer: ApiKey | None = None
    state: CaseState | None = None
    kind: str | None = None
    camera_id: str | None = None
    overdue_at: datetime | None = None

    def statement(self) -> Select[CaseRow]:
        """A selection of the cases that pass."""
        statement = select(CaseRow).where(seen_by(self.viewer, CaseRow))
        if self.state is not None:
            statement = statement.where(CaseRow.state == self.state)
        if self.kind is not None:
            statement = statement.where(CaseRow.kind == self.kind)
        if self.camera_id is not None:
            statement = statement.where(CaseRow.camera_id == self.camera_id)
        if self.overdue_at is not None:
            statement = statement.where(CaseRow.ended_at.is_(None), CaseRow.due_at < self.overdue_at)
        return statement


class StreetCases:
    """The cases of one store; methods that take a `session` are used within the transaction of an act."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def get(self, case_id: str, viewer: ApiKey | None = None) -> Case:
        """One case.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            return self.find(session, case_id, viewer)

    def list(self, cursor: str | None = None, limit: int = 100, passing: CaseFilter | None = None) -> Page[Case]:
        """The cases, newest first."""
        statement = (passing or CaseFilter()).statement()
        with self._backing.database.reading() as session:
            return read_page(session, statement, CaseRow, Part(cursor, limit, newest_first=True), self._value)

    def find(self, session: Session, case_id: str, viewer: ApiKey | None = None) -> Case:
        """One case.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        row = session.scalar(select(CaseRow).where(CaseRow.id == case_id, seen_by(viewer, CaseRow)))
        if row is None:
            raise NotFound(f"no case {case_id}")
        return self._value(row)

    def at(
        self, session: Session, camera_id: str, zone: str | None, kind: str, ended_after: datetime
    ) -> Sequence[Case]:
        """The cases of this kind at this camera and zone that are open, or closed after this moment; newest first."""
        place = (CaseRow.camera_id == camera_id, CaseRow.zone.is_not_distinct_from(zone), CaseRow.kind == kind)
        closed = (CaseRow.state == "closed") & (CaseRow.ended_at > ended_after)
        wanted = select(CaseRow).where(*place, or_(CaseRow.ended_at.is_(None), closed))
        return [self._value(row) for row in session.scalars(wanted.order_by(CaseRow.seq.desc()))]

    def any_open(self, session: Session, camera_id: str, kinds: Collection[str], but: str) -> bool:
        """Whether a case of one of these kinds is open at this camera, other than the case `but`."""
        there = (CaseRow.camera_id == camera_id, CaseRow.kind.in_(kinds), CaseRow.id != but, CaseRow.ended_at.is_(None))
        return bool(session.scalar(select(exists().where(*there))))

    def add(self, session: Session, case: Case) -> None:
        """Keep a new case."""
        row = CaseRow(id=case.id, kind=case.kind, city=case.city, purpose=case.purpose, source=case.source)
        row.opened_at, row.camera_id, row.zone = case.opened_at, case.camera_id, case.zone
        row.place = seal_place(self._backing.vault, case.id, case.place)
        _set(row, case)
        session.add(row)
        session.flush()

    def change(self, session: Session, case: Case) -> None:
        """Keep what became of a case; kind, place and beginning stay as they were.

        Raises:
            NotFound: no such case.
        """
        row = session.scalar(select(CaseRow).where(CaseRow.id == case.id))
        if row is None:
            raise NotFound(f"no case {case.id}")
        _set(row, case)
        session.flush()

    def _value(self, row: CaseRow) -> Case:
        return Case(
            id=row.id,
            kind=row.kind,
            city=row.city,
            purpose=row.purpose,
            source=cast(Source, row.source),
            state=cast(CaseState, row.state),
            opened_at=row.opened_at,
            last_seen_at=row.last_seen_at,
            camera_id=row.camera_id,
            zone=row.zone,
            box=as_box(row.box),
            place=open_place(self._backing.vault, row.id, row.place),
            count=row.count,
            due_at=row.due_at,
            extensions=row.extensions,
            assignee=row.assignee,
            handled_at=row.handled_at,
            verified_at=row.verified_at,
            witness=cast(Witness | None, row.witness),
            ended_at=row.ended_at,
            false_alarm=row.false_alarm,
            reworks=row.reworks,
        )


def _set(row: CaseRow, case: Case) -> None:
    for name in _CHANGING:
        setattr(row, name, getattr(case, name))
    row.box = box_sides(case.box)
