"""What goes by itself: expired consents and galleries' templates, and records whose time is up."""

import logging
import threading
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, or_, select

from pipelines.records.database import COMPACTION_DUE, Transaction
from pipelines.records.dead_letter_table import DeadLetterRow
from pipelines.records.parking_tables import EvidenceRow
from pipelines.records.store import Store
from pipelines.records.street_tables import CasePictureRow
from pipelines.records.support import unsupported
from pipelines.records.tables import (
    BarrierCommandRow,
    Base,
    ConsentRow,
    DecisionRow,
    EventRow,
    GalleryRow,
    IdempotencyRow,
    PhotographRow,
    StoreFactRow,
    TemplateRow,
)
from pipelines.records.values import AuditNote
from pipelines.settings import Settings

logger = logging.getLogger(__name__)

# A file is written just before its row is committed; a younger one may still get its row.
ORPHAN_AGE = timedelta(hours=1)
# Gates wait while a store is compacted. What stays in a larger one is sealed with keys that are destroyed;
# `Database.compact` removes it when nobody is at the gates.
COMPACT_UP_TO_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Sweep:
    """How many of each one sweep removed."""

    templates: int
    photographs: int
    decisions: int
    barrier_commands: int
    events: int
    answers: int
    orphaned_files: int
    parking_sessions: int = 0
    parking_observations: int = 0
    parking_pictures: int = 0
    parking_rights: int = 0
    street_cases: int = 0
    street_incidents: int = 0
    street_pictures: int = 0
    street_suppressions: int = 0
    dead_letters: int = 0


class Sweeper:
    """Sweeps every `sweep_interval_s`, in a thread of its own, from `start` to `close`.

    Attributes:
        failures: sweeps that failed since the last that did not; more than a few is a matter for health checks.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.failures = 0

    def start(self) -> None:
        """Sweep at once, and then again and again."""
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End after the sweep in progress; a sweeper that was never started is closed already."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def sweep_once(self) -> Sweep:
        """Remove what is due; a second sweep at the same time finds nothing."""
        orphans = self._remove_orphans()
        with self._store.backing.database.writing() as transaction:
            sweep = self._remove_due(transaction, orphans)
            if any(asdict(sweep).values()):
                self._store.audit.write(transaction, AuditNote("sweeper", "retention.swept", None, asdict(sweep)))
        self._compact_if_due()
        # Also finishes what an erasure could not, while a reader held the log.
        self._store.backing.database.clear_traces()
        return sweep

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.sweep_once()
                self.failures = 0
            except Exception:
                self.failures += 1
                logger.exception("sweep failed %d times", self.failures)
            self._closing.wait(self._settings.sweep_interval_s)

    def _compact_if_due(self) -> None:
        database = self._store.backing.database
        with database.reading() as session:
            due = session.get(StoreFactRow, COMPACTION_DUE)
        if due is not None and database.size_bytes() <= COMPACT_UP_TO_BYTES:
            database.compact()
            # Of this value only: what was removed meanwhile has put another one.
            done = (StoreFactRow.name == COMPACTION_DUE, StoreFactRow.value == due.value)
            with database.writing() as transaction:
                transaction.session.execute(delete(StoreFactRow).where(*done))

    def _remove_due(self, transaction: Transaction, orphans: int) -> Sweep:
        now, settings = self._store.backing.clock(), self._settings
        decided = now - timedelta(days=settings.decision_retention_days)
        told = now - timedelta(days=settings.event_retention_days)
        answered = now - timedelta(hours=settings.idempotency_retention_h)
        parked = self._store.parking.remover.remove_due(transaction)
        ended = now - timedelta(days=settings.case_retention_days)
        street = self._store.street.remover.remove_due(transaction, ended)
        return Sweep(
            templates=self._store.remover.templates(transaction, *self._lapsed(TemplateRow)),
            photographs=self._store.remover.photographs(transaction, *self._lapsed(PhotographRow)),
            decisions=_delete(transaction, DecisionRow, DecisionRow.created_at <= decided),
            barrier_commands=_delete(transaction, BarrierCommandRow, BarrierCommandRow.created_at <= decided),
            events=_delete(transaction, EventRow, EventRow.stored_at <= told),
            answers=_delete(transaction, IdempotencyRow, IdempotencyRow.started_at <= answered),
            orphaned_files=orphans,
            parking_sessions=parked.sessions,
            parking_observations=parked.observations,
            parking_pictures=parked.pictures,
            parking_rights=parked.rights,
            street_cases=street.cases,
            street_incidents=street.incidents,
            street_pictures=street.pictures,
            street_suppressions=street.suppressions,
            dead_letters=_delete(transaction, DeadLetterRow, DeadLetterRow.died_at <= told),
        )

    def _lapsed(self, row: type[TemplateRow] | type[PhotographRow]) -> tuple[ColumnElement[bool], ...]:
        now = self._store.backing.clock()
        # Time alone ends consents and galleries here, so only those that ended need a look, not every template.
        subjects = select(ConsentRow.subject_id).where(ConsentRow.expires_at <= now)
        galleries = select(GalleryRow.id).where(GalleryRow.expires_at <= now)
        return or_(row.subject_id.in_(subjects), row.gallery_id.in_(galleries)), unsupported(row, now)

    def _remove_orphans(self) -> int:
        backing = self._store.backing
        files = backing.evidence.older_than((backing.clock() - ORPHAN_AGE).timestamp())
        removed = 0
        for picture_id in files:
            with backing.database.reading() as session:
                ids = (row.id for row in (PhotographRow, EvidenceRow, CasePictureRow))
                kept = any(session.scalar(select(exists().where(column == picture_id))) for column in ids)
            if not kept:
                backing.evidence.remove(picture_id)
                removed += 1
        return removed


def _delete(transaction: Transaction, row: type[Base], due: ColumnElement[bool]) -> int:
    statement = delete(row).where(due).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], transaction.session.execute(statement)).rowcount
