"""Worker processes that are killed, over a real Redis and a real store: their cameras move, and nobody runs twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pipelines.networks import Networks
from pipelines.records.gate_values import Camera
from pipelines.records.store import Store
from pipelines.settings import Settings, utc_now
from pipelines.shards.membership import Membership, open_membership
from pipelines.shards.rendezvous import share
from pipelines.shards.reports import MemberReport
from pipelines.shards.worker import Worker
from tests.fake_plates import fake_plate_lane
from tests.fakes import FakeThresholds, fake_lane
from tests.pipelines.ingest.fakes import until
from tests.pipelines.ingest.films import write_film
from tests.servers.redis import redis_server
from vision.errors import ConfigurationError

pytestmark = pytest.mark.redis
ROOT = Path(__file__).parents[3]
SLOW_S = 300.0
"""A process of many libraries begins slowly on a busy machine."""
CAMERAS = [f"cam-{number}" for number in range(6)]
WORK = """
import sys, threading
from tests.pipelines.shards.test_worker_faults import open_worker
from pipelines.settings import Settings
open_worker(Settings.read(), sys.argv[1]).run(threading.Event())
"""


def open_worker(settings: Settings, name: str, membership: Membership | None = None) -> Worker:
    """One that finds nothing in any picture."""
    networks = Networks(fake_lane(), FakeThresholds(), (), fake_plate_lane())
    return Worker.open(settings, name, open_networks=lambda _: networks, membership=membership)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """An installation with six plate cameras that never end, and one whose film is damaged."""
    film, home = write_film(tmp_path / "film.mp4"), tmp_path / "home"
    (tmp_path / "damaged.mp4").write_bytes(film.read_bytes()[:900])
    with redis_server(tmp_path) as server:
        settings = Settings(home=home, bus_url=server.url, worker_lanes=("plate",), source_folders=(tmp_path,))
        with closing(Store.open(settings)) as store:
            for camera_id in CAMERAS:
                url = f"{film.as_uri()}?play=loop"
                store.cameras.create(Camera(camera_id, url, "plate", utc_now(), fps=2), actor="test")
            url = (tmp_path / "damaged.mp4").as_uri()
            store.cameras.create(Camera("damaged", url, "plate", utc_now()), actor="test")
        yield settings


@contextmanager
def process(settings: Settings, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own."""
    bus_url = "" if settings.bus_url is None else settings.bus_url.get_secret_value()
    environment = {
        **os.environ,
        "CITYGATE_HOME": str(settings.home),
        "CITYGATE_BUS_URL": bus_url,
        "CITYGATE_WORKER_LANES": '["plate"]',
        "CITYGATE_SOURCE_FOLDERS": f'["{settings.home.parent}"]',
    }
    with subprocess.Popen([sys.executable, "-c", WORK, name], cwd=ROOT, env=environment) as running:  # noqa: S603
        try:
            yield running
        finally:
            running.kill()


def test_a_killed_workers_cameras_are_taken_over_and_none_runs_twice(settings: Settings) -> None:
    everything = {*CAMERAS, "damaged"}
    with closing(open_membership(settings)) as membership, process(settings, "b") as other:

        def of(name: str) -> MemberReport | None:
            return next((one for one in membership.reports() if one.name == name), None)

        def cameras_of(name: str) -> set[str]:
            report = of(name)
            return set() if report is None else {one.camera_id for one in report.cameras}

        until(lambda: cameras_of("b") == everything, SLOW_S)
        survivor = open_worker(settings, "a")
        survivor.keeper.start()
        until(lambda: cameras_of("a") == share("a", "ab", everything), SLOW_S)
        until(lambda: cameras_of("b") == share("b", "ab", everything), SLOW_S)
        os.kill(other.pid, signal.SIGKILL)
        until(lambda: cameras_of("a") == everything, SLOW_S)
        states = survivor.assembly.cameras
        until(lambda: all(states.status(one).state == "running" for one in CAMERAS), SLOW_S)
        until(lambda: states.status("damaged").last_error == "damaged", SLOW_S)
        assert of("b") is None
        survivor.close()
        assert membership.reports() == ()
        assert membership.claim(everything, "anybody") == everything
    with closing(Store.open(settings)) as store:
        assert store.audit.verify_chain() is None
        told: dict[str | None, list[str | None]] = {}
        for one in store.events.list(limit=500):
            told.setdefault(one.event.camera_id, []).append(one.event.state)
    # Who gave a camera away had stopped it before the other began; who was killed could tell nobody.
    moved = share("a", "ab", CAMERAS)
    for camera_id in CAMERAS:
        between = ["stopped"] if camera_id in moved else []
        assert told[camera_id] == ["running", *between, "running", "stopped"]
    assert set(told["damaged"]) == {"lost", "stopped"}


def test_a_worker_without_lanes_of_its_own_refuses_to_begin(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="CITYGATE_WORKER_LANES"):
        open_worker(Settings(home=tmp_path), "a")
    with pytest.raises(ConfigurationError, match="--name"):
        open_worker(Settings(home=tmp_path, worker_lanes=("plate",)), "../a")
