"""The store: one database and one master key, as nouns."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

from sqlalchemy import func, select

from pipelines.records.audit import AuditLog
from pipelines.records.backing import Backing
from pipelines.records.barriers import BarrierCommands
from pipelines.records.cameras import Cameras
from pipelines.records.consents import Consents
from pipelines.records.database import Database
from pipelines.records.dead_letters import DeadLetters
from pipelines.records.decisions import Decisions
from pipelines.records.erasure import Eraser
from pipelines.records.event_log import EventLog
from pipelines.records.evidence import EvidenceFolder
from pipelines.records.feed import EventFeed
from pipelines.records.galleries import GalleryRecords
from pipelines.records.gates import Gates
from pipelines.records.idempotency import Idempotency
from pipelines.records.keys import ApiKeys
from pipelines.records.ledger import ErasureLedger
from pipelines.records.master_key import find_master_key
from pipelines.records.outlet_deliveries import Deliveries
from pipelines.records.outlets import Outlets
from pipelines.records.parking import ParkingRecords
from pipelines.records.photographs import Photographs
from pipelines.records.removal import Remover
from pipelines.records.schema import prepare_schema
from pipelines.records.street import StreetRecords
from pipelines.records.subjects import Subjects
from pipelines.records.tables import AuditHeadRow, EventRow
from pipelines.records.template_changes import TemplateChanges
from pipelines.records.templates import Templates
from pipelines.settings import Settings, utc_now


class Store:
    """Everything that Citygate keeps. Every method may be called from every thread.

    Changes are committed when a method returns, each with its audit entry; nothing is kept of one that raised.

    Attributes:
        feed: to wait on for new events.
        backing, remover: for the sweeper.
    """

    def __init__(self, backing: Backing) -> None:
        self.backing = backing
        self.feed = backing.feed
        self.audit = backing.audit
        self.remover = Remover(backing)
        self.events = EventLog(backing)
        self.subjects = Subjects(backing, Eraser(backing, self.remover, self.events))
        self.consents = Consents(backing, self.remover, self.events)
        self.galleries = GalleryRecords(backing, self.remover)
        self.templates = Templates(backing, self.remover)
        self.template_changes = TemplateChanges(backing)
        self.photographs = Photographs(backing)
        self.gates = Gates(backing)
        self.cameras = Cameras(backing)
        self.decisions = Decisions(backing, self.events)
        self.barriers = BarrierCommands(backing, self.events)
        self.parking = ParkingRecords(backing)
        self.street = StreetRecords(backing)
        self.outlets = Outlets(backing)
        self.deliveries = Deliveries(backing)
        self.dead_letters = DeadLetters(backing)
        self.keys = ApiKeys(backing)
        self.idempotency = Idempotency(backing)

    @classmethod
    def open(cls, settings: Settings, clock: Callable[[], datetime] = utc_now) -> "Store":
        """The store that the settings name; made when there is none, upgraded when an earlier release made it.

        Raises:
            WrongMasterKey: the store was sealed with another master key; nothing was changed.
            ConfigurationError: a master key, database file or schema that cannot be used.
        """
        master_key = find_master_key(settings)
        database = Database(settings.sqlalchemy_url)
        with ExitStack() as undo:
            undo.callback(database.close)
            vault = prepare_schema(database, master_key)
            with database.reading() as session:
                latest = session.scalar(select(func.max(EventRow.seq))) or 0
            undo.pop_all()
        evidence = EvidenceFolder(settings.home / "evidence")
        audit = AuditLog(database, vault, clock)
        ledger = ErasureLedger(database, settings.erasure_ledger_file)
        return cls(Backing(database, vault, clock, audit, EventFeed(latest), evidence, ledger))

    def on_templates_changed(self, listener: Callable[[], None]) -> None:
        """Have `listener` called when this process changed templates, after the commit; `template_changes` tells which.

        A listener must not write to the store, nor wait for a thread that does.
        """
        self.backing.template_listeners.append(listener)

    def ping(self) -> None:
        """Read one row; raises what the database raises when it does not answer.

        Raises:
            StoreReplaced: it was restored, or got another master key, since it was opened.
        """
        with self.backing.database.reading() as session:
            self.backing.database.check_epoch(session.scalars(select(AuditHeadRow.epoch)).one())

    def close(self) -> None:
        """Close the database; the store is of no use afterwards."""
        self.backing.database.close()
