"""What every noun of the store stands on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.records.audit import AuditLog
from pipelines.records.database import Database
from pipelines.records.evidence import EvidenceFolder
from pipelines.records.feed import EventFeed
from pipelines.records.ledger import ErasureLedger
from pipelines.records.tables import DataKeyRow, SubjectRow
from pipelines.records.vault import Sealer, Vault
from vision.errors import NotFound


@dataclass(frozen=True, slots=True)
class Backing:
    """Shared by the nouns of one store.

    Attributes:
        template_listeners: called after a commit of this process in which templates came or went.
    """

    database: Database
    vault: Vault
    clock: Callable[[], datetime]
    audit: AuditLog
    feed: EventFeed
    evidence: EvidenceFolder
    ledger: ErasureLedger
    template_listeners: list[Callable[[], None]] = field(default_factory=list)

    def data_key(self, session: Session, subject_id: str) -> Sealer:
        """The subject's data key.

        Raises:
            NotFound: no such subject, or one that was erased.
        """
        keys = select(DataKeyRow.wrapped).join(SubjectRow, SubjectRow.id == DataKeyRow.subject_id)
        wrapped = session.scalar(keys.where(SubjectRow.id == subject_id))
        if wrapped is None:
            raise NotFound(f"no subject {subject_id}")
        return self.vault.data_key(subject_id, wrapped)
