"""Consents: nobody is enrolled without one, and what rests on one goes with it."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from pipelines.events import Event, event_id
from pipelines.records.backing import Backing
from pipelines.records.checks import check_slug, check_utc
from pipelines.records.database import Transaction
from pipelines.records.event_log import EventLog
from pipelines.records.ledger import ErasureNote
from pipelines.records.paging import Part, read_page
from pipelines.records.removal import Remover
from pipelines.records.support import live_consent, unsupported
from pipelines.records.tables import ConsentRow, PhotographRow, TemplateRow
from pipelines.records.values import ApiKey, AuditNote, Consent, Page, new_id
from vision.errors import BadInput, NotFound


class Consents:
    """The consents of one store; a viewer sees those for its purposes."""

    def __init__(self, backing: Backing, remover: Remover, events: EventLog) -> None:
        self._backing = backing
        self._remover = remover
        self._events = events

    def record(
        self,
        subject_id: str,
        purpose: str,
        *,
        evidence: str,
        expires_at: datetime | None,
        actor: str,
        given_at: datetime | None = None,
    ) -> Consent:
        """A consent that the subject gave.

        Args:
            evidence: where it can be seen that it was given.
            given_at: aware UTC; None: now.

        Raises:
            NotFound: no such subject.
            BadInput: a purpose that is no slug, or a consent that ends before it begins.
        """
        given = given_at or self._backing.clock()
        _check(purpose, given, expires_at)
        consent = Consent(new_id("con"), subject_id, purpose, given, expires_at, None, evidence)
        note = AuditNote(actor, "consent.recorded", consent.id, {"subject_id": subject_id, "purpose": purpose})
        with self._backing.database.writing() as transaction:
            sealer = self._backing.data_key(transaction.session, subject_id)
            row = ConsentRow(id=consent.id, subject_id=subject_id, purpose=purpose, given_at=given)
            row.expires_at = expires_at
            row.evidence = sealer.seal(evidence.encode(), f"consent/{consent.id}/evidence")
            transaction.session.add(row)
            self._backing.audit.write(transaction, note)
        return consent

    def get(self, consent_id: str, viewer: ApiKey | None = None) -> Consent:
        """One consent.

        Raises:
            NotFound: none with this id, or none that the viewer may see.
        """
        with self._backing.database.reading() as session:
            return self._consent(session, _row(session, consent_id, viewer))

    def list(
        self, subject_id: str, cursor: str | None = None, limit: int = 100, viewer: ApiKey | None = None
    ) -> Page[Consent]:
        """The subject's consents, past ones too, oldest first."""
        statement = select(ConsentRow).where(ConsentRow.subject_id == subject_id, _visible(viewer))
        with self._backing.database.reading() as session:
            part = Part(cursor, limit)
            return read_page(session, statement, ConsentRow, part, lambda row: self._consent(session, row))

    def holds(self, subject_id: str, purpose: str) -> bool:
        """Whether a consent of the subject holds now for the purpose."""
        wanted = (ConsentRow.subject_id == subject_id, ConsentRow.purpose == purpose)
        statement = select(ConsentRow.seq).where(*wanted, live_consent(self._backing.clock())).limit(1)
        with self._backing.database.reading() as session:
            return session.scalar(statement) is not None

    def withdraw(self, consent_id: str, *, actor: str) -> Consent:
        """End the consent; templates and photographs that no other consent holds up go at once.

        Withdrawing once more changes nothing.

        Raises:
            NotFound: no such consent.
        """
        with self._backing.database.writing() as transaction:
            row = _row(transaction.session, consent_id, None)
            if row.withdrawn_at is None:
                self._withdraw(transaction, row, actor)
            return self._consent(transaction.session, row)

    def _withdraw(self, transaction: Transaction, row: ConsentRow, actor: str) -> None:
        now = self._backing.clock()
        row.withdrawn_at = now
        transaction.session.flush()
        theirs = (TemplateRow.subject_id == row.subject_id, PhotographRow.subject_id == row.subject_id)
        counts: dict[str, str | int | float | bool | None] = {
            "purpose": row.purpose,
            "templates": self._remover.templates(transaction, theirs[0], unsupported(TemplateRow, now)),
            "photographs": self._remover.photographs(transaction, theirs[1], unsupported(PhotographRow, now)),
        }
        self._backing.audit.write(transaction, AuditNote(actor, "consent.withdrawn", row.id, counts))
        self._backing.ledger.note(transaction, ErasureNote("consent", row.id, now))
        event = Event(
            event_id=event_id(None, row.id, "consent.withdrawn"),
            kind="consent.withdrawn",
            occurred_at=now,
            purpose=row.purpose,
            subject_id=row.subject_id,
        )
        self._events.write(transaction, event)

    def _consent(self, session: Session, row: ConsentRow) -> Consent:
        sealer = self._backing.data_key(session, row.subject_id)
        evidence = sealer.open(row.evidence, f"consent/{row.id}/evidence").decode()
        return Consent(row.id, row.subject_id, row.purpose, row.given_at, row.expires_at, row.withdrawn_at, evidence)


def _check(purpose: str, given_at: datetime, expires_at: datetime | None) -> None:
    check_slug("purpose", purpose)
    check_utc("given_at", given_at)
    check_utc("expires_at", expires_at)
    if expires_at is not None and expires_at <= given_at:
        raise BadInput(f"expires_at: wanted a time after {given_at:%Y-%m-%d %H:%M:%S}, got {expires_at}")


def _row(session: Session, consent_id: str, viewer: ApiKey | None) -> ConsentRow:
    row = session.scalar(select(ConsentRow).where(ConsentRow.id == consent_id, _visible(viewer)))
    if row is None:
        raise NotFound(f"no consent {consent_id}")
    return row


def _visible(viewer: ApiKey | None) -> ColumnElement[bool]:
    if viewer is None or viewer.sees_every_purpose:
        return true()
    return ConsentRow.purpose.in_(viewer.purposes)
