"""What the migrations write their tables with; frozen, for history does not change when the models do."""

from typing import Any

import sqlalchemy as sa
from alembic import op

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def column(name: str, kind: Any, *more: Any, **options: Any) -> sa.Column[Any]:
    """A column that always has a value."""
    return sa.Column(name, kind, *more, nullable=False, **options)


def optional(name: str, kind: Any, *more: Any, **options: Any) -> sa.Column[Any]:
    """A column that may be NULL."""
    return sa.Column(name, kind, *more, nullable=True, **options)


def numbered(name: str, *parts: Any) -> None:
    """Make a table whose rows are counted in `seq`, a number that is never used twice."""
    seq = sa.Column("seq", COUNTER, primary_key=True, autoincrement=True)
    op.create_table(name, *parts, seq, sqlite_autoincrement=True)
