"""Schema 3: the release 0.1.0. Stores of it have no version table of Alembic's, only their fact `schema_version`."""

from pipelines.records.migrations import v3_house, v3_parking, v3_people, v3_street

revision = "3"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    v3_people.create()
    v3_house.create()
    v3_parking.create()
    v3_street.create()
