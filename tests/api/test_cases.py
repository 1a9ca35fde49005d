"""Cases over the API: transitions with who and why, views, pictures, statistics and suppressions."""

from typing import Any

import httpx
import pytest

from api.scopes import Scope
from tests.api.conftest import Api, jpeg, part

CASES = "/v1/cases"
SEEN = {"kind": "06036", "source": "camera", "camera": "quay-3", "zone": "pavement", "box": [0.2, 0.2, 0.4, 0.4]}
OPTIONS = {"dispatch": {"assignee": "team-4"}, "verify": {"witness": "person"}}


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def _open(api: Api, **changes: object) -> str:
    case_id: str = api.client.post("/v1/incidents", json=SEEN | changes).json()["case"]
    return case_id


def _act(api: Api, case_id: str, act: str, **options: object) -> httpx.Response:
    api.clock.advance(60)
    body = {"act": act, "reason": "as-agreed"} | OPTIONS.get(act, {}) | options
    return api.client.post(f"{CASES}/{case_id}/transitions", json=body)


def _bring(api: Api, case_id: str, *acts: str) -> dict[str, Any]:
    answers = [_act(api, case_id, act) for act in acts]
    assert [answer.status_code for answer in answers] == [201] * len(acts), answers[-1].text
    case: dict[str, Any] = answers[-1].json()
    return case


def test_a_case_is_brought_from_its_report_to_its_close(api: Api) -> None:
    case_id = _open(api)
    case = _bring(api, case_id, "accept", "register", "dispatch", "handle", "verify", "close")
    assert (case["state"], case["waits_for"], case["due_at"], case["witness"]) == ("closed", None, None, "person")
    assert api.client.get(f"{CASES}/{case_id}").json() == case
    history = api.client.get(f"{CASES}/{case_id}/history").json()["items"]
    assert [step["act"] for step in history] == [
        "report", "accept", "register", "dispatch", "handle", "verify", "close",
    ]  # fmt: skip
    assert {step["reason"] for step in history[1:]} == {"as-agreed"}
    assert all(step["actor"].startswith("key_") for step in history)
    told = api.client.get("/v1/events?kind=case.changed").json()["items"]
    assert [event["state"] for event in told] == [step["after"] for step in history]


def test_an_act_that_is_not_allowed_is_a_conflict_that_says_why(api: Api) -> None:
    refused = _act(api, _open(api), "close")
    assert _problem(refused) == (409, "conflict")
    assert "close wants a case that is verified, got one reported" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"act": "accept"}, "invalid-request"),
        ({"act": "accept", "reason": "Because Ada said so!"}, "invalid-request"),
        ({"act": "bury", "reason": "x"}, "invalid-request"),
        ({"act": "dispatch", "reason": "x"}, "invalid-value"),
        ({"act": "extend", "reason": "x", "minutes": 0}, "invalid-request"),
        ({"act": "accept", "reason": "x", "false_alarm": True}, "invalid-value"),
    ],
)
def test_an_order_that_cannot_be_used_is_refused(api: Api, body: dict[str, object], problem: str) -> None:
    answer = api.client.post(f"{CASES}/{_open(api)}/transitions", json=body)
    assert _problem(answer) == (422, problem)


def test_a_transition_with_an_idempotency_key_is_made_once(api: Api) -> None:
    path, body = f"{CASES}/{_open(api)}/transitions", {"act": "accept", "reason": "x"}
    answers = [api.client.post(path, json=body, headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_cases_are_listed_by_state_kind_camera_and_overdue(api: Api) -> None:
    case_id = _open(api)
    _open(api, kind="L07", camera="quay-4")
    _bring(api, case_id, "accept")

    def found(**query: object) -> int:
        return len(api.client.get(CASES, params=query).json()["items"])

    assert [found(), found(state="accepted"), found(kind="L07"), found(camera="quay-4")] == [2, 1, 1, 1]
    assert found(overdue=True) == 0
    # Saturday; both are due on Monday morning.
    api.clock.advance(3 * 86_400)
    assert found(overdue=True) == 2
    assert [case["overdue"] for case in api.client.get(CASES).json()["items"]] == [True, True]
    first = api.client.get(CASES, params={"limit": 1}).json()
    assert len(api.client.get(CASES, params={"cursor": first["next"]}).json()["items"]) == 1


def test_a_camera_that_saw_the_place_clear_bears_witness(api: Api) -> None:
    case_id = _open(api)
    _bring(api, case_id, "accept", "register", "dispatch", "handle")
    refused = _act(api, case_id, "verify", witness="camera")
    assert _problem(refused) == (409, "conflict")
    view = api.client.post(f"{CASES}/{case_id}/views", json={"camera": "quay-3", "outcome": "seen_clear"})
    assert (view.status_code, view.json()["outcome"], view.json()["case"]["state"]) == (201, "seen_clear", "handled")
    assert _act(api, case_id, "verify", witness="camera").json()["witness"] == "camera"


def test_a_view_of_a_camera_that_runs_here_and_is_lost_counts_as_unhealthy(api: Api) -> None:
    camera = {"id": "quay-3", "url": "rtsp://127.0.0.1:9/nothing"}
    assert api.client.post("/v1/cameras", json=camera).status_code == 201
    case_id = _open(api)
    _bring(api, case_id, "accept", "register", "dispatch", "handle")
    view = api.client.post(f"{CASES}/{case_id}/views", json={"camera": "quay-3", "outcome": "seen_clear"})
    assert view.json()["outcome"] == "camera_unhealthy"
    assert _problem(_act(api, case_id, "verify", witness="camera")) == (409, "conflict")
    assert _act(api, case_id, "verify", witness="person").status_code == 201


def test_pictures_before_and_after_are_kept_and_shown_to_who_may_see_them(api: Api) -> None:
    case_id = _open(api)
    path = f"{CASES}/{case_id}/evidence"
    made = [api.client.post(path, data={"role": role}, files=[part(jpeg(3))]) for role in ("before", "after")]
    assert [answer.status_code for answer in made] == [201, 201]
    listed = api.client.get(path).json()["items"]
    assert [one["role"] for one in listed] == ["before", "after"]
    picture = f"{path}/{listed[1]['id']}"
    assert api.client.get(picture).content[:2] == b"\xff\xd8"
    others = api.key(*[scope for scope in Scope if scope is not Scope.CASES_EVIDENCE])
    assert _problem(api.client.get(picture, headers=others)) == (403, "forbidden-scope")
    assert _problem(api.client.get(f"{path}/evi_0")) == (404, "not-found")
    assert _problem(api.client.post(path, data={"role": "during"}, files=[part(jpeg(3))])) == (422, "invalid-request")
    assert _problem(api.client.post(path, data={"role": "after"})) == (422, "invalid-request")


def test_a_false_alarm_is_counted_and_silences_its_place_until_it_is_undone(api: Api) -> None:
    case_id = _open(api)
    assert _act(api, case_id, "void", false_alarm=True).json()["false_alarm"] is True
    silenced = api.client.post("/v1/incidents", json=SEEN).json()
    assert (silenced["fate"], silenced["case"]) == ("suppressed", None)
    [suppression] = api.client.get("/v1/suppressions?holding=true&camera=quay-3").json()["items"]
    assert (suppression["id"], suppression["count"], suppression["case"]) == (silenced["suppression"], 1, case_id)
    path = f"/v1/suppressions/{suppression['id']}/lift"
    lifted = api.client.post(path, json={"reason": "lens-cleaned"})
    assert (lifted.status_code, lifted.json()["holds"], lifted.json()["lifted_why"]) == (201, False, "lens-cleaned")
    assert _problem(api.client.post(path, json={"reason": "again"})) == (409, "conflict")
    assert api.client.get("/v1/suppressions?holding=true").json()["items"] == []
    assert api.client.post("/v1/incidents", json=SEEN).json()["fate"] == "opened"


def test_statistics_count_by_kind_camera_and_hour_and_say_the_share_of_false_alarms(api: Api) -> None:
    _act(api, _open(api), "void", false_alarm=True)
    _open(api, kind="L07")
    _open(api, kind="06012", source="citizen", camera=None, zone=None, box=None, place="Harbour Road 12")
    api.clock.advance(1)
    numbers = api.client.get(f"{CASES}/statistics").json()
    assert numbers["total"] == {"cases": 3, "ended": 1, "false_alarms": 1, "false_alarm_share": 1.0}
    assert [(one["kind"], one["cases"]) for one in numbers["by_kind"]] == [("06012", 1), ("06036", 1), ("L07", 1)]
    assert [(one["camera"], one["cases"]) for one in numbers["by_camera"]] == [("quay-3", 2), (None, 1)]
    # 08:00 UTC is 16:00 in Shanghai.
    assert (numbers["by_hour"][16], sum(numbers["by_hour"])) == (3, 3)
    before = api.client.get(f"{CASES}/statistics", params={"until": "2026-11-21T08:00:00Z"}).json()
    assert (before["total"]["cases"], before["total"]["false_alarm_share"]) == (0, None)


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-11-22T00:00:00Z", "until": "2026-11-21T00:00:00Z"},
        {"since": "2020-01-01T00:00:00Z"},
        {"until": "0001-01-01T00:00:00Z"},
    ],
)
def test_a_span_that_is_none_is_refused(api: Api, query: dict[str, str]) -> None:
    assert _problem(api.client.get(f"{CASES}/statistics", params=query)) == (422, "invalid-value")
