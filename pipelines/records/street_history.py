"""What happened to cases, step by step, and what cameras saw of them after handling."""

from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.paging import Part, read_page
from pipelines.records.street_tables import TransitionRow, ViewRow
from pipelines.records.values import Page
from pipelines.street.cases import Transition, View
from pipelines.street.words import CaseState, ViewOutcome


class CaseHistory:
    """The histories of one store's cases; methods that take a `session` are used within the transaction of an act."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def list(self, case_id: str, cursor: str | None = None, limit: int = 100) -> Page[Transition]:
        """What happened to the case, oldest first."""
        statement = select(TransitionRow).where(TransitionRow.case_id == case_id)
        with self._backing.database.reading() as session:
            return read_page(session, statement, TransitionRow, Part(cursor, limit), _transition)

    def add(self, session: Session, step: Transition) -> int:
        """Keep one more step; its number, which is never used twice."""
        row = TransitionRow(case_id=step.case_id, at=step.at, actor=step.actor, act=step.act)
        row.before, row.after, row.why, row.details = step.before, step.after, step.why, dict(step.details)
        session.add(row)
        session.flush()
        return row.seq

    def add_view(self, session: Session, case_id: str, view: View) -> None:
        """Keep what a camera saw."""
        session.add(ViewRow(case_id=case_id, camera_id=view.camera_id, outcome=view.outcome, at=view.at))
        session.flush()

    def last_view(self, session: Session, case_id: str, camera_id: str) -> View | None:
        """What this camera saw last of the case's place, whenever it told of it; None when it did not look."""
        theirs = select(ViewRow).where(ViewRow.case_id == case_id, ViewRow.camera_id == camera_id)
        row = session.scalar(theirs.order_by(ViewRow.at.desc(), ViewRow.seq.desc()).limit(1))
        return None if row is None else View(row.camera_id, cast(ViewOutcome, row.outcome), row.at)


def _transition(row: TransitionRow) -> Transition:
    before, after = cast(CaseState | None, row.before), cast(CaseState, row.after)
    return Transition(row.case_id, row.at, row.actor, row.act, before, after, row.why, row.details)
