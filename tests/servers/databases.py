"""Which databases the tests of the records run on."""

import pytest

ON_BOTH = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
"""On SQLite and PostgreSQL; for tests whose folder has a fixture `database_kind`."""
