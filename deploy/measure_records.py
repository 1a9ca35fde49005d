"""Bytes that a record takes in SQLite's event table with its indexes: python deploy/measure_records.py FOLDER [N]."""

import json
import random
import sys
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.events import Event, EventKind, event_id
from pipelines.records.database import Database
from pipelines.records.store import Store
from pipelines.settings import Settings

BEGINS_AT = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
# A city's day by kind, in per cent: nine records in ten are plates at gates and checkpoints.
MIX: dict[EventKind, int] = {"plate.read": 90, "incident.reported": 4, "camera.state": 4, "face.decision": 2}
BATCH = 500


def draw(chance: random.Random, number: int) -> Event:
    """A record as the lanes write it, with ids as long as real ones."""

    def digits(count: int) -> str:
        return f"{chance.getrandbits(4 * count):0{count}x}"

    (kind,) = chance.choices(list(MIX), list(MIX.values()))
    camera = f"district-07-cam-{chance.randrange(25_000):05d}"
    told: dict[EventKind, dict[str, object]] = {
        "plate.read": {"purpose": "parking", "plate_hash": digits(64), "score": 0.9871, "direction": "approaching"},
        "incident.reported": {
            "purpose": "street",
            "incident_id": f"inc_{digits(20)}",
            "case_id": f"cas_{digits(20)}",
            "incident_kind": "06036",
            "zone": "pavement",
            "state": "opened",
        },
        "camera.state": {"state": "live"},
        "face.decision": {
            "purpose": "metro-access",
            "gate_id": "gate-12",
            "subject_id": f"sub_{digits(20)}",
            "decision_id": f"dec_{digits(20)}",
            "decision": "accepted",
            "reason": "match",
            "score": 0.9612,
        },
    }
    identity = event_id(camera, uuid.UUID(int=chance.getrandbits(128)).hex, kind)
    at = BEGINS_AT + timedelta(milliseconds=50 * number)
    return Event.model_validate(
        {"event_id": identity, "kind": kind, "occurred_at": at, "camera_id": camera} | told[kind]
    )


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
