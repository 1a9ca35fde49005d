"""Incidents over the API: who may report, what becomes of a report, and what is kept of its picture."""

import dataclasses

import httpx
import pytest

from api.scopes import Scope
from tests.api.conftest import Api, car_jpeg, jpeg, part
from vision.picture import decode_picture

INCIDENTS = "/v1/incidents"
SEEN = {"kind": "06036", "source": "camera", "camera": "quay-3", "zone": "pavement", "box": [0.2, 0.2, 0.4, 0.4]}
TOLD = {"kind": "06012", "source": "citizen", "place": "Harbour Road 12"}
PLATE = "粤B12345"


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def _report(api: Api, **changes: object) -> dict[str, object]:
    answer = api.client.post(INCIDENTS, json=SEEN | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


def test_a_camera_reports_and_a_repeat_is_the_same_case(api: Api) -> None:
    first, second = _report(api), _report(api)
    assert (first["fate"], second["fate"], second["case"]) == ("opened", "repeated", first["case"])
    assert (first["box"], first["seen_at"], first["city"]) == ([0.2, 0.2, 0.4, 0.4], "2026-11-21T08:00:00Z", "default")
    assert api.client.get(f"{INCIDENTS}/{first['id']}").json() == first
    assert [one["id"] for one in api.client.get(INCIDENTS).json()["items"]] == [second["id"], first["id"]]


def test_patrols_and_citizens_report_by_a_form_with_a_picture(api: Api) -> None:
    fields = {"kind": "06036", "source": "patrol", "camera": "quay-3", "box": "0.2,0.2,0.4,0.4", "confidence": "0.5"}
    patrol = api.client.post(INCIDENTS, data=fields, files=[part(jpeg(3))])
    citizen = api.client.post(INCIDENTS, data=TOLD, files=[part(jpeg(4))])
    assert (patrol.status_code, citizen.status_code) == (201, 201), patrol.text + citizen.text
    assert patrol.json()["box"] == [0.2, 0.2, 0.4, 0.4]
    assert citizen.json()["place"] == "Harbour Road 12"
    for answer in (patrol, citizen):
        pictures = api.client.get(f"/v1/cases/{answer.json()['case']}/evidence").json()["items"]
        assert [picture["role"] for picture in pictures] == ["before"]


def test_what_is_kept_of_a_picture_shows_no_plate(api: Api) -> None:
    lane = api.assembly.networks.plates
    assert lane is not None
    sent = car_jpeg(PLATE)
    assert len(lane.find(decode_picture(sent, 10**7))) == 1
    case_id = api.client.post(INCIDENTS, data=TOLD, files=[part(sent)]).json()["case"]
    [picture] = api.client.get(f"/v1/cases/{case_id}/evidence").json()["items"]
    kept = api.client.get(f"/v1/cases/{case_id}/evidence/{picture['id']}")
    assert (kept.headers["Content-Type"], kept.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert lane.find(decode_picture(kept.content, 10**7)) == []


def test_where_plates_cannot_be_made_illegible_nothing_is_kept(api: Api) -> None:
    site = api.app.state.site
    blind = dataclasses.replace(site.assembly.cases, redactor=None)
    api.app.state.site = dataclasses.replace(site, assembly=dataclasses.replace(site.assembly, cases=blind))
    refused = api.client.post(INCIDENTS, data=TOLD, files=[part(jpeg(3))])
    assert _problem(refused) == (503, "unavailable")
    assert "CITYGATE_PLATE_DETECTOR" in refused.json()["detail"]
    assert api.client.get(INCIDENTS).json()["items"] == []
    # A report without a picture needs no network.
    assert api.client.post(INCIDENTS, json=TOLD).status_code == 201


def test_incidents_are_found_by_kind_camera_case_and_fate(api: Api) -> None:
    first = _report(api)
    _report(api)
    _report(api, camera="quay-4", kind="L07")
    found = {
        query: len(api.client.get(f"{INCIDENTS}?{query}").json()["items"])
        for query in ("kind=06036", "camera=quay-4", f"case={first['case']}", "fate=opened", "fate=suppressed")
    }
    assert list(found.values()) == [2, 1, 2, 2, 0]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"kind": "99999"}, "invalid-value"),
        ({"kind": "fire"}, "invalid-request"),
        ({"camera": None}, "invalid-value"),
        ({"box": [0.4, 0.2, 0.2, 0.4]}, "invalid-value"),
        ({"box": [0.2, 0.2, 0.4]}, "invalid-request"),
        ({"box": "a,b,c,d"}, "invalid-request"),
        ({"box": [0, 0, 1, 2]}, "invalid-request"),
        ({"source": "drone"}, "invalid-request"),
        ({"city": "atlantis"}, "invalid-value"),
        ({"seen_at": "0001-01-01T00:00:00Z"}, "invalid-value"),
        ({"seen_at": "2026-11-21T08:00:00"}, "invalid-request"),
        ({"colour": "red"}, "invalid-request"),
    ],
)
def test_a_report_that_cannot_be_used_is_refused(api: Api, changes: dict[str, object], problem: str) -> None:
    assert _problem(api.client.post(INCIDENTS, json=SEEN | changes)) == (422, problem)
    assert api.client.get(INCIDENTS).json()["items"] == []


def test_what_is_no_picture_is_refused_and_nothing_is_kept(api: Api) -> None:
    assert _problem(api.client.post(INCIDENTS, data=TOLD, files=[part(b"GIF89a")])) == (422, "not-an-image")
    assert _problem(api.client.post(INCIDENTS, data=TOLD, files=[part(b"x", "text/plain")]))[0] == 415
    assert api.client.get("/v1/cases").json()["items"] == []


def test_a_repeat_with_the_same_idempotency_key_or_reference_counts_once(api: Api) -> None:
    headers = {"Idempotency-Key": "quay-3/1"}
    first = api.client.post(INCIDENTS, json=SEEN, headers=headers)
    again = api.client.post(INCIDENTS, json=SEEN, headers=headers)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert _report(api, reference="r-1") == _report(api, reference="r-1")
    assert api.client.get(f"/v1/cases/{first.json()['case']}").json()["count"] == 2
    other = api.client.post(INCIDENTS, json=SEEN | {"reference": "r-1", "kind": "L07"})
    assert _problem(other) == (409, "conflict")


def test_a_key_of_another_purpose_reports_and_sees_nothing(api: Api) -> None:
    made = _report(api)
    other = api.key(purposes=("parking",))
    assert _problem(api.client.post(INCIDENTS, json=SEEN, headers=other)) == (403, "forbidden-purpose")
    for path in (INCIDENTS, "/v1/cases", "/v1/suppressions", "/v1/events"):
        assert api.client.get(path, headers=other).json()["items"] == []
    paths = [f"{INCIDENTS}/{made['id']}", *(f"/v1/cases/{made['case']}{end}" for end in ("", "/history", "/evidence"))]
    for path in paths:
        assert _problem(api.client.get(path, headers=other)) == (404, "not-found"), path


def test_who_only_reports_sees_no_cases(api: Api) -> None:
    edge = api.key(Scope.INCIDENTS_WRITE)
    case_id = api.client.post(INCIDENTS, json=SEEN, headers=edge).json()["case"]
    assert _problem(api.client.get(f"/v1/cases/{case_id}", headers=edge)) == (403, "forbidden-scope")


def test_incidents_are_events_of_their_camera(api: Api) -> None:
    made = _report(api)
    events = api.client.get("/v1/events?kind=incident.reported&camera=quay-3").json()["items"]
    assert [(one["incident_id"], one["case_id"], one["state"]) for one in events] == [
        (made["id"], made["case"], "opened")
    ]
