"""A store, and a receiver that listens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.outlets.receivers import Receiver


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    """An open, empty store."""
    store = Store.open(Settings(home=tmp_path / "home"), clock)
    yield store
    store.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    receiver = Receiver()
    yield receiver
    receiver.close()
