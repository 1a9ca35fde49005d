"""Buses of both kinds, spools in a folder, and letters to put on them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pipelines.bus.bus import Bus
from pipelines.bus.memory import MemoryBus
from pipelines.bus.redis_address import RedisAddress
from pipelines.bus.redis_streams import RedisBus
from pipelines.bus.spool import Spool
from tests.servers.redis import RedisServer, redis_server

IDLE_S = 0.2
"""After which the buses of the tests let another reader have a letter."""


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A running, empty Redis server; in a short path, for its socket."""
    with TemporaryDirectory(prefix="cg-") as folder, redis_server(Path(folder)) as server:
        yield server


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def bus(request: pytest.FixtureRequest) -> Iterator[Bus]:
    """An empty bus of each kind."""
    if request.param == "memory":
        yield MemoryBus(claim_idle_s=IDLE_S)
        return
    server: RedisServer = request.getfixturevalue("redis")
    bus = RedisBus(RedisAddress.parse(server.url), claim_idle_s=IDLE_S)
    yield bus
    bus.close()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """An empty spool for 100 letters."""
    spool = Spool(tmp_path / "spool.db", 100)
    yield spool
    spool.close()


def eventually(holds: Callable[[], bool], timeout_s: float = 60.0) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)
