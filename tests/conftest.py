"""What every test may use: the shared pictures, when they lie beside the checkout."""

import os
import shutil
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A missing service skips its tests on a user's machine, and fails them in CI."""
    there = {"shared_data": SHARED.is_dir(), "redis": shutil.which("redis-server") is not None}
    if os.environ.get("CI"):
        return
    for service in (name for name, found in there.items() if not found):
        skip = pytest.mark.skip(reason=f"needs {service}")
        for item in items:
            if service in item.keywords:
                item.add_marker(skip)


@pytest.fixture
def shared() -> Path:
    """The folder of shared pictures and public weights."""
    assert SHARED.is_dir(), f"wanted {SHARED}"
    return SHARED


@pytest.fixture(scope="session")
def converted_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CITYGATE_HOME whose cache of converted networks is filled once for all tests."""
    return tmp_path_factory.mktemp("home")
