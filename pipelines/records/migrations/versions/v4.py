"""Schema 4: erasures are remembered, so that no backup brings anybody back; a store has epochs."""

import sqlalchemy as sa
from alembic import op

from pipelines.records.migrations.columns import COUNTER, TIME, column, numbered

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Add them; whom schema 3 erased is known from its audit log."""
    op.add_column("audit_head", column("epoch", COUNTER, server_default=sa.text("0")))
    numbered("erasures", column("kind", sa.String(32)), column("target", sa.String()), column("at", TIME))
    op.execute(
        "INSERT INTO erasures (kind, target, at) SELECT 'subject', target, at FROM audit "
        "WHERE action = 'subject.erased' AND target IS NOT NULL ORDER BY seq"
    )
