"""Schema 3, as the release 0.1.0 made it: the tables of people and what rests on their consents."""

import sqlalchemy as sa
from alembic import op

from pipelines.records.migrations.columns import TIME, column, numbered, optional


def create() -> None:
    """Make the tables, those that others refer to first."""
    _data_keys()
    _galleries()
    _subjects()
    _consents()
    _photographs()
    _templates()


def _data_keys() -> None:
    numbered(
        "data_keys",
        column("subject_id", sa.String()),
        column("wrapped", sa.LargeBinary()),
        sa.UniqueConstraint("subject_id"),
    )


def _galleries() -> None:
    numbered(
        "galleries",
        column("id", sa.String()),
        column("purpose", sa.String()),
        column("title", sa.String()),
        optional("expires_at", TIME),
        column("keep_photographs", sa.Boolean()),
        column("created_at", TIME),
        sa.UniqueConstraint("id"),
    )


def _subjects() -> None:
    numbered(
        "subjects",
        column("id", sa.String()),
        column("label", sa.LargeBinary()),
        optional("external_ref", sa.LargeBinary()),
        optional("external_ref_hash", sa.String(length=64)),
        column("created_by", sa.String()),
        column("created_at", TIME),
        sa.UniqueConstraint("external_ref_hash"),
        sa.UniqueConstraint("id"),
    )


def _consents() -> None:
    numbered(
        "consents",
        column("id", sa.String()),
        column("subject_id", sa.String()),
        column("purpose", sa.String()),
        column("given_at", TIME),
        optional("expires_at", TIME),
        optional("withdrawn_at", TIME),
        column("evidence", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_consents_expires_at", "consents", ["expires_at"])
    op.create_index("ix_consents_purpose", "consents", ["purpose"])
    op.create_index("ix_consents_subject_id", "consents", ["subject_id"])


def _photographs() -> None:
    numbered(
        "photographs",
        column("id", sa.String()),
        column("subject_id", sa.String()),
        column("gallery_id", sa.String()),
        column("created_at", TIME),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["galleries.id"],
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_photographs_gallery_id", "photographs", ["gallery_id"])
    op.create_index("ix_photographs_subject_id", "photographs", ["subject_id"])


def _templates() -> None:
    numbered(
        "templates",
        column("subject_id", sa.String()),
        column("gallery_id", sa.String()),
        column("model_id", sa.String()),
        column("vector", sa.LargeBinary()),
        column("quality", sa.Double()),
        column("created_at", TIME),
        sa.ForeignKeyConstraint(
            ["gallery_id"],
            ["galleries.id"],
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_templates_space", "templates", ["gallery_id", "model_id", "seq"])
    op.create_index("ix_templates_subject_id", "templates", ["subject_id"])
