"""What cameras see goes to their gates, and what becomes of cameras to the events."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from pipelines.bus.outbox import Outbox
from pipelines.bus.sink import StoreSink
from pipelines.bus.spool import Spool
from pipelines.events import Event
from pipelines.ingest.status import CameraStatus
from pipelines.records.gate_values import Camera
from pipelines.services.camera_duty import Duty
from pipelines.services.cameras import CameraService
from pipelines.stages.face import FaceTrackReady
from pipelines.street.drawing import Drawing, Line
from pipelines.street_cameras import StreetSettings
from tests.fakes import observed
from tests.pipelines.site import Site
from vision.errors import BadInput, ConfigurationError, Conflict, NotFound
from vision.types import FaceObservation

URL = "rtsp://127.0.0.1:9/a"


@dataclass
class FakeRuntime:
    """Notes what it is told."""

    running: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    changed: list[Camera] = field(default_factory=list)
    trusted: dict[str, bool] = field(default_factory=dict)

    def check(self, camera: Camera) -> None:
        if camera.lane == "thermal":
            raise ConfigurationError("no networks")

    def add(self, camera: Camera) -> None:
        self.running.append(camera.id)
        self.started.append(camera.id)

    def remove(self, camera_id: str) -> None:
        if camera_id not in self.running:
            raise NotFound(camera_id)
        self.running.remove(camera_id)

    def change(self, camera: Camera) -> None:
        self.changed.append(camera)

    def states(self) -> dict[str, CameraStatus]:
        return {camera_id: CameraStatus(camera_id, state="running") for camera_id in self.running}

    def trusts(self, camera_id: str) -> bool | None:
        return self.trusted.get(camera_id)

    def current_track(self, camera_id: str, since: datetime | None = None) -> list[FaceObservation]:
        return [observed(1)]

    def retry(self, camera_id: str, visit: str) -> bool:
        self.retried.append(visit)
        return True

    def close(self) -> None:
        self.running.clear()


@pytest.fixture
def runtime() -> FakeRuntime:
    return FakeRuntime()


@pytest.fixture
def cameras(site: Site, runtime: FakeRuntime) -> Iterator[CameraService]:
    configured = [Camera("fixed", URL, "face", site.clock())]
    service = CameraService(site.store, site.gates, site.clock, configured, lambda _: runtime)
    service.start()
    yield service
    service.close()


def _camera(site: Site, gate_id: str | None = None, camera_id: str = "cam") -> Camera:
    return Camera(camera_id, URL, "face", site.clock(), gate_id)


def _ready(site: Site, person: int, visit: str = "cam/1") -> FaceTrackReady:
    return FaceTrackReady("cam", visit, (observed(person),), site.clock())


def test_cameras_of_file_and_database_run(site: Site, cameras: CameraService, runtime: FakeRuntime) -> None:
    cameras.add(_camera(site), actor="test")
    assert runtime.running == ["fixed", "cam"]
    assert [camera.id for camera in cameras.list().items] == ["fixed", "cam"]
    cameras.remove("cam", actor="test")
    assert runtime.running == ["fixed"]
    assert [status.camera_id for status in cameras.statuses()] == ["fixed"]


def test_a_camera_of_the_file_is_neither_replaced_nor_removed(site: Site, cameras: CameraService) -> None:
    with pytest.raises(Conflict):
        cameras.add(_camera(site, camera_id="fixed"), actor="test")
    with pytest.raises(Conflict):
        cameras.remove("fixed", actor="test")


def test_an_address_that_is_none_is_not_kept(site: Site, cameras: CameraService) -> None:
    with pytest.raises(ConfigurationError):
        cameras.add(Camera("cam", "gopher://x", "face", site.clock()), actor="test")
    with pytest.raises(NotFound):
        cameras.get("cam")


def test_a_camera_without_networks_for_its_lane_is_not_kept(site: Site, cameras: CameraService) -> None:
    with pytest.raises(ConfigurationError):
        cameras.add(Camera("cam", URL, "thermal", site.clock()), actor="test")
    with pytest.raises(NotFound):
        cameras.get("cam")


def test_a_camera_of_a_parking_lane_that_is_not_there_is_not_kept(site: Site, cameras: CameraService) -> None:
    with pytest.raises(NotFound, match="garage/in"):
        cameras.add(Camera("cam", URL, "plate", site.clock(), lane_id="garage/in"), actor="test")


def _quay(site: Site) -> Camera:
    return Camera("quay", URL, "street", site.clock(), street=StreetSettings(time_zone="Asia/Shanghai"))


def _drawing(line_id: str = "stop") -> Drawing:
    return Drawing(lines=(Line(id=line_id, points=((0.0, 0.5), (1.0, 0.5))),))


def test_a_camera_that_is_drawn_anew_begins_anew_and_keeps_its_other_settings(
    site: Site, cameras: CameraService, runtime: FakeRuntime
) -> None:
    cameras.add(_quay(site), actor="test")
    assert runtime.started == ["fixed", "quay"]
    redrawn = cameras.redraw("quay", _drawing(), actor="test")
    assert (runtime.running, runtime.started) == (["fixed", "quay"], ["fixed", "quay", "quay"])
    assert redrawn.street == StreetSettings(time_zone="Asia/Shanghai", lines=_drawing().lines)
    assert cameras.get("quay") == redrawn
    cameras.redraw("quay", _drawing(), actor="test")  # the same once more
    assert runtime.started == ["fixed", "quay", "quay"]
    assert [entry.note.action for entry in site.store.audit.list().items][-2:] == ["camera.created", "camera.redrawn"]


def test_only_street_cameras_of_the_database_are_drawn_anew(site: Site, cameras: CameraService) -> None:
    cameras.add(_camera(site), actor="test")
    with pytest.raises(BadInput, match="wanted a camera of lane street, got face"):
        cameras.redraw("cam", _drawing(), actor="test")
    with pytest.raises(Conflict, match="draw its zones there"):
        cameras.redraw("fixed", _drawing(), actor="test")
    with pytest.raises(NotFound):
        cameras.redraw("nobodys", _drawing(), actor="test")


def test_a_camera_sees_while_it_runs_and_its_street_stage_trusts_it(
    site: Site, cameras: CameraService, runtime: FakeRuntime
) -> None:
    assert (cameras.sees("fixed"), cameras.sees("nobodys")) == (True, None)
    runtime.trusted["fixed"] = True
    assert cameras.sees("fixed") is True
    runtime.trusted["fixed"] = False
    assert cameras.sees("fixed") is False


def test_who_is_seen_is_identified_once_for_each_visit(
    site: Site, cameras: CameraService, runtime: FakeRuntime
) -> None:
    subject_id = site.enrolled(1)
    site.gate("identify")
    cameras.add(_camera(site, "north"), actor="test")
    cameras.on_track(_ready(site, 1))
    (decision,) = site.store.decisions.list().items
    assert (decision.decision, decision.subject_id, decision.camera_id) == ("accepted", subject_id, "cam")
    assert runtime.retried == []


def test_an_unknown_person_is_looked_at_again(site: Site, cameras: CameraService, runtime: FakeRuntime) -> None:
    site.enrolled(1)
    site.gate("identify")
    cameras.add(_camera(site, "north"), actor="test")
    cameras.on_track(_ready(site, 2))
    assert runtime.retried == ["cam/1"]


@pytest.mark.parametrize(("mode", "liveness"), [("verify", "none"), ("identify", "challenge")])
def test_gates_that_must_be_asked_do_not_decide_by_themselves(
    site: Site, cameras: CameraService, mode: str, liveness: str
) -> None:
    site.gate(mode, liveness=liveness)
    cameras.add(_camera(site, "north"), actor="test")
    cameras.on_track(_ready(site, 1))
    assert site.store.decisions.list().items == ()


def test_a_camera_without_a_gate_decides_nothing(site: Site, cameras: CameraService) -> None:
    cameras.add(_camera(site), actor="test")
    cameras.on_track(_ready(site, 1))
    assert site.store.decisions.list().items == ()


def test_each_change_of_state_is_an_event_of_the_gates_purpose(site: Site, cameras: CameraService) -> None:
    site.gate("identify")
    cameras.add(_camera(site, "north"), actor="test")
    cameras.on_state(CameraStatus("cam", state="lost", last_error="timed_out"))
    (stored,) = site.store.events.list()
    event = stored.event
    assert (event.kind, event.state, event.reason, event.purpose) == (
        "camera.state",
        "lost",
        "timed_out",
        "building-access",
    )


def test_a_viewer_sees_cameras_of_its_purposes_and_those_of_nobody(site: Site, cameras: CameraService) -> None:
    site.gate("identify")
    cameras.add(_camera(site, "north"), actor="test")
    viewer, _ = site.store.keys.create("x", [], ["visitors"], None, actor="test")
    assert [camera.id for camera in cameras.list(viewer=viewer).items] == ["fixed"]
    with pytest.raises(NotFound):
        cameras.get("cam", viewer)
    assert cameras.get("fixed", viewer).id == "fixed"


def test_while_the_database_is_away_a_cameras_state_waits_in_the_spool_with_its_purpose(
    site: Site, runtime: FakeRuntime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_options: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("locked"))

    spool = Spool(tmp_path / "spool.db", 10)
    outbox = Outbox(spool, lambda: None, StoreSink(site.store, away).take, database_first=True)
    service = CameraService(site.store, site.gates, site.clock, [], lambda _: runtime, outbox=outbox)
    site.gate()
    service.add(Camera("cam", URL, "face", site.clock(), gate_id="north"), actor="test")
    service.on_state(CameraStatus("cam", state="running"))
    [told] = [stored.event for stored in site.store.events.list() if stored.event.kind == "camera.state"]
    monkeypatch.setattr(site.store.cameras, "get", away)
    monkeypatch.setattr(site.store.events, "append_all", away)
    service.on_state(CameraStatus("cam", state="lost", last_error="no_answer"))
    [(_, letter)] = spool.after(0, 10)
    waiting = Event.model_validate_json(letter.body)
    assert (waiting.state, waiting.reason, waiting.purpose) == ("lost", "no_answer", told.purpose)
    assert told.purpose is not None
    with pytest.raises(OperationalError):
        service.on_state(CameraStatus("unheard-of", state="lost"))
    spool.close()


def test_a_changed_camera_goes_on_as_it_is_now(site: Site, cameras: CameraService, runtime: FakeRuntime) -> None:
    cameras.add(_camera(site), actor="test")
    changed = cameras.change(replace(_camera(site), fps=2.0), actor="test")
    assert (runtime.changed, cameras.get("cam").fps) == ([changed], 2.0)
    with pytest.raises(Conflict, match="camera file"):
        cameras.change(_camera(site, camera_id="fixed"), actor="test")
    with pytest.raises(NotFound):
        cameras.change(_camera(site, camera_id="none"), actor="test")


class Workers:
    """What workers say of their cameras."""

    def __init__(self) -> None:
        self.told = {"cam": CameraStatus("cam", state="running", frames_read=7)}
        self.trusted: dict[str, bool] = {}

    def statuses(self) -> dict[str, CameraStatus]:
        return dict(self.told)

    def trusts(self, camera_id: str) -> bool | None:
        return self.trusted.get(camera_id)


def test_cameras_of_workers_lanes_are_kept_here_and_run_there(site: Site, runtime: FakeRuntime) -> None:
    workers = Workers()
    duty = Duty(frozenset({"face"}), workers)
    cameras = CameraService(site.store, site.gates, site.clock, [], lambda _: runtime, duty)
    plate = Camera("cam", URL, "plate", site.clock())
    cameras.add(plate, actor="test")
    cameras.add(_camera(site, camera_id="door"), actor="test")
    cameras.change(replace(plate, fps=2.0), actor="test")
    assert (runtime.running, runtime.changed) == (["door"], [])
    assert [camera.id for camera in cameras.listed()] == ["door"]
    assert cameras.status("cam").frames_read == 7
    assert {status.camera_id for status in cameras.statuses()} == {"cam", "door"}
    assert cameras.sees("cam") is True
    workers.trusted["cam"] = False
    assert cameras.sees("cam") is False
    workers.told.clear()
    assert (cameras.sees("cam"), cameras.status("cam").state) == (None, "stopped")
    cameras.remove("cam", actor="test")
    assert [camera.id for camera in cameras.list().items] == ["door"]
    cameras.close()
