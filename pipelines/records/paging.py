"""Lists in parts: an opaque cursor says where the next part begins."""

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from pipelines.records.tables import Numbered
from pipelines.records.values import Page
from vision.errors import BadInput

MAX_LIMIT = 500

R = TypeVar("R", bound=Numbered)
T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is wanted.

    Attributes:
        cursor: the `next` of the part before; None for the first.
        limit: 1 to 500 items.
        newest_first: the order of the list.
    """

    cursor: str | None
    limit: int
    newest_first: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise BadInput(f"limit: wanted 1 to {MAX_LIMIT}, got {self.limit}")


def encode_cursor(list_name: str, seq: int) -> str:
    """A cursor of this list that stands behind the row `seq`."""
    return base64.urlsafe_b64encode(f"{list_name}:{seq}".encode()).decode().rstrip("=")


def decode_cursor(list_name: str, cursor: str) -> int:
    """The row that the cursor stands behind.

    Raises:
        BadInput: not a cursor, or one of another list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name, _, seq = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise BadInput("cursor: wanted the `next` of this list, got something else") from error
    # A signed 64-bit integer has at most 19 digits; the databases refuse more.
    if name != list_name or not (seq.isascii() and seq.isdigit()) or len(seq) > 18:
        raise BadInput("cursor: wanted the `next` of this list, got another")
    return int(seq)


def read_page(session: Session, statement: Select[R], row: type[R], part: Part, make: Callable[[R], T]) -> Page[T]:
    """One part of what `statement` selects, in the order of `row.seq`.

    Args:
        make: turns a row into the value that leaves the store.

    Raises:
        BadInput: a cursor that is not of this list.
    """
    name = row.__tablename__
    if part.cursor is not None:
        seq = decode_cursor(name, part.cursor)
        statement = statement.where(row.seq < seq if part.newest_first else row.seq > seq)
    order = row.seq.desc() if part.newest_first else row.seq
    rows = session.scalars(statement.order_by(order).limit(part.limit + 1)).all()
    shown = rows[: part.limit]
    more = encode_cursor(name, shown[-1].seq) if len(rows) > part.limit else None
    return Page(tuple(make(item) for item in shown), more)


def every(page_of: Callable[[str | None, int], Page[V]]) -> Iterator[V]:
    """All items of a list, read part by part.

    Args:
        page_of: the list's own method, of a cursor and a limit.
    """
    page = page_of(None, MAX_LIMIT)
    yield from page.items
    while page.next is not None:
        page = page_of(page.next, MAX_LIMIT)
        yield from page.items
