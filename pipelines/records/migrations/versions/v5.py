"""Schema 5, for many processes on one store: outlets, leases, changes of templates, and dead letters."""

import sqlalchemy as sa
from alembic import op

from pipelines.records.migrations.columns import COUNTER, TIME, column, numbered, optional

revision = "5"
down_revision = "4"

_WORD = sa.String(64)


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _outlets()
    _outlet_deliveries()
    _template_changes()
    _dead_letters()
    op.create_table(
        "leases",
        column("name", _WORD),
        optional("holder", _WORD),
        column("beat", COUNTER),
        sa.PrimaryKeyConstraint("name"),
    )


def _outlets() -> None:
    numbered(
        "outlets",
        column("id", sa.String()),
        column("kind", _WORD),
        column("title", sa.String()),
        optional("target", sa.LargeBinary()),
        column("kinds", sa.JSON()),
        optional("camera_id", sa.String()),
        optional("gate_id", sa.String()),
        optional("lot_id", sa.String()),
        column("purposes", sa.JSON()),
        column("shadow", sa.Boolean()),
        optional("key_id", sa.String()),
        column("created_by", sa.String()),
        column("created_at", TIME),
        column("revision", sa.Integer()),
        column("cursor", COUNTER),
        optional("disabled", _WORD),
        column("head_tries", sa.Integer()),
        column("failures", sa.Integer()),
        optional("fault", _WORD),
        optional("failing_since", TIME),
        column("delivered", COUNTER),
        optional("delivered_at", TIME),
        column("failed", COUNTER),
        sa.UniqueConstraint("id"),
    )


def _outlet_deliveries() -> None:
    numbered(
        "outlet_deliveries",
        column("outlet_id", sa.String()),
        column("event_seq", COUNTER),
        column("event_id", sa.String()),
        column("state", _WORD),
        column("tries", sa.Integer()),
        column("fault", _WORD),
        column("set_aside_at", TIME),
        column("next_try_at", TIME),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("outlet_id", "event_seq"),
    )
    op.create_index("ix_outlet_deliveries_due", "outlet_deliveries", ["outlet_id", "state", "next_try_at"])


def _template_changes() -> None:
    numbered(
        "template_changes",
        column("gallery_id", sa.String()),
        column("model_id", sa.String()),
        column("template_id", COUNTER),
        column("removed", sa.Boolean()),
        column("at", TIME),
    )
    op.create_index("ix_template_changes_at", "template_changes", ["at"])
    op.create_index("ix_template_changes_space", "template_changes", ["gallery_id", "model_id", "seq"])


def _dead_letters() -> None:
    numbered(
        "dead_letters",
        column("id", sa.String()),
        column("letter_id", sa.String()),
        column("topic", sa.String()),
        column("sender", sa.String()),
        column("body", sa.Text()),
        column("reason", sa.String()),
        column("tries", sa.Integer()),
        column("died_at", TIME),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("letter_id"),
    )
    op.create_index("ix_dead_letters_died_at", "dead_letters", ["died_at"])
