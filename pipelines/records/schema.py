"""A new store's tables, and the check that an old store's are ours."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.records.database import CANARY, Database
from pipelines.records.tables import AuditHeadRow, Base, StoreFactRow
from pipelines.records.vault import Vault
from vision.errors import ConfigurationError

VERSION = b"3"
NO_HASH = bytes(32)


def prepare_schema(database: Database, vault: Vault) -> None:
    """Make what is missing, as a whole; a store that is there already stays as it is.

    Raises:
        ConfigurationError: the store was made by another version of the schema.
        WrongMasterKey: another process made the store meanwhile, with another master key.
    """
    with database.writer.begin() as connection:
        Base.metadata.create_all(connection)
        with Session(connection) as session:
            _write_facts(session, vault)
            facts = {row.name: row.value for row in session.scalars(select(StoreFactRow))}
    if facts["schema_version"] != VERSION:
        raise ConfigurationError(f"store: wanted schema {VERSION.decode()}, got {facts['schema_version'].decode()}")
    vault.check_canary(facts[CANARY])
    # The canary must lie in the file itself, where `read_canary` looks for it.
    database.clear_traces()


def _write_facts(session: Session, vault: Vault) -> None:
    if session.get(AuditHeadRow, 1) is not None:
        return
    session.add(AuditHeadRow(id=1, seq=0, hash=NO_HASH))
    session.add(StoreFactRow(name="schema_version", value=VERSION))
    session.add(StoreFactRow(name=CANARY, value=vault.new_canary()))
    session.flush()
