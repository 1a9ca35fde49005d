"""What the store takes and gives: frozen records, checked once at construction, never rows of a table."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

from pipelines.events import Event
from pipelines.records.checks import check_slug, check_utc
from vision.errors import ForbiddenPurpose
from vision.types import Embedding

IdPrefix = Literal[
    "sub", "con", "dec", "cmd", "pho", "rgt", "ses", "obs", "pay", "evi", "inc", "cas", "sup", "whk", "dle"
]

EVERY_PURPOSE = "*"

T = TypeVar("T")


def new_id(prefix: IdPrefix) -> str:
    """An opaque id that says nothing about its subject: `sub_` and 32 hexadecimal digits."""
    return f"{prefix}_{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list.

    Attributes:
        next: the cursor of the following part; None at the end.
    """

    items: tuple[T, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A person that consents and enrolments belong to; name and reference stay out of every `repr`."""

    id: str
    label: str = field(repr=False)
    external_ref: str | None = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """What a subject agreed to.

    Attributes:
        evidence: where the agreement can be seen (a form's number, an address); sealed in the database.
    """

    id: str
    subject_id: str
    purpose: str
    given_at: datetime
    expires_at: datetime | None
    withdrawn_at: datetime | None
    evidence: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gallery:
    """A set of enrolled subjects for one purpose.

    Attributes:
        expires_at: its templates go by themselves then; the gallery stays as a name.
        keep_photographs: whether enrolment may keep the pictures, sealed.
    """

    id: str
    purpose: str
    title: str
    expires_at: datetime | None
    keep_photographs: bool
    created_at: datetime

    def __post_init__(self) -> None:
        check_slug("gallery id", self.id)
        check_slug("purpose", self.purpose)
        check_utc("expires_at", self.expires_at)

    def expired_at(self, now: datetime) -> bool:
        """Whether nothing may be compared with this gallery any more."""
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Template:
    """One enrolled face.

    Attributes:
        id: never used twice, fits a signed 64-bit integer.
        quality: 0..1, of the picture it was made from.
    """

    id: int
    subject_id: str
    gallery_id: str
    embedding: Embedding = field(repr=False)
    quality: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TemplateEntry:
    """A template as lists show it: without its embedding."""

    id: int
    subject_id: str
    gallery_id: str
    model_id: str
    quality: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture that was kept at enrolment; its bytes lie sealed in a file."""

    id: str
    subject_id: str
    gallery_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Who asks, and what for; the secret itself is not kept.

    Attributes:
        purposes: `*` means every purpose.
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    purposes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @property
    def sees_every_purpose(self) -> bool:
        return EVERY_PURPOSE in self.purposes

    def require_purpose(self, purpose: str) -> None:
        """Refuse a purpose that this key was not given.

        Raises:
            ForbiddenPurpose: neither this purpose nor every purpose is the key's.
        """
        if not self.sees_every_purpose and purpose not in self.purposes:
            raise ForbiddenPurpose(f"purpose: wanted one of {', '.join(self.purposes) or 'none'}, got {purpose}")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with its place in the log; `seq` grows by at least one from event to event."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class AuditNote:
    """An act to be written to the audit log.

    Attributes:
        actor: a key's id, or a word such as `sweeper`.
        action: such as `subject.erased`.
        target: the id of what was acted on.
        details: ids, words and counts; never a name, a plate or a template.
    """

    actor: str
    action: str
    target: str | None = None
    details: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the audit chain; `hash` covers every other field and the link before."""

    seq: int
    at: datetime
    note: AuditNote
    previous_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry out one request that came with an Idempotency-Key."""

    key_id: str
    key_hash: str
    token: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request that was carried out before."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What one erasure removed.

    Attributes:
        traces_cleared: whether the write-ahead log was emptied too; if a long reader held it, the sweeper does it.
    """

    subject_id: str
    templates: int
    photographs: int
    consents: int
    answers: int
    traces_cleared: bool
