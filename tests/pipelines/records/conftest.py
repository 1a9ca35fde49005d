"""A real store in a folder, with a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.fakes import FakeClock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(settings: Settings, clock: FakeClock) -> Iterator[Store]:
    """An open, empty store."""
    store = Store.open(settings, clock)
    yield store
    store.close()
