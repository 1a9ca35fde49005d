"""What records cost in SQLite: python deploy/measure_records.py FOLDER [N].

Bytes of a record in the event table with its indexes, and processor time of each kind as the database's side takes it
in: what travels through the bus's sink, up to 500 at once, and decisions one by one.
"""

import json
import random
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.city_day import DISTRICT_CAMERAS, camera_name
from benchmarks.city_records import MIX, decision_of, drawn_record, letter_of
from pipelines.bus.sink import StoreSink
from pipelines.events import Event
from pipelines.records.database import Database
from pipelines.records.store import Store
from pipelines.services.cases import CaseService, read_rules
from pipelines.settings import Settings, utc_now

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


def cpu_ms(home: Path, count: int) -> dict[str, float]:
    """Milliseconds of processor time a record of each kind, of `count` records in a new store."""
    settings = Settings(home=home)
    chance = random.Random(1)  # noqa: S311 - drawn data, no secret
    took: dict[str, float] = {}
    with closing(Store.open(settings)) as store:
        cases = CaseService(store, *read_rules(settings))
        sink = StoreSink(store, lambda report, camera_id: cases.report(report, actor=camera_id))
        for kind, percent in MIX.items():
            many = max(1, count * percent // 100)
            # Of the last minutes: a camera's report that is a month old is refused.
            drawn = [drawn_record(chance, kind, camera_name(number), utc_now()) for number in range(many)]
            begun = time.process_time()
            if kind == "face.decision":
                for one in drawn:
                    store.decisions.record(*decision_of(one))
            else:
                for first in range(0, many, BATCH):
                    sink.take([letter_of(one) for one in drawn[first : first + BATCH]])
            took[kind] = round((time.process_time() - begun) / many * 1e3, 3)
    return took


def main(folder: Path, count: int) -> None:
    """Measure and tell."""
    told = measure(folder / "bytes", count) | {"cpu_ms": cpu_ms(folder / "time", count)}
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    _, where, *more = sys.argv
    main(Path(where), int(more[0]) if more else 20_000)
