"""Many events in one statement with one parameter: its text is the same for every batch, long or short.

A row of values for each event would make a text of thousands of parameters, and a driver spends longer on reading that
than the database on storing the rows.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, TextClause, bindparam, text

from pipelines.events import Event
from pipelines.records.tables import EventRow

_COLUMNS = ("event_id", "kind", "purpose", "camera_id", "gate_id", "subject_id", "plate_hash", "body")
# Dialect -> the table function that unfolds a JSON array, and how the value at a place of each element is read.
_UNFOLDING = {
    "sqlite": ("json_each(:rows)", "json_extract(value, '$[{}]')"),
    "postgresql": ("json_array_elements(CAST(:rows AS json))", "value ->> {}"),
}


def insert_events(connection: Connection, events: Sequence[Event], stored_at: datetime) -> tuple[int, ...]:
    """Store what is not stored yet, in order; of two with one id the first. The numbers of those that are new."""
    values = {"rows": json.dumps([event_values(event) for event in events]), "stored_at": stored_at}
    return tuple(sorted(connection.scalars(_statement(connection.dialect.name), values).all()))


def event_values(event: Event) -> tuple[str | None, ...]:
    """What the columns hold, in order; the body is without what an erasure must be able to take away."""
    body = event.model_dump_json(exclude={"subject_id", "plate_hash"}, exclude_defaults=True)
    return (
        event.event_id,
        event.kind,
        event.purpose,
        event.camera_id,
        event.gate_id,
        event.subject_id,
        event.plate_hash,
        body,
    )


@cache
def _statement(dialect: str) -> TextClause:
    unfolded, value = _UNFOLDING[dialect]
    values = ", ".join(value.format(place) for place in range(len(_COLUMNS)))
    # WHERE, because SQLite reads the ON of a selection without one as that of a join.
    statement = text(
        f"INSERT INTO events ({', '.join(_COLUMNS)}, stored_at) "  # noqa: S608 - words of this file
        f"SELECT {values}, :stored_at FROM {unfolded} WHERE true ON CONFLICT (event_id) DO NOTHING RETURNING seq"
    )
    return statement.bindparams(bindparam("stored_at", type_=EventRow.stored_at.type))
