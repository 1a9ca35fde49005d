"""The one home of the schema's history, run by Alembic.

A change of the tables is a change of the models and one more file in `versions`, written by hand and named by its
number; a test compares the two on SQLite and PostgreSQL. New stores are made from the models at once.
"""

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

FIRST = "3"
"""The oldest schema that can be upgraded."""


def latest() -> str:
    """The schema that this version of the code works with."""
    return _script().get_current_head() or ""


def known() -> tuple[str, ...]:
    """Every schema in the history, the newest first."""
    return tuple(one.revision for one in _script().walk_revisions())


def stamp(connection: Connection, revision: str) -> None:
    """Have Alembic take the store for one of this schema."""
    MigrationContext.configure(connection).stamp(_script(), revision)


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables from what they are stamped as to a later schema, within the transaction of `connection`."""
    script = _script()

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return script._upgrade_revs(to, revision)

    with EnvironmentContext(Config(), script, fn=steps, destination_rev=to) as environment:
        # Both databases roll a change of tables back with its transaction; Alembic believes it of PostgreSQL only.
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()


def differences(connection: Connection, models: MetaData) -> list[Any]:
    """What Alembic would have to change for the tables to be as the models say."""
    return list(compare_metadata(MigrationContext.configure(connection), models))


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent))
