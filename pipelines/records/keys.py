"""API keys: shown once, kept as a hash."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.records.backing import Backing
from pipelines.records.checks import check_slug, check_utc
from pipelines.records.ledger import ErasureNote
from pipelines.records.paging import Part, read_page
from pipelines.records.tables import ApiKeyRow
from pipelines.records.values import EVERY_PURPOSE, ApiKey, AuditNote, Page
from vision.errors import NotFound

SECRET_BYTES = 32
TOKEN = re.compile(r"cg_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")

_NO_HASH = bytes(32)


class ApiKeys:
    """The API keys of one store."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def create(
        self,
        name: str,
        scopes: Sequence[str],
        purposes: Sequence[str],
        expires_at: datetime | None,
        *,
        actor: str,
    ) -> tuple[ApiKey, str]:
        """A new key, and the secret that nobody can read again: `cg_`, 16 digits, `_` and 43 characters.

        Args:
            purposes: slugs, or `*` for every purpose.

        Raises:
            BadInput: a purpose that is neither, or a time that is not UTC.
        """
        check_utc("expires_at", expires_at)
        for purpose in purposes:
            if purpose != EVERY_PURPOSE:
                check_slug("purpose", purpose)
        number, secret = secrets.token_hex(8), secrets.token_urlsafe(SECRET_BYTES)
        row = ApiKeyRow(id=f"key_{number}", name=name, scopes=list(scopes), purposes=list(purposes))
        row.created_at = self._backing.clock()
        row.expires_at = expires_at
        row.secret_hash = _hash(secret)
        note = AuditNote(actor, "key.created", row.id, {"scopes": " ".join(scopes), "purposes": " ".join(purposes)})
        with self._backing.database.writing() as transaction:
            transaction.session.add(row)
            self._backing.audit.write(transaction, note)
        return _key(row), f"cg_{number}_{secret}"

    def authenticate(self, token: str) -> ApiKey:
        """The key that was shown as `token`.

        Raises:
            NotFound: no such key, or one that expired or was revoked; the message says no more.
        """
        parsed = TOKEN.fullmatch(token)
        if parsed is None:
            raise NotFound("no such API key")
        number, secret = parsed.groups()
        with self._backing.database.reading() as session:
            row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.id == f"key_{number}"))
        # A number that nobody has is compared too, so that the time taken tells nothing.
        same = hmac.compare_digest(_hash(secret), _NO_HASH if row is None else row.secret_hash)
        if row is None or not same or not self._usable(row):
            raise NotFound("no such API key")
        return _key(row)

    def get(self, key_id: str) -> ApiKey:
        """One key.

        Raises:
            NotFound: none with this id.
        """
        with self._backing.database.reading() as session:
            return _key(_row(session, key_id))

    def list(self, cursor: str | None = None, limit: int = 100) -> Page[ApiKey]:
        """The keys, expired and revoked ones too, oldest first."""
        with self._backing.database.reading() as session:
            return read_page(session, select(ApiKeyRow), ApiKeyRow, Part(cursor, limit), _key)

    def revoke(self, key_id: str, *, actor: str) -> ApiKey:
        """End the key now; revoking once more changes nothing.

        Raises:
            NotFound: no such key.
        """
        with self._backing.database.writing() as transaction:
            row = _row(transaction.session, key_id)
            if row.revoked_at is None:
                row.revoked_at = self._backing.clock()
                self._backing.audit.write(transaction, AuditNote(actor, "key.revoked", key_id))
                self._backing.ledger.note(transaction, ErasureNote("key", key_id, row.revoked_at))
            return _key(row)

    def _usable(self, row: ApiKeyRow) -> bool:
        expired = row.expires_at is not None and row.expires_at <= self._backing.clock()
        return row.revoked_at is None and not expired


def _hash(secret: str) -> bytes:
    # The secret has 256 random bits: there is nothing to try out, and no need for a slow hash.
    return hashlib.sha256(secret.encode()).digest()


def _row(session: Session, key_id: str) -> ApiKeyRow:
    row = session.scalar(select(ApiKeyRow).where(ApiKeyRow.id == key_id))
    if row is None:
        raise NotFound(f"no API key {key_id}")
    return row


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=tuple(row.scopes),
        purposes=tuple(row.purposes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
