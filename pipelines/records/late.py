"""What arrives late: made before somebody was erased, and stored after it.

A record may lie in a spool, on the bus or among dead letters while a subject or a plate is erased. It is stored without
them, as those records were left that had arrived in time; a dead letter of them is not kept. Both are asked within the
transaction that stores, which an erasure's cannot overlap.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.events import Event
from pipelines.records.ledger import plate_digest, plate_digests
from pipelines.records.tables import ErasureRow, SubjectRow

CLOCKS_APART = timedelta(seconds=2)
"""So much the clock of the machine that saw a car may be ahead of the one that forgot it."""
_SUBJECT = re.compile(r"sub_[0-9a-f]{32}")
_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def without_erased(session: Session, events: Sequence[Event]) -> list[Event]:
    """The events, without subjects that are not there and without plates that were forgotten after they were seen.

    A car that comes again after it was forgotten is known again; a subject's id never comes again.
    """
    subjects = _known(session, {event.subject_id for event in events if event.subject_id is not None})
    seen = [event.occurred_at for event in events if event.plate_hash is not None]
    forgotten = _forgotten(session, min(seen)) if seen else {}
    return [_relieved(event, subjects, forgotten) for event in events]


def mentions_erased(session: Session, body: str) -> bool:
    """Whether a letter, readable or not, tells of a subject that is not there, or of a plate that was forgotten."""
    subjects = set(_SUBJECT.findall(body))
    if subjects - _known(session, subjects):
        return True
    hashes = hashes_in(body)
    if not hashes:
        return False
    made_at = _made_at(body)
    forgotten = _forgotten(session, made_at)
    return any(_is_forgotten(one, made_at, forgotten) for one in hashes)


def hashes_in(body: str) -> set[str]:
    """What in a letter may be the hash of a plate."""
    return set(_HASH.findall(body))


def _relieved(event: Event, subjects: set[str], forgotten: dict[str, datetime]) -> Event:
    gone: dict[str, Any] = {}
    if event.subject_id is not None and event.subject_id not in subjects:
        gone["subject_id"] = None
    if event.plate_hash is not None and _is_forgotten(event.plate_hash, event.occurred_at, forgotten):
        gone["plate_hash"] = None
    return event.model_copy(update=gone) if gone else event


def _known(session: Session, subjects: Iterable[str]) -> set[str]:
    asked = sorted(subjects)
    return set(session.scalars(select(SubjectRow.id).where(SubjectRow.id.in_(asked)))) if asked else set()


def _forgotten(session: Session, since: datetime) -> dict[str, datetime]:
    """Digests of the event hashes of plates that were forgotten since, and when last."""
    rows = select(ErasureRow.target, ErasureRow.at).where(ErasureRow.kind == "plate")
    late = rows.where(ErasureRow.at >= since - CLOCKS_APART).order_by(ErasureRow.at)
    return {plate_digests(target)["event"]: at for target, at in session.execute(late)}


def _is_forgotten(plate_hash: str, seen_at: datetime, forgotten: dict[str, datetime]) -> bool:
    at = forgotten.get(plate_digest(plate_hash))
    return at is not None and seen_at <= at + CLOCKS_APART


def _made_at(body: str) -> datetime:
    """When a letter's record was made; of one that does not say so, before everything."""
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    try:
        made_at = datetime.fromisoformat(json.loads(body)["occurred_at"])
    except (ValueError, TypeError, KeyError):
        return long_ago
    return made_at.astimezone(UTC) if made_at.tzinfo is not None else long_ago
