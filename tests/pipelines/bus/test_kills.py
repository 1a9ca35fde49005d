"""kill -9 of who makes, carries and reads records, in mid-write, again and again: nothing acknowledged is lost.

`CITYGATE_KILL_ROUNDS=1000` makes it a long run; each round kills one process, and takes 0.15 s of waiting on average
beside the time in which the victim comes back: it is forked from a server that has imported everything.
"""

import multiprocessing
import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.pipelines.bus import crew
from tests.pipelines.bus.conftest import eventually
from tests.pipelines.bus.letters import camera_event
from tests.servers.redis import RedisServer

ROUNDS = int(os.environ.get("CITYGATE_KILL_ROUNDS", "5"))
RUN = 1_000_000
"""Numbers of one producer; the next one's begin behind them."""

pytestmark = pytest.mark.redis


class Crew:
    """A producer and a consumer, started anew whenever they were killed."""

    def __init__(self, folder: Path, server: RedisServer) -> None:
        self.home = folder / "home"
        self.acknowledged = folder / "acknowledged"
        self.folder = folder
        self.server = server
        self.processes: dict[str, BaseProcess] = {}
        self.producers = 0
        Store.open(Settings(home=self.home)).close()
        self._start = multiprocessing.get_context("forkserver")
        self._start.set_forkserver_preload([crew.__name__])

    def complete(self, posting: bool = True) -> None:
        """Start who is missing."""
        if "consumer" not in self.processes:
            self._run("consumer", crew.consume, self.home, self.server.url)
        if "producer" not in self.processes:
            self.producers += 1
            first = self.producers * RUN
            last = first + RUN if posting else first
            self._run("producer", crew.produce, self.folder, self.server.url, self.acknowledged, first, last)

    def kill(self, victim: str) -> None:
        """kill -9; a Redis server comes back empty."""
        if victim == "redis":
            self.server.kill()
            self.server.start()
            return
        process = self.processes.pop(victim)
        process.kill()
        process.join()

    def noted_bytes(self) -> int:
        """How long the list of what was acknowledged is: a look at it costs the same after a thousand rounds."""
        return self.acknowledged.stat().st_size if self.acknowledged.exists() else 0

    def count(self) -> int:
        """Events in the database."""
        with closing(sqlite3.connect(self.home / "citygate.db")) as database:
            return int(database.execute("SELECT count(*) FROM events").fetchone()[0])

    def stored(self) -> list[str]:
        """The ids of all events in the database, as often as they are there."""
        with closing(sqlite3.connect(self.home / "citygate.db")) as database:
            return [row[0] for row in database.execute("SELECT event_id FROM events")]

    def dead(self) -> int:
        """Dead letters."""
        with closing(sqlite3.connect(self.home / "citygate.db")) as database:
            return int(database.execute("SELECT count(*) FROM dead_letters").fetchone()[0])

    def _run(self, name: str, target: object, *args: object) -> None:
        process = self._start.Process(target=target, args=args, daemon=True)
        process.start()
        self.processes[name] = process


@pytest.fixture
def crewed(tmp_path: Path, redis: RedisServer) -> Iterator[Crew]:
    crewed = Crew(tmp_path, redis)
    yield crewed
    for name in list(crewed.processes):
        crewed.kill(name)


@pytest.mark.parametrize("victims", [("consumer",), ("producer",), ("redis",), ("consumer", "producer", "redis")])
def test_nothing_acknowledged_is_lost_or_there_twice_however_often_somebody_is_killed(
    crewed: Crew, victims: tuple[str, ...]
) -> None:
    chance = random.Random(7)
    crewed.complete()
    eventually(lambda: crewed.count() > 0)
    for _ in range(ROUNDS):
        before = crewed.noted_bytes()
        time.sleep(chance.uniform(0.0, 0.3))
        crewed.kill(chance.choice(victims))
        crewed.complete()
        eventually(lambda before=before: crewed.noted_bytes() > before)
    crewed.kill("producer")
    crewed.complete(posting=False)
    wanted = {camera_event(number).event_id for number in crew.numbers_in(crewed.acknowledged)}
    assert len(wanted) >= ROUNDS * crew.AT_ONCE
    # What the killed left behind is all to be read: the more rounds, the more.
    timeout_s = 120 + ROUNDS
    eventually(lambda: crewed.count() >= len(wanted) and wanted <= set(crewed.stored()), timeout_s)
    stored = crewed.stored()
    assert len(stored) == len(set(stored))
    assert crewed.dead() == 0
