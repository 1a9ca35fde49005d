"""Keys: who may do what, for which purposes, and for how long."""

import httpx

from api.scopes import Scope
from tests.api.conftest import GALLERY, PURPOSE, Api, jpeg, part

OTHER = "visitor-access"
WANTED_SCOPES = [
    ("GET", "/v1/subjects", Scope.SUBJECTS_READ),
    ("DELETE", "/v1/subjects/sub_1", Scope.SUBJECTS_ERASE),
    ("GET", "/v1/consents?subject_id=sub_1", Scope.SUBJECTS_READ),
    ("POST", "/v1/enrolments", Scope.ENROLMENTS_WRITE),
    ("GET", "/v1/galleries", Scope.GALLERIES_READ),
    ("DELETE", "/v1/galleries/staff", Scope.GALLERIES_WRITE),
    ("GET", "/v1/gates", Scope.GATES_READ),
    ("DELETE", "/v1/gates/north", Scope.GATES_WRITE),
    ("POST", "/v1/gates/north/verify", Scope.GATES_DECIDE),
    ("POST", "/v1/gates/north/identify", Scope.GATES_DECIDE),
    ("POST", "/v1/gates/north/challenges", Scope.GATES_DECIDE),
    ("POST", "/v1/gates/north/open", Scope.GATES_OPEN),
    ("GET", "/v1/decisions", Scope.DECISIONS_READ),
    ("GET", "/v1/cameras", Scope.CAMERAS_READ),
    ("DELETE", "/v1/cameras/c", Scope.CAMERAS_WRITE),
    ("GET", "/v1/cameras/c/zones", Scope.CAMERAS_READ),
    ("POST", "/v1/plates/read", Scope.PLATES_READ),
    ("GET", "/v1/parking/lots", Scope.PARKING_READ),
    ("GET", "/v1/parking/lots/x/lookup?plate=A1", Scope.PARKING_READ),
    ("GET", "/v1/parking/lots/x/occupancy", Scope.PARKING_READ),
    ("GET", "/v1/parking/rates", Scope.PARKING_READ),
    ("GET", "/v1/parking/rights", Scope.PARKING_READ),
    ("DELETE", "/v1/parking/lots/x", Scope.PARKING_WRITE),
    ("DELETE", "/v1/parking/lots/x/lanes/in", Scope.PARKING_WRITE),
    ("DELETE", "/v1/parking/rights/x", Scope.PARKING_WRITE),
    ("GET", "/v1/parking/lots/x/controller-key", Scope.PARKING_WRITE),
    ("POST", "/v1/parking/lots/x/entries", Scope.PARKING_DECIDE),
    ("POST", "/v1/parking/lots/x/exits", Scope.PARKING_DECIDE),
    ("GET", "/v1/parking/lots/x/offline-list", Scope.PARKING_DECIDE),
    ("GET", "/v1/parking/lots/x/observations/x/evidence", Scope.PARKING_OPERATE),
    ("POST", "/v1/parking/lots/x/lanes/in/open", Scope.PARKING_OPERATE),
    ("GET", "/v1/parking/rights?plate=A1", Scope.PARKING_PLATES),
    ("POST", "/v1/parking/erasures", Scope.PARKING_ERASE),
    ("GET", "/v1/kinds", Scope.CASES_READ),
    ("POST", "/v1/incidents", Scope.INCIDENTS_WRITE),
    ("GET", "/v1/incidents", Scope.CASES_READ),
    ("GET", "/v1/cases", Scope.CASES_READ),
    ("GET", "/v1/cases/statistics", Scope.CASES_READ),
    ("GET", "/v1/cases/x/history", Scope.CASES_READ),
    ("GET", "/v1/cases/x/evidence", Scope.CASES_READ),
    ("GET", "/v1/cases/x/evidence/y", Scope.CASES_EVIDENCE),
    ("POST", "/v1/cases/x/evidence", Scope.CASES_OPERATE),
    ("POST", "/v1/cases/x/transitions", Scope.CASES_OPERATE),
    ("POST", "/v1/cases/x/views", Scope.INCIDENTS_WRITE),
    ("GET", "/v1/suppressions", Scope.CASES_READ),
    ("POST", "/v1/suppressions/x/lift", Scope.CASES_OPERATE),
    ("GET", "/v1/events", Scope.EVENTS_READ),
    ("GET", "/v1/events/stream", Scope.EVENTS_READ),
    ("GET", "/v1/webhooks", Scope.WEBHOOKS_READ),
    ("GET", "/v1/webhooks/x/deliveries", Scope.WEBHOOKS_READ),
    ("DELETE", "/v1/webhooks/x", Scope.WEBHOOKS_WRITE),
    ("POST", "/v1/webhooks/x/test", Scope.WEBHOOKS_WRITE),
    ("POST", "/v1/webhooks/x/replay", Scope.EVENTS_READ),
    ("GET", "/v1/dead-letters", Scope.DEAD_LETTERS_READ),
    ("POST", "/v1/dead-letters/x/replay", Scope.DEAD_LETTERS_REPLAY),
    ("GET", "/v1/keys", Scope.KEYS_ADMIN),
    ("GET", "/v1/audit", Scope.AUDIT_READ),
    ("GET", "/v1/audit/verify", Scope.AUDIT_READ),
]


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_without_a_valid_key_everything_is_401_before_the_body_is_looked_at(api: Api) -> None:
    for given in ("", "Basic Zm9vOmJhcg==", "Bearer", "Bearer cg_0123456789abcdef_" + "x" * 43):
        for path in ("/v1/subjects", "/v1/gates", "/v1/gates/north/verify", "/v1/keys"):
            answer = api.client.post(path, content=b"{nonsense", headers={"Authorization": given})
            assert _problem(answer) == (401, "unauthenticated")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_is_shown_once_and_kept_as_a_hash(api: Api) -> None:
    made = api.client.post("/v1/keys", json={"name": "gate", "scopes": ["gates:read"], "purposes": [PURPOSE]})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert api.client.get("/v1/gates", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert secret not in api.client.get("/v1/keys").text
    assert secret.encode() not in b"".join(
        file.read_bytes() for file in api.assembly.settings.home.iterdir() if file.is_file()
    )


def test_a_revoked_key_ends_at_once(api: Api) -> None:
    made = api.client.post("/v1/keys", json={"name": "x", "scopes": ["gates:read"], "purposes": ["*"]}).json()
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert api.client.get("/v1/gates", headers=headers).status_code == 200
    assert api.client.delete(f"/v1/keys/{made['id']}").json()["revoked_at"] is not None
    assert api.client.get("/v1/gates", headers=headers).status_code == 401


def test_an_expired_key_is_refused(api: Api) -> None:
    key = {"name": "x", "scopes": ["gates:read"], "purposes": ["*"], "expires_at": "2026-11-21T09:00:00+01:00"}
    secret = api.client.post("/v1/keys", json=key).json()["secret"]
    # 09:00 in Berlin is 08:00 UTC, which is now.
    assert api.client.get("/v1/gates", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_each_route_wants_its_own_scope(api: Api) -> None:
    assert len({scope for _, _, scope in WANTED_SCOPES} | {Scope.SUBJECTS_WRITE}) == len(Scope)
    for method, path, scope in WANTED_SCOPES:
        everything_else = api.key(*[other for other in Scope if other is not scope])
        body = {"reason": "x"} if path.endswith("/open") else {"plate": "A1"} if path.endswith("/erasures") else None
        answer = api.client.request(method, path, headers=everything_else, json=body)
        assert _problem(answer) == (403, "forbidden-scope"), path
        assert scope in answer.json()["detail"]


def test_nobody_makes_a_key_with_scopes_they_do_not_have(api: Api) -> None:
    admin = api.key(Scope.KEYS_ADMIN)
    key = {"name": "x", "scopes": ["gates:open"], "purposes": ["*"]}
    assert _problem(api.client.post("/v1/keys", json=key, headers=admin)) == (403, "forbidden-scope")


def test_keys_and_audit_are_for_keys_of_every_purpose(api: Api) -> None:
    limited = api.key(purposes=(PURPOSE,))
    for path in ("/v1/keys", "/v1/audit", "/v1/audit/verify", "/v1/dead-letters"):
        assert _problem(api.client.get(path, headers=limited)) == (403, "forbidden-purpose")


def test_what_belongs_to_another_purpose_is_forbidden_and_absent_from_lists(api: Api) -> None:
    subject_id = api.enrolled(1)
    api.add_gate()
    decision = api.client.post("/v1/gates/north/verify", data={"subject_id": subject_id}, files=[part(jpeg(1))]).json()
    other = api.key(purposes=(OTHER,))
    fields = {"subject_id": subject_id, "gallery": GALLERY}
    forbidden = [
        api.client.get(f"/v1/galleries/{GALLERY}", headers=other),
        api.client.delete(f"/v1/galleries/{GALLERY}", headers=other),
        api.client.post("/v1/galleries", json={"id": "x", "purpose": PURPOSE, "title": "x"}, headers=other),
        api.client.get("/v1/gates/north", headers=other),
        api.client.delete("/v1/gates/north", headers=other),
        api.client.post("/v1/gates", json={"id": "x", "gallery": GALLERY, "mode": "verify"}, headers=other),
        api.client.post("/v1/gates/north/verify", data=fields | {"gallery": ""}, headers=other),
        api.client.post("/v1/gates/north/open", json={"reason": "x"}, headers=other),
        api.client.get(f"/v1/decisions/{decision['decision_id']}", headers=other),
        api.client.post("/v1/enrolments", data=fields, files=[part(jpeg(1))], headers=other),
        api.client.get("/v1/enrolments", params={"gallery": GALLERY}, headers=other),
    ]
    kinds = [_problem(answer) for answer in forbidden]
    assert len(kinds) == 11
    assert kinds.count((403, "forbidden-purpose")) == 10
    assert kinds[6] == (422, "invalid-request")  # an unknown field is told first
    for path in ("galleries", "gates", "decisions", "subjects", "events"):
        assert api.client.get(f"/v1/{path}", headers=other).json()["items"] == []
    for path in (f"/v1/subjects/{subject_id}", f"/v1/consents?subject_id={subject_id}"):
        assert _problem(api.client.get(path, headers=other)) == (404, "not-found")
