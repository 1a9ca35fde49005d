"""The store: one database and one master key, as nouns."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

from sqlalchemy import func, select

from pipelines.records.audit import AuditLog
from pipelines.records.backing import Backing, Listeners
from pipelines.records.barriers import BarrierCommands
from pipelines.records.cameras import Cameras
from pipelines.records.consents import Consents
from pipelines.records.database import Database, read_canary
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
from pipelines.records.master_key import load_master_key
from pipelines.records.parking import ParkingRecords
from pipelines.records.photographs import Photographs
from pipelines.records.removal import Remover
from pipelines.records.schema import prepare_schema
from pipelines.records.street import StreetRecords
from pipelines.records.subjects import Subjects
from pipelines.records.tables import EventRow
from pipelines.records.templates import Templates
from pipelines.records.values import Removal, Template
from pipelines.records.vault import Vault
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
        self.photographs = Photographs(backing)
        self.gates = Gates(backing)
        self.cameras = Cameras(backing)
        self.decisions = Decisions(backing, self.events)
        self.barriers = BarrierCommands(backing, self.events)
        self.parking = ParkingRecords(backing)
        self.street = StreetRecords(backing)
        self.dead_letters = DeadLetters(backing)
        self.keys = ApiKeys(backing)
        self.idempotency = Idempotency(backing)

    @classmethod
    def open(cls, settings: Settings, clock: Callable[[], datetime] = utc_now) -> "Store":
        """The store that the settings name; made when there is none.

        Raises:
            WrongMasterKey: the store was sealed with another master key; nothing was changed.
            ConfigurationError: a master key, database file or schema that cannot be used.
        """
        url = settings.sqlalchemy_url
        canary = read_canary(url)
        vault = Vault(load_master_key(settings, may_create=canary is None))
        if canary is not None:
            vault.check_canary(canary)
        database = Database(url)
        with ExitStack() as undo:
            undo.callback(database.close)
            prepare_schema(database, vault)
            with database.reading() as session:
                latest = session.scalar(select(func.max(EventRow.seq))) or 0
            undo.pop_all()
        evidence = EvidenceFolder(settings.home / "evidence")
        audit = AuditLog(database, vault, clock)
        return cls(Backing(database, vault, clock, audit, EventFeed(latest), evidence, Listeners()))

    def on_added(self, listener: Callable[[tuple[Template, ...]], None]) -> None:
        """Have `listener` called with new templates, after their commit and before the next change.

        A listener must not write to the store, nor wait for a thread that does.
        """
        self.backing.listeners.added.append(listener)

    def on_removed(self, listener: Callable[[Removal], None]) -> None:
        """Have `listener` called for templates that are gone; else as `on_added`."""
        self.backing.listeners.removed.append(listener)

    def ping(self) -> None:
        """Read one row; raises what the database raises when it does not answer."""
        self.audit.head()

    def close(self) -> None:
        """Close the database; the store is of no use afterwards."""
        self.backing.database.close()
