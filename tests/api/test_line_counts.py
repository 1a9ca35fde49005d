"""Counts of a camera's lines over the API."""

from datetime import timedelta

import pytest

from api.scopes import Scope
from pipelines.street.line_counts import LineCount
from tests.api.conftest import Api
from tests.api.test_street_cameras import QUAY, ZONE

COUNTS = "/v1/cameras/quay-3/line-counts"


@pytest.fixture
def quay(api: Api) -> Api:
    """A street camera that cannot be reached, with counts of the last hours."""
    assert api.client.post("/v1/cameras", json=QUAY | {"street": {"zones": [ZONE]}}).status_code == 201
    for minutes, passed in ((-125, {"car": (3, 1)}), (-120, {"car": (1, 0), "bus": (0, 2)}), (-5, {})):
        begin = api.clock() + timedelta(minutes=minutes)
        count = LineCount("quay-3", "stop", begin, begin + timedelta(minutes=5), 300.0, passed)
        api.assembly.store.street.line_counts.add(count)
    return api


def test_counts_come_by_hour_and_class_with_the_time_in_which_the_camera_saw(quay: Api) -> None:
    now = quay.clock()
    shown = quay.client.get(COUNTS).json()
    assert shown["camera"] == "quay-3"
    assert [(hour["line"], hour["seen_s"]) for hour in shown["hours"]] == [("stop", 300.0)] * 3
    begins = [hour["begins_at"] for hour in shown["hours"]]
    wanted = [(now + timedelta(minutes=minutes)).replace(minute=0) for minutes in (-125, -120, -5)]
    assert begins == [one.isoformat().replace("+00:00", "Z") for one in wanted]
    assert [hour["classes"] for hour in shown["hours"]] == [
        [{"class_name": "car", "went_in": 3, "went_out": 1}],
        [{"class_name": "bus", "went_in": 0, "went_out": 2}, {"class_name": "car", "went_in": 1, "went_out": 0}],
        [],
    ]


def test_a_span_of_time_can_be_named(quay: Api) -> None:
    since = (quay.clock() - timedelta(minutes=10)).isoformat()
    assert len(quay.client.get(COUNTS, params={"since": since}).json()["hours"]) == 1
    answer = quay.client.get(COUNTS, params={"until": since, "since": quay.clock().isoformat()})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-value")


def test_counts_need_a_camera_and_the_scope(quay: Api) -> None:
    assert quay.client.get("/v1/cameras/nobodys/line-counts").status_code == 404
    assert quay.client.get(COUNTS, headers=quay.key(Scope.CAMERAS_READ)).status_code == 200
    assert quay.client.get(COUNTS, headers=quay.key(Scope.EVENTS_READ)).status_code == 403
