"""Bytes that a record takes in SQLite's event table with its indexes: python deploy/measure_records.py FOLDER [N]."""

import json
import random
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.city_day import DISTRICT_CAMERAS, camera_name
from benchmarks.city_records import MIX, drawn_record
from pipelines.events import Event
from pipelines.records.database import Database
from pipelines.records.store import Store
from pipelines.settings import Settings

BEGINS_AT = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
BATCH = 500


def draw(chance: random.Random, number: int) -> Event:
    """A record of some camera of a district, of a kind as often as it is among a city's."""
    (kind,) = chance.choices(list(MIX), list(MIX.values()))
    camera = camera_name(chance.randrange(DISTRICT_CAMERAS))
    return drawn_record(chance, kind, camera, BEGINS_AT + timedelta(milliseconds=50 * number))


def measure(home: Path, count: int) -> dict[str, object]:
    """What `count` records take, table and indexes apart, in bytes a record."""
    settings = Settings(home=home)
    chance = random.Random(1)  # noqa: S311 - drawn data, no secret
    with closing(Store.open(settings)) as store, closing(Database(settings.sqlalchemy_url)) as database:
        for first in range(0, count, BATCH):
            with database.writing() as transaction:
                for number in range(first, min(count, first + BATCH)):
                    store.events.write(transaction, draw(chance, number))
        database.clear_traces()
        with closing(database.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT name, sum(pgsize) FROM dbstat WHERE name LIKE '%events%' GROUP BY name")
            parts = {name: round(size / count, 1) for name, size in cursor.fetchall()}
    return {"records": count, "bytes_per_record": round(sum(parts.values())), "parts": parts}


if __name__ == "__main__":
    _, folder, *more = sys.argv
    sys.stdout.write(json.dumps(measure(Path(folder), int(more[0]) if more else 20_000), indent=1) + "\n")
