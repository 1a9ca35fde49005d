"""Requests that came with an Idempotency-Key: carried out once, answered as often as they are asked."""

import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.database import Transaction
from pipelines.records.tables import IdempotencyRow
from pipelines.records.values import Answer, Claim
from pipelines.records.vault import Sealer
from vision.errors import Conflict, NotFound

# Longer than any request takes: who has not answered by then was killed, and another may try.
TAKEOVER = timedelta(seconds=60)


class Idempotency:
    """The kept answers of one store; bodies are sealed, keys and fingerprints hashed."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def begin(self, key_id: str, idempotency_key: str, fingerprint: str) -> Claim | Answer:
        """The right to carry the request out, or the answer that it got before.

        Args:
            key_id: the API key; others may use the same Idempotency-Key.
            fingerprint: the same for the same request, such as a hash of method, path and body.

        Raises:
            Conflict: the request is being carried out, or the Idempotency-Key came with another request.
        """
        key_hash = self._backing.vault.keyed_hash(f"idempotency/{idempotency_key}")
        claim = Claim(key_id, key_hash, secrets.token_hex(16))
        hashed = self._backing.vault.keyed_hash(f"fingerprint/{fingerprint}")
        with self._backing.database.writing() as transaction:
            wanted = and_(IdempotencyRow.key_id == key_id, IdempotencyRow.key_hash == key_hash)
            row = transaction.session.scalar(select(IdempotencyRow).where(wanted))
            if row is None:
                row = IdempotencyRow(key_id=key_id, key_hash=key_hash, fingerprint=hashed)
                transaction.session.add(row)
                return self._claimed(row, claim)
            if row.fingerprint != hashed:
                raise Conflict("Idempotency-Key: wanted one that no other request used")
            if row.status is not None:
                return self._answer(transaction.session, row, row.status)
            if row.started_at > self._backing.clock() - TAKEOVER:
                raise Conflict("Idempotency-Key: the same request is being carried out")
            return self._claimed(row, claim)

    def finish(self, claim: Claim, answer: Answer, subject_id: str | None = None) -> None:
        """Keep the answer; one about a subject that was erased meanwhile is forgotten.

        Args:
            subject_id: whom the answer is about: it is sealed with the subject's data key, and erased with it.

        Raises:
            Conflict: another took the request over.
        """
        with self._backing.database.writing() as transaction:
            row = _claimed_row(transaction.session, claim)
            if row is None:
                raise Conflict("Idempotency-Key: another has taken this request over")
            row.status = answer.status
            row.content_type = answer.content_type
            row.subject_id = subject_id
            try:
                row.body = self._sealer(transaction.session, subject_id).seal(answer.body, _context(row))
            except NotFound:
                transaction.session.delete(row)

    def abandon(self, claim: Claim) -> None:
        """Let the request be carried out anew; one that another took over stays theirs."""
        with self._backing.database.writing() as transaction:
            transaction.session.execute(delete(IdempotencyRow).where(_is_open(claim)))

    def forget(self, transaction: Transaction, mention: str) -> int:
        """How many kept answers hold this text; they are deleted, within the transaction.

        Args:
            transaction: of the erasure that asks for it.
            mention: a text of a person that is no subject, such as a plate.
        """
        session = transaction.session
        kept = select(IdempotencyRow).where(IdempotencyRow.status.is_not(None), IdempotencyRow.subject_id.is_(None))
        mentioning = [
            row for row in session.scalars(kept) if mention.encode() in self._answer(session, row, row.status or 0).body
        ]
        for row in mentioning:
            session.delete(row)
        return len(mentioning)

    def _claimed(self, row: IdempotencyRow, claim: Claim) -> Claim:
        row.token = claim.token
        row.started_at = self._backing.clock()
        return claim

    def _sealer(self, session: Session, subject_id: str | None) -> Sealer:
        return self._backing.vault.store if subject_id is None else self._backing.data_key(session, subject_id)

    def _answer(self, session: Session, row: IdempotencyRow, status: int) -> Answer:
        body = self._sealer(session, row.subject_id).open(row.body or b"", _context(row))
        return Answer(status, row.content_type or "", body)


def _is_open(claim: Claim) -> ColumnElement[bool]:
    same_key = and_(IdempotencyRow.key_id == claim.key_id, IdempotencyRow.key_hash == claim.key_hash)
    return and_(same_key, IdempotencyRow.token == claim.token, IdempotencyRow.status.is_(None))


def _claimed_row(session: Session, claim: Claim) -> IdempotencyRow | None:
    return session.scalar(select(IdempotencyRow).where(_is_open(claim)))


def _context(row: IdempotencyRow) -> str:
    return f"answer/{row.key_id}/{row.key_hash}"
