"""What the doctor asks of the database, without changing it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from api.cli.findings import Finding
from pipelines.records import migrations
from pipelines.records.engines import sqlite_file
from pipelines.records.facts import SCHEMA_VERSION
from pipelines.records.tables import StoreFactRow
from vision.errors import ConfigurationError

MAX_SKEW_S = 2.0
"""Clocks further apart put events in a wrong order and let decisions expire too soon."""
OLDEST_POSTGRES = 14


def examine_database(url: str) -> Iterator[Finding]:
    """Whether it answers, which schema it holds, and on a server which release and clock it has; no secret is told."""
    try:
        file = sqlite_file(url)
    except (ArgumentError, NoSuchModuleError, ConfigurationError) as error:
        yield Finding("database", type(error).__name__, "CITYGATE_DATABASE_URL: sqlite or postgresql+psycopg://...")
        return
    if file is not None:
        yield _examine_file(file)
        return
    try:
        yield from _examine_server(url)
    except (SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        yield Finding(
            "database", reason, "start it, or correct CITYGATE_DATABASE_URL: host, port, user, password, name"
        )


def examine_skew(what: str, their_time_s: float, our_time_s: float) -> Finding:
    """Whether another machine's clock agrees with ours; both in seconds since 1970."""
    apart_s = abs(their_time_s - our_time_s)
    advice = "" if apart_s <= MAX_SKEW_S else "run chrony or systemd-timesyncd on both machines"
    return Finding(f"{what} clock", f"{apart_s:.1f} s from ours", advice)


def _examine_file(file: Path) -> Finding:
    if not file.exists():
        return Finding("database", f"{file} will be made at the first start")
    # Immutable: no lock, no log and no shared memory is made, whoever runs the doctor.
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as connection:
        try:
            row = connection.execute("SELECT value FROM store_facts WHERE name = ?", (SCHEMA_VERSION,)).fetchone()
        except sqlite3.OperationalError:  # no such table: the first start was cut off
            row = None
        except sqlite3.DatabaseError:
            return Finding(
                "database", f"{file} is no SQLite database", "move it away, or correct CITYGATE_DATABASE_URL"
            )
    return _schema(None if row is None else bytes(row[0]))


def _examine_server(url: str) -> Iterator[Finding]:
    engine = create_engine(url, hide_parameters=True, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            major = int((connection.dialect.server_version_info or (0,))[0])
            old = f"wanted PostgreSQL {OLDEST_POSTGRES} or newer: upgrade it" if major < OLDEST_POSTGRES else ""
            yield Finding("database", f"{connection.dialect.name} {major} answers", old)
            asked_s = time.time()
            their_s = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
            yield examine_skew("database", their_s, (asked_s + time.time()) / 2)
            if not inspect(connection).has_table(StoreFactRow.__tablename__):
                yield _schema(None)
                return
            yield _schema(connection.scalar(select(StoreFactRow.value).where(StoreFactRow.name == SCHEMA_VERSION)))
    finally:
        engine.dispose()


def _schema(found: bytes | None) -> Finding:
    latest = migrations.latest()
    if found is None:
        return Finding("schema", f"{latest} will be made at the first start")
    version = found.decode()
    if version == latest:
        return Finding("schema", version)
    if version in migrations.known():
        return Finding("schema", f"{version} becomes {latest} at the next start")
    return Finding("schema", f"wanted {migrations.FIRST} to {latest}, got {version}", "run the release that made it")
