"""Street cameras over the API: what they watch for, and how what they see becomes cases."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from api.scopes import Scope
from tests.api.conftest import Api, wait_for
from tests.vision.street_pictures import street, taken, with_bag

RULES = [{"rule": "thing", "kind": "L07", "start_after_s": 5}, {"rule": "parking", "kind": "09009"}]
ZONE = {"id": "pavement", "points": [[0, 0], [1, 0], [1, 1], [0, 1]], "rules": RULES}
QUAY = {"id": "quay-3", "url": "rtsp://127.0.0.1:9/a", "lane": "street", "street": {"zones": [ZONE]}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A street, from the 21st picture on with a bag, and at last before a black lens."""
    made = tmp_path / "quay"
    made.mkdir()
    black = [np.zeros_like(street())] * 40
    for number, picture in enumerate([street()] * 20 + [with_bag(street())] * 40 + black):
        cv2.imwrite(str(made / f"{number:03}.png"), taken(picture, number) if picture.any() else picture)
    return made


def _items(api: Api, path: str) -> list[dict[str, Any]]:
    return list(api.client.get(path).json()["items"])


def test_what_a_street_camera_sees_becomes_one_case_each_with_a_picture(api: Api, folder: Path) -> None:
    answer = api.client.post("/v1/cameras", json=QUAY | {"url": folder.as_uri()})
    assert answer.status_code == 201, answer.text
    wait_for(lambda: api.client.get("/v1/cameras/quay-3").json()["state"] == "stopped", 60)
    blind, bag = _items(api, "/v1/cases")
    assert (bag["kind"], bag["zone"], bag["camera"], bag["state"]) == ("L07", "pavement", "quay-3", "reported")
    assert (blind["kind"], blind["zone"], blind["camera"]) == ("01050", None, "quay-3")
    assert [one["fate"] for one in _items(api, "/v1/incidents")] == ["opened", "opened"]
    for case in (blind, bag):
        [picture] = _items(api, f"/v1/cases/{case['id']}/evidence")
        assert api.client.get(f"/v1/cases/{case['id']}/evidence/{picture['id']}").status_code == 200
    assert api.client.get("/v1/cameras/quay-3").json()["last_error"] is None


def test_a_street_camera_is_shown_with_what_it_watches_for_and_what_it_cannot_tell(api: Api) -> None:
    made = api.client.post("/v1/cameras", json=QUAY).json()
    assert (made["lane"], made["fps"], made["needs_detector"]) == ("street", None, ["09009"])
    [zone] = made["street"]["zones"]
    assert [(rule["rule"], rule["kind"]) for rule in zone["rules"]] == [("thing", "L07"), ("parking", "09009")]
    assert api.client.get("/v1/cameras/quay-3").json()["street"] == made["street"]


@pytest.mark.parametrize(
    ("street_settings", "problem", "message"),
    [
        (None, "invalid-value", "wanted street settings with lane street and nowhere else, got none"),
        ({"zones": [ZONE | {"points": [[0, 0], [1, 1]]}]}, "invalid-request", "at least 3 points, got 2"),
        (
            {"zones": [ZONE | {"rules": [{"rule": "thing", "kind": "L05"}]}]},
            "invalid-request",
            "for a thing rule, got 'L05'",
        ),
        ({"zones": [ZONE, ZONE]}, "invalid-request", "wanted different ids of zones and lines, got pavement"),
        ({"time_zone": "Chongqing"}, "invalid-request", "such as Asia/Shanghai, got 'Chongqing'"),
        ({"speed": 1}, "invalid-request", "street.speed: Extra inputs"),
    ],
)
def test_wrong_settings_are_refused_with_wanted_and_got(
    api: Api, street_settings: object, problem: str, message: str
) -> None:
    answer = api.client.post("/v1/cameras", json=QUAY | {"street": street_settings})
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{problem}")
    assert message in answer.json()["detail"]
    assert _items(api, "/v1/cameras") == []


def test_settings_belong_to_street_cameras(api: Api) -> None:
    answer = api.client.post("/v1/cameras", json=QUAY | {"lane": "face"})
    assert answer.json()["type"] == "/problems/invalid-value"


def test_who_adds_a_street_camera_needs_the_purpose_of_its_cases(api: Api) -> None:
    header = api.key(Scope.CAMERAS_WRITE, purposes=("building-access",))
    answer = api.client.post("/v1/cameras", json=QUAY, headers=header)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden-purpose")
