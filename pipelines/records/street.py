"""The records of the street, as nouns."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.database import Transaction
from pipelines.records.line_counts import LineCounts
from pipelines.records.street_cases import StreetCases
from pipelines.records.street_fields import seen_by
from pipelines.records.street_history import CaseHistory
from pipelines.records.street_incidents import Incidents
from pipelines.records.street_pictures import CasePictures
from pipelines.records.street_removal import StreetRemover
from pipelines.records.street_suppressions import Suppressions
from pipelines.records.street_tables import CaseRow
from pipelines.records.values import ApiKey, AuditNote
from pipelines.street.statistics import CaseFact

_AT_ONCE = 1000


class StreetRecords:
    """Everything about incidents and cases that one store keeps.

    An act reads and writes within one transaction (`writing`), so that no other comes between.
    """

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self.cases = StreetCases(backing)
        self.incidents = Incidents(backing)
        self.history = CaseHistory(backing)
        self.suppressions = Suppressions(backing)
        self.pictures = CasePictures(backing)
        self.line_counts = LineCounts(backing)
        self.remover = StreetRemover(self.pictures)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent view for a question."""
        with self._backing.database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction for an act: committed at the end of the block, or rolled back by an exception."""
        with self._backing.database.writing() as transaction:
            yield transaction

    def note(self, transaction: Transaction, note: AuditNote) -> None:
        """Have the audit log tell of what this transaction does."""
        self._backing.audit.write(transaction, note)

    def facts(self, since: datetime, until: datetime, viewer: ApiKey | None = None) -> Iterator[CaseFact]:
        """What counts of the cases that were opened from `since` up to, and without, `until`."""
        columns = (CaseRow.kind, CaseRow.camera_id, CaseRow.city, CaseRow.opened_at, CaseRow.ended_at)
        opened = (CaseRow.opened_at >= since, CaseRow.opened_at < until, seen_by(viewer, CaseRow))
        wanted = select(*columns, CaseRow.false_alarm).where(*opened)
        with self._backing.database.reading() as session:
            for kind, camera_id, city, opened_at, ended_at, false_alarm in session.execute(wanted).yield_per(_AT_ONCE):
                yield CaseFact(kind, camera_id, city, opened_at, ended_at is not None, false_alarm)
