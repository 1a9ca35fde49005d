"""Schema 3, as the release 0.1.0 made it: the tables of parking."""

import sqlalchemy as sa
from alembic import op

from pipelines.records.migrations.columns import TIME, column, numbered, optional


def create() -> None:
    """Make the tables, those that others refer to first."""
    _parking_lots()
    _parking_rates()
    _parking_observations()
    _parking_rights()
    _parking_sessions()
    _parking_evidence()
    _parking_lanes()
    _parking_payments()
    _parking_right_plates()


def _parking_lots() -> None:
    numbered(
        "parking_lots",
        column("id", sa.String()),
        column("title", sa.String()),
        column("rate_id", sa.String()),
        optional("capacity", sa.Integer()),
        column("anti_passback", sa.String()),
        column("visitors", sa.Boolean()),
        column("retention_days", sa.Integer()),
        optional("decision_ttl_s", sa.Double()),
        column("keep_evidence", sa.Boolean()),
        column("offline_ttl_h", sa.Double()),
        column("purpose", sa.String()),
        column("adjustment", sa.Integer()),
        column("created_at", TIME),
        sa.UniqueConstraint("id"),
    )


def _parking_rates() -> None:
    numbered(
        "parking_rates",
        column("id", sa.String()),
        column("version", sa.Integer()),
        column("body", sa.Text()),
        column("created_at", TIME),
        sa.UniqueConstraint("id", "version"),
    )


def _parking_observations() -> None:
    numbered(
        "parking_observations",
        column("id", sa.String()),
        column("lot_id", sa.String()),
        column("lane_id", sa.String()),
        column("direction", sa.String()),
        optional("reading", sa.LargeBinary()),
        optional("plate_hash", sa.String(length=64)),
        column("confidence", sa.Double()),
        column("agreeing", sa.Integer()),
        optional("kind", sa.String()),
        column("seen_at", TIME),
        optional("camera_id", sa.String()),
        optional("visit", sa.String()),
        column("decision", sa.String()),
        column("reason", sa.String()),
        optional("session_id", sa.String()),
        optional("due", sa.String(32)),
        optional("currency", sa.String(length=3)),
        column("decided_at", TIME),
        column("expires_at", TIME),
        optional("resolved_at", TIME),
        sa.ForeignKeyConstraint(
            ["lot_id"],
            ["parking_lots.id"],
        ),
        sa.UniqueConstraint("camera_id", "visit"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_parking_observations_plate_hash", "parking_observations", ["plate_hash"])
    op.create_index("ix_parking_observations_seen", "parking_observations", ["lot_id", "decided_at"])
    op.create_index("ix_parking_observations_session_id", "parking_observations", ["session_id"])


def _parking_rights() -> None:
    numbered(
        "parking_rights",
        column("id", sa.String()),
        column("kind", sa.String()),
        optional("lot_id", sa.String()),
        column("lane_ids", sa.JSON()),
        column("valid_from", TIME),
        optional("valid_until", TIME),
        optional("max_inside", sa.Integer()),
        column("note", sa.LargeBinary()),
        column("created_at", TIME),
        sa.ForeignKeyConstraint(
            ["lot_id"],
            ["parking_lots.id"],
        ),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_parking_rights_lot_id", "parking_rights", ["lot_id"])
    op.create_index("ix_parking_rights_valid_until", "parking_rights", ["valid_until"])


def _parking_sessions() -> None:
    numbered(
        "parking_sessions",
        column("id", sa.String()),
        column("lot_id", sa.String()),
        column("plate", sa.LargeBinary()),
        column("plate_hash", sa.String(length=64)),
        optional("kind", sa.String()),
        column("state", sa.String()),
        optional("entered_at", TIME),
        optional("entry_lane_id", sa.String()),
        optional("left_at", TIME),
        optional("exit_lane_id", sa.String()),
        optional("right_id", sa.String()),
        column("rate_id", sa.String()),
        column("rate_version", sa.Integer()),
        column("currency", sa.String(length=3)),
        optional("fee", sa.String(32)),
        optional("covered_until", TIME),
        optional("closed_at", TIME),
        sa.ForeignKeyConstraint(
            ["lot_id"],
            ["parking_lots.id"],
        ),
        sa.UniqueConstraint("id"),
    )
    op.create_index(
        "ix_parking_sessions_ended",
        "parking_sessions",
        ["lot_id", "closed_at"],
        sqlite_where=sa.text("closed_at IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.create_index("ix_parking_sessions_plate", "parking_sessions", ["plate_hash", "seq"])
    op.create_index(
        "ix_parking_sessions_right",
        "parking_sessions",
        ["right_id"],
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_parking_sessions_open",
        "parking_sessions",
        ["lot_id", "plate_hash"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _parking_evidence() -> None:
    numbered(
        "parking_evidence",
        column("id", sa.String()),
        column("observation_id", sa.String()),
        column("wrapped", sa.LargeBinary()),
        column("created_at", TIME),
        sa.ForeignKeyConstraint(["observation_id"], ["parking_observations.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("observation_id"),
    )


def _parking_lanes() -> None:
    numbered(
        "parking_lanes",
        column("lot_id", sa.String()),
        column("id", sa.String()),
        column("kind", sa.String()),
        optional("gate_id", sa.String()),
        optional("barrier", sa.LargeBinary()),
        column("created_at", TIME),
        sa.ForeignKeyConstraint(
            ["gate_id"],
            ["gates.id"],
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"],
            ["parking_lots.id"],
        ),
        sa.UniqueConstraint("lot_id", "id"),
    )


def _parking_payments() -> None:
    numbered(
        "parking_payments",
        column("id", sa.String()),
        column("session_id", sa.String()),
        column("reference", sa.String()),
        column("currency", sa.String(length=3)),
        column("amount", sa.String(32)),
        column("paid_at", TIME),
        column("due_after", sa.String(32)),
        column("overpaid", sa.String(32)),
        optional("covered_until", TIME),
        sa.ForeignKeyConstraint(["session_id"], ["parking_sessions.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("ix_parking_payments_session_id", "parking_payments", ["session_id"])


def _parking_right_plates() -> None:
    numbered(
        "parking_right_plates",
        column("right_id", sa.String()),
        column("plate", sa.LargeBinary()),
        column("plate_hash", sa.String(length=64)),
        sa.ForeignKeyConstraint(["right_id"], ["parking_rights.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("right_id", "plate_hash"),
    )
    op.create_index("ix_parking_right_plates_plate_hash", "parking_right_plates", ["plate_hash"])
