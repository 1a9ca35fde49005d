"""Subjects, consents, galleries and enrolments over HTTP; lists in parts."""

import pytest

from tests.api.conftest import GALLERY, PURPOSE, Api, jpeg


def test_a_subject_is_added_found_and_listed(api: Api) -> None:
    added = api.client.post("/v1/subjects", json={"label": "Ada", "external_ref": "e-1"}).json()
    assert api.client.get(f"/v1/subjects/{added['id']}").json() == added
    found = api.client.get("/v1/subjects", params={"external_ref": "e-1"}).json()
    assert found == {"items": [added], "next": None}
    nobody = api.client.get("/v1/subjects", params={"external_ref": "e-2"}).json()
    assert nobody == {"items": [], "next": None}


def test_a_list_comes_in_parts_that_miss_and_repeat_nothing(api: Api) -> None:
    added = [api.client.post("/v1/subjects", json={"label": f"s{i}"}).json()["id"] for i in range(7)]
    seen: list[str] = []
    cursor, parts = None, 0
    while parts == 0 or cursor is not None:
        params = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = api.client.get("/v1/subjects", params=params).json()
        seen += [item["id"] for item in page["items"]]
        cursor, parts = page["next"], parts + 1
    assert (seen, parts) == (added, 3)


@pytest.mark.parametrize("query", ["cursor=nonsense", "limit=0", "limit=501", "limit=x"])
def test_a_part_that_cannot_be_is_a_problem(api: Api, query: str) -> None:
    assert api.client.get(f"/v1/subjects?{query}").status_code == 422


def test_the_cursor_of_another_list_is_refused(api: Api) -> None:
    for i in range(2):
        api.client.post("/v1/subjects", json={"label": f"s{i}"})
    cursor = api.client.get("/v1/subjects", params={"limit": 1}).json()["next"]
    answer = api.client.get("/v1/galleries", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-value")


def test_a_withdrawn_consent_ends_the_enrolment(api: Api) -> None:
    subject_id = api.enrolled(1)
    consent_id = api.client.get("/v1/consents", params={"subject_id": subject_id}).json()["items"][0]["id"]
    assert api.client.delete(f"/v1/consents/{consent_id}").json()["withdrawn_at"] is not None
    assert api.client.get("/v1/enrolments", params={"gallery": GALLERY}).json()["items"] == []
    assert api.client.get(f"/v1/consents/{consent_id}").json()["purpose"] == PURPOSE


def test_erasing_a_subject_leaves_nothing_to_be_found(api: Api) -> None:
    subject_id = api.enrolled(1)
    api.add_gate(mode="identify")
    erasure = api.client.delete(f"/v1/subjects/{subject_id}")
    assert (erasure.status_code, erasure.json()["templates"]) == (200, 1)
    assert api.client.get(f"/v1/subjects/{subject_id}").status_code == 404
    files = [("image", ("a.jpg", jpeg(1), "image/jpeg"))]
    assert api.client.post("/v1/gates/north/identify", files=files).json()["reason"] == "gallery_empty"


def test_enrolments_are_listed_and_taken_out(api: Api) -> None:
    subject_id = api.enrolled(1)
    listed = api.client.get("/v1/enrolments", params={"gallery": GALLERY, "subject_id": subject_id}).json()["items"]
    assert [(entry["subject_id"], entry["gallery"], entry["model_id"]) for entry in listed] == [
        (subject_id, GALLERY, "fake-v1")
    ]
    params = {"gallery": GALLERY, "subject_id": subject_id}
    assert api.client.delete("/v1/enrolments", params=params).json() == {"removed": 1}
    assert api.client.get(f"/v1/subjects/{subject_id}").status_code == 200


def test_a_gallery_is_deleted_once_no_gate_uses_it(api: Api) -> None:
    api.add_gate()
    assert api.client.delete(f"/v1/galleries/{GALLERY}").json()["type"] == "/problems/conflict"
    api.client.delete("/v1/gates/north")
    assert api.client.delete(f"/v1/galleries/{GALLERY}").status_code == 204


def test_what_is_refused_is_not_repeated_in_the_answer(api: Api) -> None:
    answer = api.client.post("/v1/subjects", json={"label": "Ada\u0000Lovelace", "surname": "Lovelace"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
    assert "Lovelace" not in answer.text
    assert {tuple(fault["at"]) for fault in answer.json()["errors"]} == {("body", "label"), ("body", "surname")}


def test_json_is_wanted_where_json_is_read(api: Api) -> None:
    answer = api.client.post("/v1/subjects", content=b'{"label": "x"}', headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-media-type")


def test_unknown_addresses_and_methods_are_problems(api: Api) -> None:
    missing, wrong = api.client.get("/v1/nothing"), api.client.put("/v1/subjects")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "/problems/method-not-allowed")
    assert wrong.headers["Allow"]
