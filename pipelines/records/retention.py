"""What goes by itself: expired consents and galleries' templates, and records whose time is up."""

import shutil
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, or_, select

from pipelines.records.batches import BATCH_ROWS, delete_some, some
from pipelines.records.database import Transaction
from pipelines.records.dead_letter_table import DeadLetterRow
from pipelines.records.parking_tables import EvidenceRow
from pipelines.records.store import Store
from pipelines.records.street_tables import CasePictureRow, LineCountRow
from pipelines.records.support import unsupported
from pipelines.records.tables import (
    BarrierCommandRow,
    ConsentRow,
    DecisionRow,
    EventRow,
    GalleryRow,
    IdempotencyRow,
    PhotographRow,
    TemplateRow,
)
from pipelines.records.values import AuditNote
from pipelines.rounds import Rounds
from pipelines.settings import Settings

# A file is written just before its row is committed; a younger one may still get its row.
ORPHAN_AGE = timedelta(hours=1)
# Long enough to see that an upgrade was well.
UPGRADE_COPY_AGE = timedelta(days=7)
STAGING_AGE = timedelta(days=1)
STAGING_PREFIX = ".restore-"
PAUSE_S = 0.01
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
    line_counts: int = 0
    outlet_deliveries: int = 0
    template_changes: int = 0
    dead_letters: int = 0

    def plus(self, other: "Sweep") -> "Sweep":
        """What both removed."""
        counts = asdict(other)
        return Sweep(**{name: count + counts[name] for name, count in asdict(self).items()})


class Sweeper:
    """Sweeps every `sweep_interval_s`, from `start` to `close`."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._rounds = Rounds("sweeper", self.sweep_once, settings.sweep_interval_s)

    def start(self) -> None:
        """Sweep at once, and then again and again."""
        self._rounds.start()

    def close(self) -> None:
        """End after the sweep in progress."""
        self._rounds.close()

    @property
    def failures(self) -> int:
        """Sweeps that failed since the last that did not."""
        return self._rounds.failures

    def sweep_once(self) -> Sweep:
        """Remove what is due; a second sweep at the same time finds nothing.

        However much it is, each transaction removes a few rows of each table, is audited, and lets others write.
        """
        sweep = part = self._sweep_part(self._remove_orphans())
        while any(count >= BATCH_ROWS for count in asdict(part).values()) and not self._rounds.pause(PAUSE_S):
            part = self._sweep_part(0)
            sweep = sweep.plus(part)
        self._remove_left_copies()
        self._store.backing.ledger.copy()
        self._store.backing.database.compact_if_due(COMPACT_UP_TO_BYTES)
        # Also finishes what an erasure could not, while a reader held the log.
        self._store.backing.database.clear_traces()
        return sweep

    def _sweep_part(self, orphans: int) -> Sweep:
        with self._store.backing.database.writing() as transaction:
            part = self._remove_due(transaction, orphans)
            if any(asdict(part).values()):
                self._store.audit.write(transaction, AuditNote("sweeper", "retention.swept", None, asdict(part)))
        return part

    def _remove_left_copies(self) -> None:
        now = self._store.backing.clock()
        for copy in self._store.backing.database.upgrade_copies():
            if copy.stat().st_mtime < (now - UPGRADE_COPY_AGE).timestamp():
                copy.unlink(missing_ok=True)
        # Of a restore that was killed.
        for folder in self._settings.home.glob(f"{STAGING_PREFIX}*"):
            if folder.stat().st_mtime < (now - STAGING_AGE).timestamp():
                shutil.rmtree(folder, ignore_errors=True)

    def _remove_due(self, transaction: Transaction, orphans: int) -> Sweep:
        now, settings = self._store.backing.clock(), self._settings
        decided = now - timedelta(days=settings.decision_retention_days)
        told = now - timedelta(days=settings.event_retention_days)
        answered = now - timedelta(hours=settings.idempotency_retention_h)
        parked = self._store.parking.remover.remove_due(transaction)
        ended = now - timedelta(days=settings.case_retention_days)
        street = self._store.street.remover.remove_due(transaction, ended)
        return Sweep(
            templates=self._store.remover.templates(transaction, self._lapsed(transaction, TemplateRow)),
            photographs=self._store.remover.photographs(transaction, self._lapsed(transaction, PhotographRow)),
            decisions=delete_some(transaction, DecisionRow, DecisionRow.created_at <= decided),
            barrier_commands=delete_some(transaction, BarrierCommandRow, BarrierCommandRow.created_at <= decided),
            events=delete_some(transaction, EventRow, EventRow.stored_at <= told),
            answers=delete_some(transaction, IdempotencyRow, IdempotencyRow.started_at <= answered),
            orphaned_files=orphans,
            parking_sessions=parked.sessions,
            parking_observations=parked.observations,
            parking_pictures=parked.pictures,
            parking_rights=parked.rights,
            street_cases=street.cases,
            street_incidents=street.incidents,
            street_pictures=street.pictures,
            street_suppressions=street.suppressions,
            line_counts=delete_some(transaction, LineCountRow, LineCountRow.begins_at <= told),
            outlet_deliveries=self._store.deliveries.remove_due(transaction),
            template_changes=self._store.template_changes.trim(transaction),
            dead_letters=delete_some(transaction, DeadLetterRow, DeadLetterRow.died_at <= told),
        )

    def _lapsed(self, transaction: Transaction, row: type[TemplateRow] | type[PhotographRow]) -> ColumnElement[bool]:
        now = self._store.backing.clock()
        # Time alone ends consents and galleries here, so only those that ended need a look, not every template.
        subjects = select(ConsentRow.subject_id).where(ConsentRow.expires_at <= now)
        galleries = select(GalleryRow.id).where(GalleryRow.expires_at <= now)
        ended = or_(row.subject_id.in_(subjects), row.gallery_id.in_(galleries))
        return some(transaction, row, ended, unsupported(row, now))

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
