"""Cameras come and go while everything runs, and what they see is decided on."""

from pathlib import Path

import cv2
import pytest

from pipelines.services.cameras import CameraService
from tests.api.conftest import LOT, Api, jpeg, part, wait_for
from tests.fake_plates import car_picture, draw_plate
from tests.fakes import observed

PASSWORD = "hunter2"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A folder of pictures as a camera: drawn person 1 stands before it."""
    folder = tmp_path / "clip"
    folder.mkdir()
    for i in range(8):
        (folder / f"{i}.jpg").write_bytes(jpeg(1, take=i % 3))
    return folder


def _add(api: Api, url: str, **options: object) -> None:
    answer = api.client.post("/v1/cameras", json={"id": "cam", "url": url} | options)
    assert answer.status_code == 201, answer.text


def _decisions(api: Api) -> list[dict[str, object]]:
    return list(api.client.get("/v1/decisions").json()["items"])


def test_who_stands_before_a_camera_is_decided_on_by_its_gate(api: Api, clip: Path) -> None:
    subject_id = api.enrolled(1)
    api.add_gate(mode="identify")
    _add(api, clip.as_uri(), gate="north")
    wait_for(lambda: len(_decisions(api)) > 0)
    decided = _decisions(api)[0]
    assert (decided["decision"], decided["subject_id"], decided["camera"]) == ("accepted", subject_id, "cam")
    wait_for(lambda: api.client.get("/v1/cameras/cam").json()["state"] == "stopped")
    shown = api.client.get("/v1/cameras/cam").json()
    assert (shown["frames_read"], shown["gate"]) == (8, "north")
    states = api.client.get("/v1/events", params={"kind": "camera.state", "camera": "cam"}).json()["items"]
    assert [event["state"] for event in states] == ["running", "stopped"]


def test_a_gate_decides_on_the_current_track_of_a_camera(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    subject_id = api.enrolled(1)
    api.add_gate()
    _add(api, "rtsp://127.0.0.1:9/a")
    question = {"subject_id": subject_id, "camera": "cam"}
    nobody = api.client.post("/v1/gates/north/verify", json=question)
    assert (nobody.status_code, nobody.json()["type"]) == (422, "/problems/no-face")
    monkeypatch.setattr(CameraService, "current_track", lambda *_: [observed(1), observed(1, take=1)])
    answer = api.client.post("/v1/gates/north/verify", data=question)
    assert answer.json()["decision"] == "accepted"
    recorded = api.client.get(f"/v1/decisions/{answer.json()['decision_id']}").json()
    assert recorded["camera"] == "cam"


def test_a_gate_with_a_camera_looks_at_it_unless_pictures_come(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    _add(api, "rtsp://127.0.0.1:9/a")
    api.add_gate(mode="identify", camera="cam")
    monkeypatch.setattr(CameraService, "current_track", lambda *_: [observed(1)])
    decided = [
        api.client.post("/v1/gates/north/identify", json={}),
        api.client.post("/v1/gates/north/identify", files=[part(jpeg(1))]),
    ]
    cameras = [api.client.get(f"/v1/decisions/{one.json()['decision_id']}").json()["camera"] for one in decided]
    assert cameras == ["cam", None]


def test_a_gates_camera_must_be_there(api: Api) -> None:
    gate = {"id": "north", "gallery": "staff", "mode": "identify", "camera": "none"}
    assert api.client.post("/v1/gates", json=gate).json()["type"] == "/problems/not-found"


def test_either_pictures_or_a_camera(api: Api) -> None:
    api.add_gate(mode="identify")
    both = api.client.post("/v1/gates/north/identify", data={"camera": "cam"}, files=[part(jpeg(1))])
    assert both.json()["type"] == "/problems/invalid-request"
    missing = api.client.post("/v1/gates/north/identify", json={"camera": "cam"})
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")


def test_a_camera_is_added_listed_and_deleted_while_running_and_its_password_never_shown(api: Api) -> None:
    _add(api, f"rtsp://guard:{PASSWORD}@127.0.0.1:9/{PASSWORD}?p={PASSWORD}")
    listed = api.client.get("/v1/cameras")
    assert [(camera["id"], camera["address"]) for camera in listed.json()["items"]] == [
        ("cam", "rtsp://***@127.0.0.1:9/***")
    ]
    assert PASSWORD not in listed.text
    assert PASSWORD not in api.client.get("/v1/cameras/cam").text
    assert PASSWORD not in api.client.get("/v1/audit").text
    assert api.client.delete("/v1/cameras/cam").status_code == 204
    assert api.client.get("/v1/cameras").json()["items"] == []
    assert api.client.delete("/v1/cameras/cam").status_code == 404


@pytest.mark.parametrize("url", ["gopher://x", "rtsp://", "file:relative.mp4", "webcam:x", "nonsense", "rtsp://h:x/"])
def test_an_address_that_is_none_is_refused_without_repeating_it(api: Api, url: str) -> None:
    answer = api.client.post("/v1/cameras", json={"id": "cam", "url": url})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/camera-unusable")
    assert api.client.get("/v1/cameras").json()["items"] == []


def test_a_camera_is_added_once_and_to_a_gate_that_is_there(api: Api) -> None:
    _add(api, "rtsp://127.0.0.1:9/a")
    again = api.client.post("/v1/cameras", json={"id": "cam", "url": "rtsp://127.0.0.1:9/b"})
    assert again.json()["type"] == "/problems/conflict"
    nowhere = api.client.post("/v1/cameras", json={"id": "cam2", "url": "rtsp://127.0.0.1:9/b", "gate": "none"})
    assert nowhere.json()["type"] == "/problems/unknown-gate"


def test_a_camera_of_another_purposes_gate_is_not_seen(api: Api) -> None:
    api.add_gate(mode="identify")
    _add(api, "rtsp://127.0.0.1:9/a", gate="north")
    other = api.key(purposes=("visitors",))
    assert api.client.get("/v1/cameras", headers=other).json()["items"] == []
    assert api.client.get("/v1/cameras/cam", headers=other).status_code == 404
    assert api.client.delete("/v1/cameras/cam", headers=other).status_code == 404


def test_metrics_count_what_cameras_dropped(api: Api) -> None:
    _add(api, "rtsp://127.0.0.1:9/a")
    assert 'citygate_camera_dropped_frames_total{camera="cam"} 0.0' in api.client.get("/metrics").text


def test_a_car_before_a_plate_camera_begins_a_session_in_its_lane(api: Api, tmp_path: Path) -> None:
    api.add_lot()
    folder = tmp_path / "cars"
    folder.mkdir()
    for i in range(12):
        image = car_picture(size_wh=(640, 480))
        draw_plate(image, "粤B12345", (200 - 4 * i, 60 + 12 * i), scale=0.6 + 0.03 * i)
        cv2.imwrite(str(folder / f"{i:02}.png"), image)
    camera = {"id": "entry-cam", "url": folder.as_uri(), "lane": "plate", "lane_id": f"{LOT}/in"}
    assert api.client.post("/v1/cameras", json=camera).json()["lane_id"] == f"{LOT}/in"
    here = f"/v1/parking/lots/{LOT}"
    wait_for(lambda: len(api.client.get(f"{here}/observations").json()["items"]) > 0)
    (seen,) = api.client.get(f"{here}/observations").json()["items"]
    assert (seen["plate"], seen["decision"], seen["camera"]) == ("粤B12345", "accepted", "entry-cam")
    assert seen["agreeing"] >= 2
    assert [session["plate"] for session in api.client.get(f"{here}/sessions").json()["items"]] == ["粤B12345"]
    assert api.client.get(f"{here}/observations/{seen['id']}/evidence").status_code == 200


@pytest.mark.parametrize(
    ("camera", "problem"),
    [
        ({"lane": "plate", "lane_id": "none/in"}, (404, "/problems/not-found")),
        ({"lane": "plate", "lane_id": f"{LOT}/none"}, (404, "/problems/not-found")),
        ({"lane": "plate", "lane_id": "in"}, (422, "/problems/invalid-request")),
        ({"lane": "thermal"}, (422, "/problems/invalid-request")),
        ({"lane": "face", "lane_id": f"{LOT}/in"}, (422, "/problems/invalid-value")),
    ],
)
def test_a_plate_cameras_lane_must_be_there(api: Api, camera: dict[str, str], problem: tuple[int, str]) -> None:
    api.add_lot()
    answer = api.client.post("/v1/cameras", json={"id": "cam", "url": "rtsp://127.0.0.1:9/a"} | camera)
    assert (answer.status_code, answer.json()["type"]) == problem


def test_a_camera_is_changed_while_it_runs_and_what_is_left_out_stays(api: Api) -> None:
    _add(api, f"rtsp://guard:{PASSWORD}@127.0.0.1:9/a", fps=5)
    answer = api.client.patch("/v1/cameras/cam", json={"fps": 2})
    assert (answer.status_code, answer.json()["fps"]) == (200, 2)
    assert answer.json()["address"] == "rtsp://***@127.0.0.1:9/***"
    assert api.assembly.store.cameras.get("cam").url.endswith(f"{PASSWORD}@127.0.0.1:9/a")
    moved = api.client.patch("/v1/cameras/cam", json={"url": "rtsp://127.0.0.2:9/b", "fps": None})
    assert (moved.json()["address"], moved.json()["fps"]) == ("rtsp://127.0.0.2:9/***", None)
    assert api.client.get("/v1/cameras/cam").json()["address"] == "rtsp://127.0.0.2:9/***"
    assert PASSWORD not in api.client.get("/v1/audit").text


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"gate": "none"}, (404, "/problems/unknown-gate")),
        ({"lane_id": f"{LOT}/in"}, (422, "/problems/invalid-value")),  # it is a face camera
        ({"url": "gopher://x"}, (422, "/problems/camera-unusable")),
        ({"url": "rtsp://169.254.169.254/a"}, (422, "/problems/camera-unusable")),
        ({"lane": "plate"}, (422, "/problems/invalid-request")),
    ],
)
def test_a_change_that_cannot_be_leaves_the_camera_as_it_was(
    api: Api, change: dict[str, str], problem: tuple[int, str]
) -> None:
    _add(api, "rtsp://127.0.0.1:9/a")
    answer = api.client.patch("/v1/cameras/cam", json=change)
    assert (answer.status_code, answer.json()["type"]) == problem
    assert api.client.get("/v1/cameras/cam").json()["address"] == "rtsp://127.0.0.1:9/***"
    assert api.client.patch("/v1/cameras/none", json={"fps": 2}).status_code == 404


@pytest.mark.parametrize(
    "url", [f"http://u:{PASSWORD}@169.254.169.254/latest", f"rtsp://u:{PASSWORD}@10.0.0.7/a", "file:///etc/passwd"]
)
def test_an_address_beyond_the_settings_networks_and_folders_is_refused(api: Api, url: str) -> None:
    answer = api.client.post("/v1/cameras", json={"id": "cam", "url": url})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/camera-unusable")
    assert "CITYGATE_SOURCE_" in answer.json()["detail"]
    assert PASSWORD not in answer.text
    assert api.client.get("/v1/cameras").json()["items"] == []
