"""Gates over HTTP: the contract's words, every decision a 200, nothing secret in an answer."""

import httpx

from tests.api.conftest import GALLERY, Api, jpeg, part

ANSWER = {
    "decision_id",
    "gate",
    "decision",
    "reason",
    "score",
    "threshold",
    "subject_id",
    "model_id",
    "expires_at",
}


def _verify(api: Api, subject_id: str, *pictures: bytes, gate: str = "north", **fields: str) -> httpx.Response:
    files = [part(picture) for picture in pictures]
    return api.client.post(f"/v1/gates/{gate}/verify", data={"subject_id": subject_id, **fields}, files=files)


def _identify(api: Api, *pictures: bytes) -> httpx.Response:
    return api.client.post("/v1/gates/north/identify", files=[part(picture) for picture in pictures])


def test_the_right_person_is_accepted_in_the_words_of_the_contract(api: Api) -> None:
    subject_id = api.enrolled(1)
    api.add_gate()
    answer = _verify(api, subject_id, jpeg(1, take=1))
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == ANSWER
    assert (body["decision"], body["reason"], body["subject_id"]) == ("accepted", "match", subject_id)
    assert (body["gate"], body["model_id"], body["threshold"]) == ("north", "fake-v1", 0.8)
    # The clock stands at 08:00:00; decisions are good for 5 s.
    assert body["expires_at"] == "2026-11-21T08:00:05Z"


def test_another_person_is_rejected_with_a_200(api: Api) -> None:
    subject_id = api.enrolled(1)
    api.add_gate()
    answer = _verify(api, subject_id, jpeg(2))
    assert (answer.status_code, answer.json()["decision"], answer.json()["reason"]) == (
        200,
        "rejected",
        "below_threshold",
    )


def test_a_stranger_is_unknown_with_a_200(api: Api) -> None:
    api.enrolled(1)
    api.add_gate(mode="identify")
    answer = _identify(api, jpeg(2))
    assert (answer.status_code, answer.json()["decision"], answer.json()["subject_id"]) == (200, "unknown", None)


def test_who_is_not_enrolled_is_unknown_even_if_there_is_no_such_subject(api: Api) -> None:
    api.add_gate()
    answer = _verify(api, "nobody", jpeg(1))
    assert (answer.status_code, answer.json()["reason"]) == (200, "not_enrolled")


def test_several_pictures_of_one_person_are_one_decision(api: Api) -> None:
    subject_id = api.enrolled(1)
    api.add_gate(mode="identify")
    assert _identify(api, jpeg(1), jpeg(1, take=2)).json()["subject_id"] == subject_id


def test_a_shadow_gate_tells_nothing_and_records_everything(api: Api) -> None:
    subject_id = api.enrolled(1)
    api.add_gate(shadow=True)
    told = _verify(api, subject_id, jpeg(1)).json()
    assert (told["decision"], told["reason"], told["score"], told["subject_id"]) == ("unknown", "shadow", None, None)
    recorded = api.client.get(f"/v1/decisions/{told['decision_id']}").json()
    assert (recorded["decision"], recorded["subject_id"], recorded["shadow"]) == ("accepted", subject_id, True)


def test_an_unknown_gate_is_its_own_problem(api: Api) -> None:
    answers = [
        _identify(api, jpeg(1)),
        api.client.get("/v1/gates/north"),
        api.client.delete("/v1/gates/north"),
        api.client.post("/v1/gates/north/challenges"),
        api.client.post("/v1/gates/north/open", json={"reason": "test"}),
    ]
    assert [(answer.status_code, answer.json()["type"]) for answer in answers] == [(404, "/problems/unknown-gate")] * 5


def test_asking_a_verifying_gate_who_it_is_is_a_problem(api: Api) -> None:
    api.add_gate()
    answer = _identify(api, jpeg(1))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-value")


def test_a_target_beyond_the_calibration_is_refused(api: Api) -> None:
    gate = {"id": "north", "gallery": GALLERY, "mode": "verify", "target_fmr": 1e-6}
    answer = api.client.post("/v1/gates", json=gate)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/uncalibrated")
    assert api.client.get("/v1/gates").json()["items"] == []


def test_a_gate_is_made_listed_and_deleted(api: Api) -> None:
    api.add_gate(mode="identify", liveness="challenge", margin=0.1)
    assert api.client.get("/v1/gates/north").json()["liveness"] == "challenge"
    assert [gate["id"] for gate in api.client.get("/v1/gates").json()["items"]] == ["north"]
    assert api.client.delete("/v1/gates/north").status_code == 204
    assert api.client.get("/v1/gates").json() == {"items": [], "next": None}


def test_a_gate_is_made_once(api: Api) -> None:
    api.add_gate()
    again = api.client.post("/v1/gates", json={"id": "north", "gallery": GALLERY, "mode": "verify"})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/conflict")


def test_a_barriers_secrets_never_come_back(api: Api) -> None:
    barrier = {"kind": "http", "url": "https://guard:hunter2@controller:8443/open?token=s3cret", "secret": "t0psecret"}
    api.add_gate(barrier=barrier)
    shown = api.client.get("/v1/gates/north")
    assert shown.json()["barrier"] == {
        "kind": "http",
        "address": "https://controller:8443",
        "topic": None,
        "timeout_s": 2.0,
    }
    assert not any(word in shown.text for word in ("hunter2", "s3cret", "t0psecret"))


def test_an_accepted_decision_opens_the_barrier_and_the_command_is_listed(api: Api) -> None:
    subject_id = api.enrolled(1)
    api.add_gate(barrier={"kind": "simulated"})
    decision_id = _verify(api, subject_id, jpeg(1)).json()["decision_id"]
    api.assembly.gates.barriers.close()
    commands = api.client.get("/v1/gates/north/commands").json()["items"]
    assert [(command["decision_id"], command["outcome"]) for command in commands] == [(decision_id, "opened")]


def test_opening_by_hand_is_answered_with_what_the_barrier_did_and_audited(api: Api) -> None:
    api.add_gate(barrier={"kind": "simulated"})
    opened = api.client.post("/v1/gates/north/open", json={"reason": "fire-drill"})
    assert (opened.status_code, opened.json()["outcome"], opened.json()["manual"]) == (201, "opened", True)
    acts = [entry["action"] for entry in api.client.get("/v1/audit").json()["items"]]
    assert acts[-1] == "barrier.opened_manually"
    assert api.client.get("/v1/audit/verify").json() == {"whole": True, "first_broken_seq": None}


def test_a_challenge_is_answered_with_turns_of_the_head(api: Api) -> None:
    subject_id = api.enrolled(1)
    api.add_gate(liveness="challenge")
    challenge = api.client.post("/v1/gates/north/challenges")
    assert challenge.status_code == 201
    yaw = {"turn_left": 0.4, "turn_right": -0.4}
    turns = [turn for action in challenge.json()["actions"] for turn in (yaw[action], 0.0)]
    pictures = [jpeg(1, yaw=angle) for angle in (0.0, *turns)]
    answered = {"challenge_id": challenge.json()["id"]}
    assert _verify(api, subject_id, *pictures, **answered).json()["decision"] == "accepted"
    assert _verify(api, subject_id, *pictures, **answered).json()["reason"] == "challenge_expired"
    assert _verify(api, subject_id, *pictures).json()["reason"] == "challenge_missing"


def test_decisions_are_listed_by_gate_and_subject_newest_first(api: Api) -> None:
    first, second = api.enrolled(1), api.enrolled(2)
    api.add_gate()
    made = [_verify(api, first, jpeg(1)).json(), _verify(api, second, jpeg(2)).json()]
    listed = api.client.get("/v1/decisions", params={"gate": "north"}).json()["items"]
    assert [entry["decision_id"] for entry in listed] == [made[1]["decision_id"], made[0]["decision_id"]]
    of_first = api.client.get("/v1/decisions", params={"subject_id": first}).json()["items"]
    assert [entry["decision_id"] for entry in of_first] == [made[0]["decision_id"]]


def test_no_more_requests_look_at_faces_than_there_are_slots(api: Api) -> None:
    subject_id = api.enrolled(1)
    api.add_gate()
    slots = api.app.state.site.slots
    held = [slots.one() for _ in range(api.assembly.settings.max_inferences)]
    for slot in held:
        slot.__enter__()
    refused = _verify(api, subject_id, jpeg(1))
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/busy")
    assert int(refused.headers["Retry-After"]) >= 1
    for slot in held:
        slot.__exit__(None, None, None)
    assert _verify(api, subject_id, jpeg(1)).status_code == 200
