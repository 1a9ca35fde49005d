"""Schema 3, as the release 0.1.0 made it: the tables of gates, cameras, decisions, events, keys and the audit log."""

import sqlalchemy as sa
from alembic import op

from pipelines.records.migrations.columns import COUNTER, TIME, column, numbered, optional


def create() -> None:
    """Make the tables, those that others refer to first."""
    _api_keys()
    _audit()
    _audit_head()
    _barrier_commands()
    _events()
    _idempotency()
    _store_facts()
    _decisions()
    _gates()
    _cameras()


def _api_keys() -> None:
    numbered(
        "api_keys",
        column("id", sa.String()),
        column("name", sa.String()),
        column("secret_hash", sa.LargeBinary()),
        column("scopes", sa.JSON()),
        column("purposes", sa.JSON()),
        column("created_at", TIME),
        optional("expires_at", TIME),
        optional("revoked_at", TIME),
        sa.UniqueConstraint("id"),
    )


def _audit() -> None:
    numbered(
        "audit",
        column("at", TIME),
        column("actor", sa.String()),
        column("action", sa.String()),
        optional("target", sa.String()),
        column("details", sa.Text()),
        column("previous_hash", sa.LargeBinary()),
        column("hash", sa.LargeBinary()),
    )


def _audit_head() -> None:
    op.create_table(
        "audit_head",
        column("id", sa.Integer(), autoincrement=False),
        column("seq", COUNTER),
        column("hash", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
    )


def _barrier_commands() -> None:
    numbered(
        "barrier_commands",
        column("id", sa.String()),
        column("gate_id", sa.String()),
        optional("decision_id", sa.String()),
        column("manual", sa.Boolean()),
        column("actor", sa.String()),
        column("reason", sa.String()),
        column("created_at", TIME),
        column("expires_at", TIME),
        column("outcome", sa.String()),
        optional("settled_at", TIME),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_barrier_commands_created_at", "barrier_commands", ["created_at"])
    op.create_index("ix_barrier_commands_gate_id", "barrier_commands", ["gate_id"])


def _events() -> None:
    numbered(
        "events",
        column("event_id", sa.String()),
        column("kind", sa.String()),
        optional("purpose", sa.String()),
        optional("camera_id", sa.String()),
        optional("gate_id", sa.String()),
        optional("subject_id", sa.String()),
        optional("plate_hash", sa.String(length=64)),
        column("body", sa.Text()),
        column("stored_at", TIME),
        sa.UniqueConstraint("event_id"),
    )
    op.create_index("ix_events_plate_hash", "events", ["plate_hash"])
    op.create_index("ix_events_stored_at", "events", ["stored_at"])
    op.create_index("ix_events_subject_id", "events", ["subject_id"])


def _idempotency() -> None:
    numbered(
        "idempotency",
        column("key_id", sa.String()),
        column("key_hash", sa.String(length=64)),
        column("fingerprint", sa.String(length=64)),
        column("token", sa.String()),
        column("started_at", TIME),
        optional("subject_id", sa.String()),
        optional("status", sa.Integer()),
        optional("content_type", sa.String()),
        optional("body", sa.LargeBinary()),
        sa.UniqueConstraint("key_id", "key_hash"),
    )
    op.create_index("ix_idempotency_started_at", "idempotency", ["started_at"])
    op.create_index("ix_idempotency_subject_id", "idempotency", ["subject_id"])


def _store_facts() -> None:
    op.create_table(
        "store_facts",
        column("name", sa.String(length=64)),
        column("value", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("name"),
    )


def _decisions() -> None:
    numbered(
        "decisions",
        column("id", sa.String()),
        column("gate_id", sa.String()),
        column("purpose", sa.String()),
        column("decision", sa.String()),
        column("reason", sa.String()),
        optional("score", sa.Double()),
        optional("threshold", sa.Double()),
        optional("subject_id", sa.String()),
        optional("model_id", sa.String()),
        optional("camera_id", sa.String()),
        column("created_at", TIME),
        column("expires_at", TIME),
        column("shadow", sa.Boolean()),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], ondelete="SET NULL"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_decisions_created_at", "decisions", ["created_at"])
    op.create_index("ix_decisions_gate_id", "decisions", ["gate_id"])
    op.create_index("ix_decisions_subject_id", "decisions", ["subject_id"])


def _gates() -> None:
    numbered(
        "gates",
        column("id", sa.String()),
        column("gallery_id", sa.String()),
        column("mode", sa.String()),
        column("liveness", sa.String()),
        column("target_fmr", sa.Double()),
        column("shadow", sa.Boolean()),
        optional("camera_id", sa.String()),
        optional("margin", sa.Double()),
        optional("decision_ttl_s", sa.Double()),
        optional("barrier", sa.LargeBinary()),
        column("created_at", TIME),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["galleries.id"],
        ),
        sa.UniqueConstraint("id"),
    )


def _cameras() -> None:
    numbered(
        "cameras",
        column("id", sa.String()),
        column("url", sa.LargeBinary()),
        column("lane", sa.String()),
        optional("gate_id", sa.String()),
        optional("fps", sa.Double()),
        optional("lane_id", sa.String()),
        optional("street", sa.Text()),
        column("created_at", TIME),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.id"],
        ),
        sa.UniqueConstraint("id"),
    )
