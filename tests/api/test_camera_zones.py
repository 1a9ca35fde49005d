"""Zones of street cameras over the API: read, drawn anew while the camera runs, and refused."""

from typing import Any

import pytest

from api.scopes import Scope
from tests.api.conftest import Api
from tests.api.test_street_cameras import QUAY, ZONE

THING = {"rule": "thing", "kind": "L07", "start_after_s": 5}
LINE = {"id": "stop", "points": [[0, 0.5], [1, 0.5]]}
DRAWING: dict[str, Any] = {"zones": [ZONE | {"id": "square", "rules": [THING]}], "lines": [LINE]}
ZONES = "/v1/cameras/quay-3/zones"


@pytest.fixture
def quay(api: Api) -> Api:
    """An installation with a street camera that cannot be reached."""
    settings = {"zones": [ZONE], "time_zone": "Asia/Shanghai"}
    answer = api.client.post("/v1/cameras", json=QUAY | {"street": settings})
    assert answer.status_code == 201, answer.text
    return api


def test_zones_are_shown_with_the_rules_that_stay_silent(quay: Api) -> None:
    shown = quay.client.get(ZONES).json()
    assert (shown["camera"], [zone["id"] for zone in shown["zones"]], shown["lines"]) == ("quay-3", ["pavement"], [])
    assert shown["silent"] == [{"place": "pavement", "rule": "parking", "kind": "09009"}]


def test_zones_drawn_anew_take_the_place_of_all_and_leave_the_other_settings(quay: Api) -> None:
    answer = quay.client.put(ZONES, json=DRAWING)
    assert answer.status_code == 200, answer.text
    assert answer.json()["silent"] == [{"place": "stop", "rule": "line", "kind": None}]
    assert quay.client.get(ZONES).json() == answer.json()
    camera = quay.client.get("/v1/cameras/quay-3").json()
    assert [zone["id"] for zone in camera["street"]["zones"]] == ["square"]
    assert (camera["street"]["time_zone"], camera["needs_detector"]) == ("Asia/Shanghai", [])
    assert camera["state"] != "stopped"
    [entry] = [one for one in quay.client.get("/v1/audit").json()["items"] if one["action"] == "camera.redrawn"]
    assert (entry["target"], entry["details"]) == ("quay-3", {"zones": 1, "lines": 1, "kinds": "L07"})


def test_a_line_that_counts_all_that_moves_is_not_silent_and_can_be_sent_back_as_it_came(quay: Api) -> None:
    drawn = quay.client.put(ZONES, json=DRAWING | {"lines": [LINE | {"classes": ["mover"]}]}).json()
    assert drawn["silent"] == []
    again = {name: drawn[name] for name in ("zones", "lines")}
    assert quay.client.put(ZONES, json=again).json() == drawn


@pytest.mark.parametrize(
    ("drawing", "message"),
    [
        ({"zones": []}, "lines: Field required"),
        (DRAWING | {"zones": [ZONE | {"points": [[0, 0], [2, 0], [1, 1]]}]}, "from 0 to 1, got 2.0"),
        (DRAWING | {"lines": [LINE | {"id": "square"}]}, "wanted different ids of zones and lines, got square"),
        (DRAWING | {"zones": [ZONE | {"rules": [THING | {"kind": "L05"}]}]}, "for a thing rule, got 'L05'"),
        (DRAWING | {"fps": 3}, "fps: Extra inputs"),
    ],
)
def test_wrong_zones_are_refused_with_wanted_and_got_and_change_nothing(
    quay: Api, drawing: dict[str, Any], message: str
) -> None:
    answer = quay.client.put(ZONES, json=drawing)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert message in answer.json()["detail"]
    assert [zone["id"] for zone in quay.client.get(ZONES).json()["zones"]] == ["pavement"]


def test_only_street_cameras_have_zones(api: Api) -> None:
    api.client.post("/v1/cameras", json={"id": "door", "url": "rtsp://127.0.0.1:9/a"})
    for answer in (api.client.get("/v1/cameras/door/zones"), api.client.put("/v1/cameras/door/zones", json=DRAWING)):
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-value")
    assert api.client.get("/v1/cameras/nobodys/zones").status_code == 404
    assert api.client.put("/v1/cameras/nobodys/zones", json=DRAWING).status_code == 404


def test_who_draws_zones_needs_the_scope_and_the_purpose_of_its_cases(quay: Api) -> None:
    reader = quay.key(Scope.CAMERAS_READ)
    assert quay.client.get(ZONES, headers=reader).status_code == 200
    answer = quay.client.put(ZONES, json=DRAWING, headers=reader)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden-scope")
    writer = quay.key(Scope.CAMERAS_WRITE, purposes=("building-access",))
    answer = quay.client.put(ZONES, json=DRAWING, headers=writer)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden-purpose")
