"""What every test may use: the shared pictures, when they lie beside the checkout, and a PostgreSQL of its own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.postgres import PostgresServer, find_binaries
from tests.servers.rtsp import bindings_are_here

SHARED = Path(__file__).parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A missing service skips its tests on a user's machine, and fails them in CI."""
    if os.environ.get("CI"):
        return
    present = {
        "shared_data": SHARED.is_dir(),
        "postgres": find_binaries() is not None,
        "redis": shutil.which("redis-server") is not None,
        "rtsp": bindings_are_here(),
    }
    wanted = {
        "shared_data": "needs ../shared/data",
        "postgres": "needs PostgreSQL: apt-get install postgresql",
        "redis": "needs Redis: apt-get install redis-server",
        "rtsp": "needs an RTSP server: apt-get install python3-gi gir1.2-gst-rtsp-server-1.0",
    }
    for item in items:
        for service, there in present.items():
            if service in item.keywords and not there:
                item.add_marker(pytest.mark.skip(reason=wanted[service]))


@pytest.fixture
def shared() -> Path:
    """The folder of shared pictures and public weights."""
    assert SHARED.is_dir(), f"wanted {SHARED}"
    return SHARED


@pytest.fixture(scope="session")
def converted_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CITYGATE_HOME whose cache of converted networks is filled once for all tests."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that lives as long as the tests do."""
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a new, empty database."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)
