"""Plates are read off pictures, for those who may, and nothing of it is kept."""

import io
import sqlite3
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import PIL.Image
import pytest

from api.scopes import Scope
from pipelines.networks import Networks
from tests.api.conftest import Api, car_jpeg, part
from tests.fake_plates import car_picture, draw_plate

PLATE, OTHER = "粤B12345", "沪A8K920"


def _read(api: Api, picture: bytes, kind: str = "image/jpeg", **options: Any) -> httpx.Response:
    return api.client.post("/v1/plates/read", files=[part(picture, kind)], **options)


def _problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def _drawn(*plates: tuple[str, tuple[float, float], dict[str, Any]]) -> bytes:
    image = car_picture()
    for text, xy, options in plates:
        draw_plate(image, text, xy, **options)
    return bytes(cv2.imencode(".jpg", image)[1])


def test_a_plate_is_read_with_all_that_is_known_of_it(api: Api) -> None:
    answer = _read(api, car_jpeg(PLATE))
    assert answer.status_code == 200, answer.text
    assert answer.json()["illegible"] == 0
    (plate,) = answer.json()["items"]
    assert plate.keys() >= {
        "text", "confidence", "char_confidence", "kind", "region", "box", "corners", "candidates",
        "plausible", "detection_confidence", "accepted", "kind_confidence",
    }  # fmt: skip
    assert (plate["text"], plate["kind"], plate["region"]) == (PLATE, "blue", "粤")
    assert (plate["plausible"], plate["accepted"], len(plate["char_confidence"])) == (True, True, 7)
    assert plate["confidence"] == min(plate["char_confidence"])
    # Drawn from (40, 270), 264 x 60 pixels.
    assert plate["box"] == pytest.approx([40, 270, 304, 330], abs=3)
    assert np.array(plate["corners"]) == pytest.approx(np.array([(40, 270), (304, 270), (304, 330), (40, 330)]), abs=3)
    assert plate["candidates"][0]["text"] == PLATE


def test_several_plates_come_one_by_one_and_illegible_ones_are_counted(api: Api) -> None:
    picture = _drawn((PLATE, (40, 100), {}), (OTHER, (400, 100), {}), ("粤A00001", (40, 300), {"legible": False}))
    answer = _read(api, picture).json()
    assert sorted(plate["text"] for plate in answer["items"]) == sorted([PLATE, OTHER])
    assert answer["illegible"] == 1


@pytest.mark.parametrize(
    ("text", "xy", "drawn", "plausible"),
    [
        (PLATE, (40, 100), {"confidence": 0.6}, True),
        ("粤B123", (40, 100), {}, False),
        (PLATE, (-1, 100), {}, True),
    ],
    ids=["uncertain", "no format", "at the border"],
)
def test_what_no_gate_should_go_by_is_told_but_not_accepted(
    api: Api, text: str, xy: tuple[float, float], drawn: dict[str, Any], plausible: bool
) -> None:
    (plate,) = _read(api, _drawn((text, xy, drawn))).json()["items"]
    assert (plate["text"], plate["plausible"], plate["accepted"]) == (text, plausible, False)


def test_a_picture_without_a_plate_is_a_problem_that_says_so(api: Api) -> None:
    answer = _read(api, car_jpeg())
    assert _problem(answer) == (422, "no-plate")
    assert "none was seen" in answer.json()["detail"]


def test_a_plate_that_cannot_be_read_is_a_problem_that_says_so(api: Api) -> None:
    answer = _read(api, car_jpeg(PLATE, legible=False))
    assert _problem(answer) == (422, "no-plate")
    assert "legible" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        (b"no picture", (422, "not-an-image")),
        (b"", (422, "not-an-image")),
        (car_jpeg(PLATE)[:900], (422, "not-an-image")),
        (b"x" * (2 * 2**20 + 1), (413, "image-too-large")),
    ],
    ids=["text", "empty", "cut", "3 MiB"],
)
def test_a_bad_picture_is_refused_by_its_cause(api: Api, picture: bytes, problem: tuple[int, str]) -> None:
    assert _problem(_read(api, picture)) == problem


@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
def test_each_picture_format_is_understood(api: Api, form: str) -> None:
    buffer = io.BytesIO()
    PIL.Image.fromarray(np.ascontiguousarray(car_picture(PLATE)[..., ::-1])).save(buffer, form, quality=95)
    answer = _read(api, buffer.getvalue(), kind=f"image/{form.lower()}")
    assert answer.json()["items"][0]["text"] == PLATE


def test_one_picture_is_wanted_and_nothing_else(api: Api) -> None:
    two = api.client.post("/v1/plates/read", files=[part(car_jpeg(PLATE)), part(car_jpeg(OTHER))])
    none = api.client.post("/v1/plates/read", files={"picture": b"x"})
    more = api.client.post("/v1/plates/read", files=[part(car_jpeg(PLATE))], data={"gate": "north"})
    assert [_problem(answer) for answer in (two, none, more)] == [(422, "invalid-request")] * 3
    text = _read(api, car_jpeg(PLATE), kind="text/plain")
    assert _problem(text) == (415, "unsupported-media-type")


def test_only_keys_with_the_scope_are_told_plates(api: Api) -> None:
    others = api.key(*[scope for scope in Scope if scope is not Scope.PLATES_READ])
    answer = _read(api, car_jpeg(PLATE), headers=others)
    assert _problem(answer) == (403, "forbidden-scope")
    assert _read(api, car_jpeg(PLATE), headers=api.key(Scope.PLATES_READ)).status_code == 200


def test_where_no_plate_networks_serve_the_answer_is_503(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    networks = api.assembly.networks
    faces_only = Networks(networks.lane, networks.thresholds, networks.models)
    monkeypatch.setattr(type(api.assembly), "networks", faces_only)
    answer = _read(api, car_jpeg(PLATE))
    assert _problem(answer) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_too_many_pictures_at_once_are_503(api: Api) -> None:
    slots = api.app.state.site.slots
    held = [slots.one() for _ in range(api.assembly.settings.max_inferences)]
    for slot in held:
        slot.__enter__()
    assert _problem(_read(api, car_jpeg(PLATE))) == (503, "busy")
    for slot in held:
        slot.__exit__(None, None, None)
    assert _read(api, car_jpeg(PLATE)).status_code == 200


def test_nothing_of_a_reading_is_kept_whatever_headers_come(api: Api) -> None:
    answer = _read(api, car_jpeg(PLATE), headers={"Idempotency-Key": "once"})
    again = _read(api, car_jpeg(OTHER), headers={"Idempotency-Key": "once"})
    assert [one.json()["items"][0]["text"] for one in (answer, again)] == [PLATE, OTHER]
    home: Path = api.assembly.settings.home
    with sqlite3.connect(home / "citygate.db") as database:
        assert database.execute("SELECT count(*) FROM idempotency").fetchone() == (0,)


def test_metrics_count_readings_by_kind_and_never_by_plate(api: Api) -> None:
    _read(api, car_jpeg(PLATE))
    _read(api, _drawn((PLATE, (40, 100), {"confidence": 0.6})))
    text = api.client.get("/metrics").text
    assert 'citygate_plate_readings_total{accepted="true",kind="blue"} 1.0' in text
    assert 'citygate_plate_readings_total{accepted="false",kind="blue"} 1.0' in text
    assert PLATE not in text
