"""A POST with an Idempotency-Key is carried out once, however often and from however many threads it is sent."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.api.conftest import GALLERY, Api, jpeg, part

KEY = {"Idempotency-Key": "order-66"}


def _add(api: Api, label: str = "Ada", headers: dict[str, str] = KEY) -> httpx.Response:
    return api.client.post("/v1/subjects", json={"label": label}, headers=headers)


def test_a_repeat_gets_the_first_answer_again(api: Api) -> None:
    first, second = _add(api), _add(api)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(api.client.get("/v1/subjects").json()["items"]) == 1


def test_the_same_key_for_another_request_is_a_conflict(api: Api) -> None:
    _add(api)
    other = _add(api, "Grace")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/conflict")


def test_another_caller_may_use_the_same_key(api: Api) -> None:
    _add(api)
    other = _add(api, headers=KEY | api.key())
    assert (other.status_code, "Idempotency-Replayed" in other.headers) == (201, False)


def test_duplicates_at_the_same_time_are_carried_out_once(api: Api) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _add(api), range(8)))
    assert len(answers) == 8
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    assert len(api.client.get("/v1/subjects").json()["items"]) == 1


def test_a_refused_request_may_be_corrected_under_the_same_key(api: Api) -> None:
    gallery = {"id": GALLERY, "purpose": "x", "title": "x"}
    assert api.client.post("/v1/galleries", json=gallery, headers=KEY).status_code == 409
    assert api.client.post("/v1/galleries", json=gallery | {"id": "other"}, headers=KEY).status_code == 201


def test_a_repeated_decision_is_the_same_decision_whatever_the_boundary_of_the_form(api: Api) -> None:
    subject_id = api.enrolled(1)
    api.add_gate()
    answers = [
        api.client.post(
            "/v1/gates/north/verify",
            data={"subject_id": subject_id},
            files=[part(jpeg(1))],
            headers=KEY | {"Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
        for boundary in ("first", "second")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert len(api.client.get("/v1/decisions").json()["items"]) == 1


def test_a_key_that_is_no_visible_ascii_is_refused(api: Api) -> None:
    answer = _add(api, headers={"Idempotency-Key": "a b"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")


def test_erasing_a_subject_erases_the_kept_answer(api: Api) -> None:
    first = _add(api).json()
    assert api.client.delete(f"/v1/subjects/{first['id']}").json()["answers"] == 1
    assert _add(api).json()["id"] != first["id"]
