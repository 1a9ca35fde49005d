"""Schema 3, as the release 0.1.0 made it: the tables of the street."""

import sqlalchemy as sa
from alembic import op

from pipelines.records.migrations.columns import TIME, column, numbered, optional


def create() -> None:
    """Make the tables, those that others refer to first."""
    _street_cases()
    _street_suppressions()
    _street_incidents()
    _street_pictures()
    _street_transitions()
    _street_views()


def _street_cases() -> None:
    numbered(
        "street_cases",
        column("id", sa.String()),
        column("kind", sa.String(length=16)),
        column("city", sa.String()),
        column("purpose", sa.String()),
        column("source", sa.String()),
        column("state", sa.String()),
        column("opened_at", TIME),
        column("last_seen_at", TIME),
        optional("camera_id", sa.String()),
        optional("zone", sa.String()),
        optional("box", sa.JSON(none_as_null=True)),
        optional("place", sa.LargeBinary()),
        column("count", sa.Integer()),
        optional("due_at", TIME),
        column("extensions", sa.Integer()),
        optional("assignee", sa.String()),
        optional("handled_at", TIME),
        optional("verified_at", TIME),
        optional("witness", sa.String()),
        optional("ended_at", TIME),
        column("false_alarm", sa.Boolean()),
        column("reworks", sa.Integer()),
        sa.UniqueConstraint("id"),
    )
    op.create_index(
        "ix_street_cases_due",
        "street_cases",
        ["due_at"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_street_cases_ended",
        "street_cases",
        ["ended_at"],
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index("ix_street_cases_opened_at", "street_cases", ["opened_at"])
    op.create_index("ix_street_cases_place", "street_cases", ["camera_id", "kind", "seq"])
    op.create_index("ix_street_cases_state", "street_cases", ["state"])


def _street_suppressions() -> None:
    numbered(
        "street_suppressions",
        column("id", sa.String()),
        column("camera_id", sa.String()),
        optional("zone", sa.String()),
        column("kind", sa.String(length=16)),
        column("city", sa.String()),
        column("purpose", sa.String()),
        column("case_id", sa.String()),
        column("created_at", TIME),
        column("created_by", sa.String()),
        column("expires_at", TIME),
        column("count", sa.Integer()),
        optional("last_at", TIME),
        optional("lifted_at", TIME),
        optional("lifted_by", sa.String()),
        optional("lifted_why", sa.String()),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_street_suppressions_expires_at", "street_suppressions", ["expires_at"])
    op.create_index("ix_street_suppressions_place", "street_suppressions", ["camera_id", "kind"])


def _street_incidents() -> None:
    numbered(
        "street_incidents",
        column("id", sa.String()),
        column("kind", sa.String(length=16)),
        column("city", sa.String()),
        column("purpose", sa.String()),
        column("source", sa.String()),
        optional("camera_id", sa.String()),
        optional("zone", sa.String()),
        optional("box", sa.JSON(none_as_null=True)),
        optional("confidence", sa.Double()),
        optional("place", sa.LargeBinary()),
        column("seen_at", TIME),
        optional("reference", sa.String()),
        column("reported_by", sa.String()),
        column("fate", sa.String()),
        optional("case_id", sa.String()),
        optional("suppression_id", sa.String()),
        column("recorded_at", TIME),
        sa.ForeignKeyConstraint(["case_id"], ["street_cases.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("reported_by", "reference"),
    )
    op.create_index("ix_street_incidents_camera", "street_incidents", ["camera_id", "seq"])
    op.create_index("ix_street_incidents_case_id", "street_incidents", ["case_id"])
    op.create_index("ix_street_incidents_recorded_at", "street_incidents", ["recorded_at"])


def _street_pictures() -> None:
    numbered(
        "street_pictures",
        column("id", sa.String()),
        column("case_id", sa.String()),
        optional("incident_id", sa.String()),
        column("role", sa.String()),
        column("wrapped", sa.LargeBinary()),
        column("created_at", TIME),
        sa.ForeignKeyConstraint(["case_id"], ["street_cases.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("incident_id"),
    )
    op.create_index("ix_street_pictures_case_id", "street_pictures", ["case_id"])


def _street_transitions() -> None:
    numbered(
        "street_transitions",
        column("case_id", sa.String()),
        column("at", TIME),
        column("actor", sa.String()),
        column("act", sa.String()),
        optional("before", sa.String()),
        column("after", sa.String()),
        column("why", sa.String()),
        column("details", sa.JSON()),
        sa.ForeignKeyConstraint(["case_id"], ["street_cases.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_street_transitions_case_id", "street_transitions", ["case_id"])


def _street_views() -> None:
    numbered(
        "street_views",
        column("case_id", sa.String()),
        column("camera_id", sa.String()),
        column("outcome", sa.String()),
        column("at", TIME),
        sa.ForeignKeyConstraint(["case_id"], ["street_cases.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_street_views_case_id", "street_views", ["case_id"])
