"""A new store's tables, the check that an old store's are ours, and its upgrade from an earlier release."""

import sqlite3
from collections.abc import Mapping

from sqlalchemy import Connection, inspect, select
from sqlalchemy.orm import Session

from pipelines.records import migrations
from pipelines.records.database import Database
from pipelines.records.engines import lock_schema
from pipelines.records.facts import SCHEMA_VERSION
from pipelines.records.tables import AuditHeadRow, Base, StoreFactRow
from pipelines.records.traces import copy_sqlite
from pipelines.records.vault import Vault
from vision.errors import ConfigurationError

NO_HASH = bytes(32)
_VERSION_TABLE = "alembic_version"


def prepare_schema(database: Database, master_key: bytes) -> Vault:
    """The store's vault; a store that is missing is made, and one of an earlier release upgraded, as a whole.

    Before SQLite's tables are changed, the file is copied to FILE.schema-N beside it, to go back to; the copy goes
    with the first removal of something personal, for that lies in it too, and after a week. Of PostgreSQL make a
    backup yourself. One that fails leaves the store as it was.

    Raises:
        ConfigurationError: a later version made the store, or there is no room for the copy.
        WrongMasterKey: the store was made with another master key, perhaps by another process just now.
    """
    with database.writer.begin() as connection:
        lock_schema(connection)
        facts = _facts(connection)
        if not facts:
            _make(connection, Vault.for_new_store(master_key))
            facts = _facts(connection)
        # A wrong key is told before anything is upgraded.
        vault = Vault.opening(master_key, facts)
        _upgrade(database, connection, facts[SCHEMA_VERSION].decode())
        with Session(connection) as session:
            database.epoch = session.scalars(select(AuditHeadRow.epoch)).one()
    # The canary must lie in the file itself, where `read_facts` looks for it.
    database.clear_traces()
    return vault


def _facts(connection: Connection) -> dict[str, bytes]:
    """What the store says of itself; empty where there is none."""
    if not inspect(connection).has_table(StoreFactRow.__tablename__):
        return {}
    with Session(connection) as session:
        return {row.name: row.value for row in session.scalars(select(StoreFactRow))}


def _make(connection: Connection, vault: Vault) -> None:
    version = migrations.latest()
    Base.metadata.create_all(connection)
    migrations.stamp(connection, version)
    with Session(connection) as session:
        session.add(AuditHeadRow(id=1, seq=0, hash=NO_HASH))
        put_facts(session, vault.facts() | {SCHEMA_VERSION: version.encode()})


def put_facts(session: Session, facts: Mapping[str, bytes]) -> None:
    """Have the store say these of itself, in place of what it said under the same names."""
    for name, value in facts.items():
        session.merge(StoreFactRow(name=name, value=value))
    session.flush()


def _upgrade(database: Database, connection: Connection, found: str) -> None:
    wanted = migrations.latest()
    if found == wanted:
        return
    if found not in migrations.known():
        raise ConfigurationError(f"store: wanted schema {migrations.FIRST} to {wanted}, got {found}")
    _keep_copy(database, found)
    if not inspect(connection).has_table(_VERSION_TABLE):
        migrations.stamp(connection, migrations.FIRST)
    migrations.upgrade(connection)
    # Releases before Alembic look here, and refuse.
    with Session(connection) as session:
        put_facts(session, {SCHEMA_VERSION: wanted.encode()})


def _keep_copy(database: Database, version: str) -> None:
    if database.file is None:
        return
    copy = database.file.with_name(f"{database.file.name}.schema-{version}")
    try:
        copy_sqlite(database.file, copy)
    except sqlite3.OperationalError as error:
        copy.unlink(missing_ok=True)
        raise ConfigurationError(f"{copy}: wanted a copy of the store before its upgrade, got {error}") from error
