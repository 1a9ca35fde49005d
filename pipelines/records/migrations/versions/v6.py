"""Schema 6: the counts of lines."""

import sqlalchemy as sa
from alembic import op

from pipelines.records.migrations.columns import TIME, column, numbered

revision = "6"
down_revision = "5"


def upgrade() -> None:
    """Make the table."""
    numbered(
        "street_line_counts",
        column("camera_id", sa.String()),
        column("line", sa.String()),
        column("begins_at", TIME),
        column("ends_at", TIME),
        column("seen_s", sa.Double()),
        column("passed", sa.JSON()),
        sa.UniqueConstraint("camera_id", "begins_at", "line"),
    )
    op.create_index("ix_street_line_counts_begins_at", "street_line_counts", ["begins_at"])
