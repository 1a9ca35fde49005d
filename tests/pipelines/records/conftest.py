"""A real store with a clock that stands still: in a folder, or, for tests marked `ON_BOTH`, on PostgreSQL too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from pipelines.records.store import Store
from pipelines.records.tables import Base
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.garage import Garage
from tests.pipelines.ward import Ward
from tests.servers.postgres import PostgresServer


@pytest.fixture(autouse=True)
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, where a test is not marked `ON_BOTH`; autouse, so that every test may be."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def used_postgres(postgres_server: PostgresServer) -> str:
    """A database that many tests use, one after another."""
    return postgres_server.url(postgres_server.create_database())


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Of a PostgreSQL database that is a new store's; None for SQLite in the home."""
    if database_kind == "sqlite":
        yield None
        return
    url: str = request.getfixturevalue("used_postgres")
    yield url
    # Much sooner done than to make another database with all its tables.
    engine = create_engine(url)
    with engine.begin() as connection:
        tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_url: str | None) -> Settings:
    return Settings(home=tmp_path / "home", database_url=database_url)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(settings: Settings, clock: FakeClock) -> Iterator[Store]:
    """An open, empty store."""
    store = Store.open(settings, clock)
    yield store
    store.close()


@pytest.fixture
def garage(tmp_path: Path, database_url: str | None) -> Iterator[Garage]:
    """An open, empty parking lot."""
    garage = Garage(tmp_path, database_url=database_url)
    yield garage
    garage.close()


@pytest.fixture
def ward(tmp_path: Path, database_url: str | None) -> Iterator[Ward]:
    """An open case desk without cases."""
    ward = Ward(tmp_path, database_url=database_url)
    yield ward
    ward.close()
