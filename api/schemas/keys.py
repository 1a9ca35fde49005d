"""API keys and the audit log, as they travel."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from api.schemas.common import Answer, Request, Slug, UtcTime, Words
from api.scopes import Scope
from pipelines.records.values import EVERY_PURPOSE, ApiKey, AuditEntry


class KeyIn(Request):
    """A key to be made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "north gate", "scopes": ["gates:decide"], "purposes": ["building-access"]}]
        }
    )

    name: Words
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope), description="of the maker's own")]
    purposes: Annotated[
        list[Slug | Annotated[str, Field(pattern=r"^\*$")]],
        Field(min_length=1, max_length=100, description=f"`{EVERY_PURPOSE}`: every purpose"),
    ]
    expires_at: UtcTime | None = None


class KeyOut(Answer):
    """A key; its secret cannot be read again."""

    id: str
    name: str
    scopes: list[str]
    purposes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewKeyOut(KeyOut):
    """A key with its secret, shown this once."""

    secret: Annotated[str, Field(description="goes after `Authorization: Bearer `")]

    @classmethod
    def of(cls, key: ApiKey, secret: str) -> "NewKeyOut":
        """The record and the secret as an answer."""
        return cls(**KeyOut.model_validate(key).model_dump(), secret=secret)


class AuditEntryOut(Answer):
    """One link of the audit chain."""

    seq: int
    at: datetime
    actor: str
    action: str
    target: str | None
    details: dict[str, str | int | float | bool | None]
    previous_hash: str
    hash: str

    @classmethod
    def of(cls, entry: AuditEntry) -> "AuditEntryOut":
        """The record as an answer."""
        return cls(
            seq=entry.seq,
            at=entry.at,
            actor=entry.note.actor,
            action=entry.note.action,
            target=entry.note.target,
            details=entry.note.details,
            previous_hash=entry.previous_hash.hex(),
            hash=entry.hash.hex(),
        )


class ChainOut(Answer):
    """Whether the audit log is as it was written."""

    whole: bool
    first_broken_seq: int | None
