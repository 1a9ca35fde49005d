"""`citygate worker` and `citygate supervise`, as a user starts them: killed, taken over, started again, stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.records.gate_values import Camera
from pipelines.records.store import Store
from pipelines.settings import Settings, utc_now
from pipelines.shards.membership import TAKEOVER_S, open_membership
from pipelines.shards.rendezvous import share
from pipelines.shards.reports import MemberReport
from tests.pipelines.ingest.fakes import until
from tests.pipelines.ingest.films import write_film
from tests.servers.redis import redis_server

ROOT = Path(__file__).parents[3]
PATIENCE_S = 300.0
"""A process of many libraries begins slowly on a busy machine."""
CAMERAS = frozenset(f"lot-{number}" for number in range(5))


@dataclass
class Fleet:
    """An installation with five plate cameras that never end, and its `citygate` command.

    Attributes:
        folder: from which commands are started; `home` is named relative to it.
    """

    folder: Path
    bus_url: str | None = None

    @property
    def settings(self) -> Settings:
        return Settings(home=self.folder / "home", bus_url=self.bus_url)

    def add_cameras(self) -> None:
        film = write_film(self.folder / "film.mp4", 40)
        with closing(Store.open(self.settings)) as store:
            for camera_id in sorted(CAMERAS):
                url = f"{film.as_uri()}?play=loop"
                store.cameras.create(Camera(camera_id, url, "plate", utc_now(), fps=2), actor="test")

    @contextmanager
    def command(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """`citygate WORDS`, killed at the end."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CITYGATE_HOME": "home",
            "CITYGATE_WORKER_LANES": '["plate"]',
            "CITYGATE_SOURCE_FOLDERS": json.dumps([str(self.folder)]),
            **({"CITYGATE_BUS_URL": self.bus_url} if self.bus_url else {}),
        }
        command = [sys.executable, str(ROOT / "citygate.py"), *words]
        with subprocess.Popen(command, cwd=self.folder, env=environment) as running:  # noqa: S603 - our own command
            try:
                yield running
            finally:
                running.kill()

    def reports(self) -> Mapping[str, MemberReport]:
        """What everybody who is alive said last."""
        with closing(open_membership(self.settings)) as membership:
            return {one.name: one for one in membership.reports()}

    def process_of(self, name: str) -> int | None:
        """The number of the member's process; None while nobody of that name is heard of."""
        report = self.reports().get(name)
        return None if report is None else report.pid

    def at_work(self, name: str) -> set[str]:
        """The cameras of which the worker analyses frames."""
        report = self.reports().get(name)
        return set() if report is None else {one.camera_id for one in report.cameras if one.frames_analysed}

    def assert_nothing_is_held(self) -> None:
        """Who stopped in order told of each camera's end, gave all leases back, and is gone."""
        assert self.reports() == {}
        with closing(open_membership(self.settings)) as membership:
            assert membership.claim(CAMERAS, "anybody") == CAMERAS
        with closing(Store.open(self.settings)) as store:
            last = {one.event.camera_id: one.event.state for one in store.events.list(limit=500)}
        assert last == dict.fromkeys(CAMERAS, "stopped")


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Its members are in a folder of this machine."""
    fleet = Fleet(tmp_path)
    fleet.add_cameras()
    return fleet


@pytest.fixture
def wide_fleet(fleet: Fleet) -> Iterator[Fleet]:
    """Its members are in Redis."""
    with redis_server(fleet.folder / "redis") as server:
        fleet.bus_url = server.url
        yield fleet


@pytest.mark.redis
def test_a_killed_workers_cameras_are_analysed_by_another_in_the_stated_time(wide_fleet: Fleet) -> None:
    fleet = wide_fleet
    with fleet.command("worker", "--name", "a") as survivor, fleet.command("worker", "--name", "b") as other:
        until(lambda: fleet.at_work("a") == share("a", "ab", CAMERAS), PATIENCE_S)
        until(lambda: fleet.at_work("b") == share("b", "ab", CAMERAS), PATIENCE_S)
        assert share("b", "ab", CAMERAS)
        other.send_signal(signal.SIGKILL)
        killed_s = time.monotonic()
        until(lambda: fleet.at_work("a") == CAMERAS, PATIENCE_S)
        assert time.monotonic() - killed_s <= TAKEOVER_S
        assert set(fleet.reports()) == {"a"}
        survivor.send_signal(signal.SIGTERM)
        assert survivor.wait(PATIENCE_S) == 0
    fleet.assert_nothing_is_held()


def test_a_supervisor_starts_a_killed_worker_again_and_stops_all_in_order(fleet: Fleet) -> None:
    with fleet.command("supervise", "--workers", "1", "--prefix", "hall") as supervisor:
        until(lambda: fleet.at_work("hall-1") == CAMERAS, PATIENCE_S)
        first = fleet.reports()["hall-1"]
        assert fleet.reports()["hall-supervisor"].pid == supervisor.pid
        os.kill(first.pid, signal.SIGKILL)
        until(lambda: fleet.process_of("hall-1") not in (None, first.pid), PATIENCE_S)
        until(lambda: fleet.at_work("hall-1") == CAMERAS, PATIENCE_S)
        child = fleet.reports()["hall-supervisor"].children["hall-1"]
        assert (child.state, child.starts, child.reason) == ("running", 2, "exit:-9")
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(PATIENCE_S) == 0
    fleet.assert_nothing_is_held()
