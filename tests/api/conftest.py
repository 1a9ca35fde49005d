"""An app over a real store in a folder, drawn people and a clock that stands still, and keys to talk to it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.scopes import Scope
from pipelines.assembly import Assembly
from pipelines.networks import Networks, ServingModel, street_capabilities
from pipelines.settings import Settings
from sample_videos.street.files import FOLDER
from tests.fake_plates import car_picture, draw_plate, fake_plate_lane
from tests.fakes import FakeClock, FakeThresholds, fake_lane, portrait

ROOT = Path(__file__).parents[2]
PURPOSE = "building-access"
GALLERY = "staff"
LOT = "harbour"
RATE = {
    "id": "visitors",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
    "free_minutes": 15,
    "grace_minutes": 15,
    "steps": [{"minutes": 60, "price": "5.00"}],
}
FAKE_MODEL = ServingModel("fake-v1", "face-embedding", "cpu", "0" * 64)


def jpeg(person: int, *, yaw: float = 0.0, take: int = 0, faces: int = 1) -> bytes:
    """A drawn portrait as a file."""
    return bytes(cv2.imencode(".jpg", portrait(person, yaw=yaw, take=take, faces=faces))[1])


def car_jpeg(*texts: str, **drawn: Any) -> bytes:
    """A picture with drawn plates side by side as a file; the options are those of `draw_plate`."""
    image = car_picture()
    for place, text in enumerate(texts):
        draw_plate(image, text, (40 + 300 * place, 270), **drawn)
    return bytes(cv2.imencode(".jpg", image)[1])


def part(picture: bytes, kind: str = "image/jpeg") -> tuple[str, tuple[str, bytes, str]]:
    """A picture as a part of a multipart form."""
    return ("image", ("face.jpg", picture, kind))


@dataclass
class Api:
    """The app in a test: `client` speaks with a key of every scope and purpose."""

    app: FastAPI
    client: httpx.Client
    clock: FakeClock

    @property
    def assembly(self) -> Assembly:
        return self.app.state.site.assembly

    def key(self, *scopes: Scope, purposes: tuple[str, ...] = ("*",)) -> dict[str, str]:
        """The header of a new key; without scopes it has them all."""
        _, secret = self.assembly.store.keys.create("test", scopes or tuple(Scope), purposes, None, actor="test")
        return {"Authorization": f"Bearer {secret}"}

    def add_subject(self, label: str = "Ada", purpose: str = PURPOSE) -> str:
        """A new subject with a consent."""
        subject_id = self.client.post("/v1/subjects", json={"label": label}).json()["id"]
        consent = {"subject_id": subject_id, "purpose": purpose, "evidence": "form 1"}
        assert self.client.post("/v1/consents", json=consent).status_code == 201
        return subject_id

    def enrol(self, subject_id: str, *pictures: bytes) -> None:
        """Put a subject into the gallery `staff`."""
        fields = {"subject_id": subject_id, "gallery": GALLERY}
        answer = self.client.post("/v1/enrolments", data=fields, files=[part(picture) for picture in pictures])
        assert answer.status_code == 201, answer.text

    def enrolled(self, person: int) -> str:
        """A new subject, enrolled with one picture of a drawn person."""
        subject_id = self.add_subject()
        self.enrol(subject_id, jpeg(person))
        return subject_id

    def add_lot(self, lot_id: str = LOT, **options: object) -> None:
        """A lot of 10 cars with lanes `in` and `out`, at 5.00 CNY an hour after 15 free minutes."""
        lot = {"id": lot_id, "title": "Harbour", "rate": RATE["id"], "capacity": 10} | options
        lanes = [{"id": "in", "kind": "entry"}, {"id": "out", "kind": "exit"}]
        made = [self.client.post("/v1/parking/rates", json=RATE), self.client.post("/v1/parking/lots", json=lot)]
        made += [self.client.post(f"/v1/parking/lots/{lot_id}/lanes", json=lane) for lane in lanes]
        assert [answer.status_code for answer in made] == [201] * 4, [answer.text for answer in made]

    def enter(self, plate: str, lot_id: str = LOT, **options: Any) -> dict[str, Any]:
        """What is answered to a car that comes."""
        return self._pass("entries", {"lane": "in", "plate": plate} | options, lot_id)

    def leave(self, plate: str, lot_id: str = LOT, **options: Any) -> dict[str, Any]:
        """What is answered to a car that leaves."""
        return self._pass("exits", {"lane": "out", "plate": plate} | options, lot_id)

    def _pass(self, way: str, sighting: dict[str, Any], lot_id: str) -> dict[str, Any]:
        answer = self.client.post(f"/v1/parking/lots/{lot_id}/{way}", json=sighting)
        assert answer.status_code == 200, answer.text
        passage: dict[str, Any] = answer.json()
        return passage

    def add_gate(self, gate_id: str = "north", mode: str = "verify", **options: object) -> None:
        """A gate to the gallery `staff`."""
        gate = {"id": gate_id, "gallery": GALLERY, "mode": mode, "liveness": "none", "target_fmr": 0.001} | options
        answer = self.client.post("/v1/gates", json=gate)
        assert answer.status_code == 201, answer.text


@contextmanager
def running(home: Path, clock: FakeClock, **options: Any) -> Iterator[Api]:
    """An installation in a folder behind a real server, with an empty gallery `staff`; the options are settings."""
    networks = Networks(fake_lane(), FakeThresholds(), (FAKE_MODEL,), fake_plate_lane(), street_capabilities())
    settings = Settings(
        home=home,
        upload_max_bytes=2 * 2**20,
        upload_max_pixels=4_000_000,
        source_folders=(home, FOLDER),
        source_networks=("127.0.0.0/8",),
        **options,
    )
    app = create_app(settings, lambda found: Assembly.open(found, clock, lambda _: networks))
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        api = Api(app, client, clock)
        client.headers.update(api.key())
        gallery = {"id": GALLERY, "purpose": PURPOSE, "title": "Staff"}
        assert client.post("/v1/galleries", json=gallery).status_code in (201, 409)  # 409: opened once more
        yield api
    server.should_exit = True
    thread.join(timeout=60)
    assert not thread.is_alive()


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """A running installation."""
    with running(tmp_path, FakeClock()) as api:
        yield api


def wait_for(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Come back when the condition is met; fail when it is not in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
