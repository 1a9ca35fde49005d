"""Cameras that are silent, hang, or play damaged films: their worker says so, and the others do not notice."""

import threading
from contextlib import closing
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from pipelines.ingest.status import CameraStatus
from pipelines.records.gate_values import Camera
from pipelines.records.store import Store
from pipelines.settings import Settings, utc_now
from pipelines.shards.keeper import Keeper
from pipelines.shards.leases import Leases
from pipelines.shards.membership import TTL_S
from pipelines.shards.memory_membership import MemoryMembership
from pipelines.shards.stalls import StallWatch
from pipelines.shards.worker import Worker
from tests.pipelines.ingest.fakes import until
from tests.pipelines.ingest.films import write_film
from tests.pipelines.ingest.servers import rtsp_server, silent_server
from tests.pipelines.shards.fleet import report
from tests.pipelines.shards.test_worker_faults import open_worker

PATIENCE_S = 120.0


class Yard:
    """A worker that is alone, with cameras that tests add.

    Args:
        folder: of its home and its films.
        timeout_s: how long a stream may be silent.
    """

    def __init__(self, folder: Path, timeout_s: float) -> None:
        self.settings = Settings(
            home=folder / "home",
            worker_lanes=("plate",),
            source_folders=(folder,),
            source_networks=(IPv4Network("127.0.0.0/8"),),
            source_timeout_s=timeout_s,
        )
        self.film = write_film(folder / "film.mp4", 40)
        self.membership = MemoryMembership(TTL_S)

    def list(self, **urls: str) -> None:
        """Cameras by their ids, beside two good ones."""
        good = dict.fromkeys(("good-1", "good-2"), f"{self.film.as_uri()}?play=loop")
        with closing(Store.open(self.settings)) as store:
            for camera_id, url in (good | urls).items():
                store.cameras.create(Camera(camera_id, url, "plate", utc_now(), fps=5), actor="test")

    def health(self) -> dict[str, CameraStatus]:
        """What the worker said last of its cameras, to whoever asks for its health."""
        return {one.camera_id: one for told in self.membership.reports() for one in told.cameras}

    def assert_the_others_go_on(self) -> None:
        """The good ones are well, and ten more of their frames are analysed."""
        before = self.health()
        good = ("good-1", "good-2")
        until(
            lambda: all(self.health()[one].frames_analysed >= before[one].frames_analysed + 10 for one in good),
            PATIENCE_S,
        )
        assert all(self.health()[one].healthy for one in good)


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path, timeout_s=3.0)


@pytest.fixture
def patient_yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path, timeout_s=20.0)


def cut_off(film: Path, to: Path) -> None:
    """Its first half."""
    to.write_bytes(film.read_bytes()[: film.stat().st_size // 2])


def said(yard: Yard, camera_id: str) -> tuple[str, str | None]:
    """How the worker says that the camera is doing, and why."""
    status = yard.health().get(camera_id, CameraStatus(camera_id))
    return status.state, status.last_error


def at_work(yard: Yard) -> Worker:
    worker = open_worker(yard.settings, "a", yard.membership)
    worker.keeper.start()
    return worker


def test_silent_cameras_and_damaged_films_say_what_is_wrong_and_the_others_go_on(yard: Yard, tmp_path: Path) -> None:
    cut_off(yard.film, tmp_path / "damaged.mp4")  # its index was to come at the end
    cut_off(write_film(tmp_path / "whole.mkv", 60), tmp_path / "truncated.mkv")
    with silent_server() as port, rtsp_server(60) as falls_silent:
        yard.list(
            **{
                "silent": f"rtsp://127.0.0.1:{port}/",
                "falls-silent": falls_silent,
                "damaged": (tmp_path / "damaged.mp4").as_uri(),
                "truncated": (tmp_path / "truncated.mkv").as_uri(),
            }
        )
        with closing(at_work(yard)):
            wrong = {
                "silent": ("lost", "timed_out"),
                "falls-silent": ("lost", "timed_out"),
                "damaged": ("stopped", "damaged"),
                "truncated": ("stopped", "truncated"),
            }
            until(lambda: {one: said(yard, one) for one in wrong} == wrong, PATIENCE_S)
            assert yard.health()["falls-silent"].frames_read > 0
            yard.assert_the_others_go_on()
    with closing(Store.open(yard.settings)) as store:
        told = [(one.event.camera_id, one.event.state, one.event.reason) for one in store.events.list(limit=500)]
    assert {(one, "lost", word) for one, (_, word) in wrong.items()} <= set(told)


def test_while_a_camera_is_silent_the_others_keep_their_rate_and_the_worker_stops_without_it(
    patient_yard: Yard,
) -> None:
    with silent_server() as port:
        patient_yard.list(silent=f"rtsp://127.0.0.1:{port}/")
        worker = at_work(patient_yard)
        until(lambda: patient_yard.health().get("good-2", CameraStatus("")).frames_analysed > 0, PATIENCE_S)
        patient_yard.assert_the_others_go_on()
        assert said(patient_yard, "silent") == ("starting", None)  # FFmpeg has not given up yet
        worker.close()
        # Nobody waited for its reader, which is still in FFmpeg's hands.
        [left] = [thread for thread in threading.enumerate() if thread.name == "silent-grab"]
        assert patient_yard.membership.reports() == ()
    left.join(PATIENCE_S)
    assert not left.is_alive()


@pytest.mark.parametrize("begins", [False, True])
def test_a_camera_that_hangs_in_a_call_without_a_time_out_is_named_in_the_heartbeat(
    patient_yard: Yard, begins: bool
) -> None:
    """A time-out longer than the stall detector's patience stands for a call that has none."""
    with silent_server() as port, rtsp_server(60) as falls_silent:
        patient_yard.list(hung=falls_silent if begins else f"rtsp://127.0.0.1:{port}/")
        worker = at_work(patient_yard)
        watching = Keeper(
            report("watch"),
            patient_yard.membership,
            Leases(TTL_S),
            worker.assembly.runtime,
            list,
            StallWatch(3.0),
        )
        until(lambda: dict(watching.report().stalled) == {"hung": "reading"}, PATIENCE_S)
        assert patient_yard.health()["hung"].state == ("running" if begins else "starting")
        patient_yard.assert_the_others_go_on()
        worker.close()
