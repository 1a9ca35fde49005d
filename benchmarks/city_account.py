"""What became of a city's records: which of them the database has, how often, and how long each took to get there."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import select, text

from benchmarks.city_records import MIX
from pipelines.records.database import Database
from pipelines.records.store import Store
from pipelines.records.street_tables import IncidentRow
from pipelines.records.tables import EventRow


@dataclass(frozen=True, slots=True)
class Account:
    """Records by what became of them.

    Attributes:
        stored: offered, and in the database.
        lost: acknowledged to who offered them, and not in the database.
        duplicated: copies beyond the first one.
        strange: in the database, and never offered.
    """

    stored: int
    lost: int
    duplicated: int
    strange: int

    @classmethod
    def of(cls, offered: Collection[str], refused: Collection[str], found: Mapping[str, int]) -> "Account":
        """The account of records by their ids.

        Args:
            offered: all of them, each once.
            refused: those of them of which who offered them was told that they were not taken.
            found: id -> how often the database has it.
        """
        wanted = set(offered)
        return cls(
            stored=sum(one in found for one in wanted),
            lost=sum(one not in found for one in wanted - set(refused)),
            duplicated=sum(times - 1 for times in found.values()),
            strange=sum(one not in wanted for one in found),
        )


def found_in(store: Store) -> Counter[str]:
    """Record id -> how often it is there: events as they were told, incidents by their cameras' references."""
    as_told = [kind for kind in MIX if kind != "incident.reported"]
    with store.backing.database.reading() as session:
        found = Counter(session.scalars(select(EventRow.event_id).where(EventRow.kind.in_(as_told))))
        found.update(one for one in session.scalars(select(IncidentRow.reference)) if one is not None)
    return found


def size_bytes(database: Database) -> int:
    """Of the whole database, its indexes and everything but logs included."""
    if database.file is None:
        asked = "SELECT pg_database_size(current_database())"
    else:
        asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    with closing(database.engine.connect()) as connection:
        return int(connection.execute(text(asked)).scalar_one())


def lags_s(due_s: npt.NDArray[np.float64], ids: Iterable[str], committed_s: Mapping[str, float]) -> list[float]:
    """Seconds from the moment at which each record was to be offered to its commit, of those that were committed.

    Args:
        due_s: (R,) when each is offered first.
        ids: (R,) by which it was committed.
        committed_s: id -> when, on the same clock.
    """
    return [committed_s[one] - float(due) for due, one in zip(due_s, ids, strict=True) if one in committed_s]
