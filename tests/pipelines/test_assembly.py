"""Opening everything, closing everything, and refusing to begin."""

import base64
import threading
from pathlib import Path

import pytest

from pipelines.assembly import Assembly
from pipelines.networks import Networks, open_networks
from pipelines.records.gate_values import Gate
from pipelines.settings import Settings
from tests.fakes import FakeClock, FakeThresholds, fake_lane, observed, portrait
from vision.errors import ConfigurationError, ModelFileError, WrongMasterKey


def _networks(_settings: Settings) -> Networks:
    return Networks(fake_lane(), FakeThresholds(), ())


def _open(home: Path, **options: object) -> Assembly:
    settings = Settings(home=home, source_networks=("127.0.0.0/8",), **options)
    return Assembly.open(settings, FakeClock(), _networks)


def _files(home: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}


def test_what_is_opened_is_closed_and_no_thread_stays(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    assembly = _open(tmp_path)
    assert {thread.name for thread in threading.enumerate()} >= {"sweeper", "tender", "follower"}
    assembly.close()
    assert set(threading.enumerate()) == before


def test_a_wrong_master_key_refuses_to_start_and_changes_nothing(tmp_path: Path) -> None:
    _open(tmp_path).close()
    before = _files(tmp_path)
    assert len(before) > 1
    with pytest.raises(WrongMasterKey):
        _open(tmp_path, master_key=base64.b64encode(bytes(32)).decode())
    assert _files(tmp_path) == before


def test_networks_that_cannot_be_opened_leave_nothing_open(tmp_path: Path) -> None:
    def missing(_settings: Settings) -> Networks:
        raise ModelFileError("gone")

    before = set(threading.enumerate())
    with pytest.raises(ModelFileError):
        Assembly.open(Settings(home=tmp_path), FakeClock(), missing)
    assert set(threading.enumerate()) == before
    _open(tmp_path).close()


def test_a_camera_in_file_and_database_refuses_to_start(tmp_path: Path) -> None:
    file = tmp_path / "cameras.toml"
    file.write_text('[[cameras]]\nid = "cam"\nurl = "rtsp://127.0.0.1:9/a"\n')
    first = _open(tmp_path, cameras_file=file)
    assert [status.camera_id for status in first.cameras.statuses()] == ["cam"]
    first.close()
    without_file = _open(tmp_path)
    without_file.cameras.add(first.cameras.get("cam"), actor="test")
    without_file.close()
    with pytest.raises(ConfigurationError, match="cam more than once"):
        _open(tmp_path, cameras_file=file)


def test_galleries_of_gates_are_built_before_the_first_face_comes(tmp_path: Path) -> None:
    assembly = _open(tmp_path)
    assembly.store.galleries.create("staff", purpose="access", title="Staff", actor="test")
    gate = Gate("north", "staff", "identify", "none", 1e-3, assembly.clock())
    assembly.store.gates.create(gate, actor="test")
    assembly.close()
    again = _open(tmp_path)
    assert again.gates.galleries.count("staff", "fake-v1") == 0
    again.close()


def test_two_processes_on_one_store_know_the_same_people(tmp_path: Path) -> None:
    first, second = _open(tmp_path), _open(tmp_path)
    subject = first.store.subjects.create("Ada", None, actor="test")
    first.store.consents.record(subject.id, "access", evidence="form 1", expires_at=None, actor="test")
    first.store.galleries.create("staff", purpose="access", title="Staff", actor="test")
    gate = Gate("north", "staff", "identify", "none", 1e-3, first.clock())
    first.store.gates.create(gate, actor="test")
    assert second.gates.identify("north", [observed(1)]).reason == "gallery_empty"
    first.enrolments.enrol(subject.id, "staff", [portrait(1)], "test")
    assert second.gates.identify("north", [observed(1)]).subject_id == subject.id
    second.store.subjects.erase(subject.id, actor="test")
    assert first.gates.identify("north", [observed(1)]).reason == "gallery_empty"
    first.close()
    second.close()


def test_the_networks_of_the_settings_are_reported_with_provider_and_hash(converted_home: Path) -> None:
    networks = open_networks(Settings(home=converted_home))
    assert [(model.id, model.provider, len(model.sha256)) for model in networks.models] == [
        ("mtcnn", "cpu", 64),
        ("dlib-resnet-v1", "cpu", 64),
        ("plate-detector", "cpu", 64),
        ("plate-reader-int8", "cpu", 64),
        ("street-detector-int8", "cpu", 64),
    ]
    assert networks.plates is not None
    assert networks.street_detector is not None
    assert networks.lane.current.model_id == "dlib-resnet-v1"


def test_without_plate_networks_no_plates_are_read(converted_home: Path) -> None:
    settings = Settings(home=converted_home, plate_detector=None, plate_reader=None)
    assert open_networks(settings).plates is None


def test_a_plate_detector_without_a_reader_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="both or neither"):
        Settings(home=tmp_path, plate_reader=None)
