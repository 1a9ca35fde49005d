import pytest

from pipelines.records.gate_values import BarrierSpec, Camera
from pipelines.records.store import Store
from tests.fakes import FakeClock
from tests.pipelines.records.people import PURPOSE, gallery, gate, key
from vision.errors import BadInput, Conflict, NotFound

ADDRESS = "rtsp://admin:hunter2@10.0.0.7/live"
BARRIER = BarrierSpec("http", "http://admin:hunter2@10.0.0.8/open", secret="hunter2", timeout_s=1.5)


def _stored_bytes(store: Store, statement: str) -> bytes:
    with store.backing.database.reading() as session:
        [value] = session.connection().exec_driver_sql(statement).scalars()
    return bytes(value)


def test_a_gate_comes_back_as_it_was_created(store: Store, clock: FakeClock) -> None:
    gallery(store)
    plain = store.gates.create(gate(clock(), "north"), actor="test")
    rich = gate(clock(), "south", shadow=True, camera_id="cam-1", margin=0.1, decision_ttl_s=2.0, barrier=BARRIER)
    store.gates.create(rich, actor="test")
    assert store.gates.get("north") == plain
    assert store.gates.get("south") == rich
    assert store.gates.list().items == (plain, rich)


def test_the_address_of_a_barrier_is_sealed_and_not_logged(store: Store, clock: FakeClock) -> None:
    gallery(store)
    made = store.gates.create(gate(clock(), barrier=BARRIER), actor="test")
    assert b"hunter2" not in _stored_bytes(store, "SELECT barrier FROM gates")
    assert "hunter2" not in repr(made)


def test_a_gate_needs_its_gallery_and_an_id_of_its_own(store: Store, clock: FakeClock) -> None:
    with pytest.raises(NotFound, match="gallery"):
        store.gates.create(gate(clock()), actor="test")
    gallery(store)
    store.gates.create(gate(clock()), actor="test")
    with pytest.raises(Conflict):
        store.gates.create(gate(clock()), actor="test")


@pytest.mark.parametrize("target_fmr", [0.0, 1.0, -1e-3, float("nan")])
def test_a_false_match_rate_out_of_range_is_refused(clock: FakeClock, target_fmr: float) -> None:
    with pytest.raises(BadInput, match="target_fmr"):
        gate(clock()).__class__("north", "staff", "verify", "none", target_fmr, clock())


def test_a_key_sees_gates_and_cameras_of_its_purposes(store: Store, clock: FakeClock) -> None:
    gallery(store)
    gallery(store, "flight", purpose="boarding")
    store.gates.create(gate(clock(), "north"), actor="test")
    store.gates.create(gate(clock(), "east", "flight"), actor="test")
    for camera_id, gate_id in (("cam-1", "north"), ("cam-2", "east"), ("cam-3", None)):
        store.cameras.create(Camera(camera_id, "0", "face", clock(), gate_id), actor="test")
    viewer = key(store, "boarding")
    assert [seen.id for seen in store.gates.list(viewer=viewer).items] == ["east"]
    assert [seen.id for seen in store.cameras.list(viewer=viewer).items] == ["cam-2", "cam-3"]
    with pytest.raises(NotFound):
        store.gates.get("north", viewer)
    with pytest.raises(NotFound):
        store.cameras.get("cam-1", viewer)
    assert store.gates.get("north", key(store, PURPOSE)).id == "north"


def test_a_gate_that_a_camera_belongs_to_is_not_deleted(store: Store, clock: FakeClock) -> None:
    gallery(store)
    store.gates.create(gate(clock()), actor="test")
    store.cameras.create(Camera("cam-1", ADDRESS, "face", clock(), "north"), actor="test")
    with pytest.raises(Conflict, match="no camera"):
        store.gates.delete("north", actor="test")
    store.cameras.delete("cam-1", actor="test")
    store.gates.delete("north", actor="test")
    assert store.gates.list().items == ()
    with pytest.raises(NotFound):
        store.gates.delete("north", actor="test")


def test_a_camera_comes_back_as_it_was_created_and_its_address_is_sealed(store: Store, clock: FakeClock) -> None:
    camera = store.cameras.create(Camera("cam-1", ADDRESS, "face", clock(), fps=5.0), actor="test")
    assert store.cameras.get("cam-1") == camera
    assert store.cameras.list().items == (camera,)
    assert b"hunter2" not in _stored_bytes(store, "SELECT url FROM cameras")
    assert "hunter2" not in repr(camera)


def test_a_camera_needs_its_gate_and_an_id_of_its_own(store: Store, clock: FakeClock) -> None:
    with pytest.raises(NotFound, match="gate"):
        store.cameras.create(Camera("cam-1", ADDRESS, "face", clock(), "north"), actor="test")
    store.cameras.create(Camera("cam-1", ADDRESS, "face", clock()), actor="test")
    with pytest.raises(Conflict):
        store.cameras.create(Camera("cam-1", ADDRESS, "face", clock()), actor="test")


def test_a_gate_forgets_a_camera_that_was_deleted(store: Store, clock: FakeClock) -> None:
    gallery(store)
    store.cameras.create(Camera("cam-1", ADDRESS, "face", clock()), actor="test")
    store.gates.create(gate(clock(), camera_id="cam-1"), actor="test")
    store.cameras.delete("cam-1", actor="test")
    assert store.gates.get("north").camera_id is None
    with pytest.raises(NotFound):
        store.cameras.delete("cam-1", actor="test")
