"""Cars that ask, come and leave, over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.scopes import Scope
from tests.api.conftest import LOT, Api, car_jpeg, part, wait_for

PLATE, NEAR, OTHER = "粤B12345", "粤B1234S", "沪A8K920"
HERE = f"/v1/parking/lots/{LOT}"


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def _look_up(api: Api, plate: str, **params: str) -> dict[str, Any]:
    answer = api.client.get(f"{HERE}/lookup", params={"plate": plate} | params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _enter_by_picture(api: Api, picture: bytes, **fields: str) -> httpx.Response:
    return api.client.post(f"{HERE}/entries", data={"lane": "in"} | fields, files=[part(picture)])


def test_the_lookup_says_whether_a_car_may_pass_why_and_what_is_owed(api: Api) -> None:
    api.add_lot()
    stranger = _look_up(api, "粤b·123 45", lane="in")
    assert stranger == {
        "plate": PLATE,
        "lot": LOT,
        "decision": "accepted",
        "reason": "new_session",
        "session": None,
        "due": None,
        "expires_at": "2026-11-21T08:00:05Z",
        "candidates": [],
    }
    assert api.client.get(f"{HERE}/sessions").json()["items"] == []  # asking opens nothing
    session = api.enter(PLATE)["session"]
    assert session is not None
    free = _look_up(api, PLATE)
    assert (free["decision"], free["reason"], free["session"]) == ("accepted", "within_free_time", session)
    api.clock.advance(90 * 60)
    owing = _look_up(api, PLATE)
    assert (owing["decision"], owing["reason"], owing["due"]) == (
        "rejected",
        "payment_due",
        {"amount": "10.00", "currency": "CNY"},
    )
    nobody = _look_up(api, OTHER, lane="out")
    assert (nobody["decision"], nobody["reason"], nobody["due"]) == ("unknown", "no_session", None)


def test_a_car_comes_pays_and_leaves(api: Api) -> None:
    api.add_lot()
    entered = api.enter(PLATE)
    assert (entered["decision"], entered["reason"], entered["direction"]) == ("accepted", "new_session", "entry")
    api.clock.advance(90 * 60)
    refused = api.leave(PLATE)
    assert (refused["decision"], refused["reason"], refused["due"]["amount"]) == ("rejected", "payment_due", "10.00")
    api.clock.advance(6 * 60)  # it drives back to the kiosk
    payment = {"session": entered["session"], "amount": "10.00", "currency": "CNY", "reference": "kiosk/1"}
    paid = api.client.post(f"{HERE}/payments", json=payment)
    assert (paid.status_code, paid.json()["due_after"]["amount"], paid.json()["overpaid"]["amount"]) == (
        201,
        "0.00",
        "0.00",
    )
    left = api.leave(PLATE)
    assert (left["decision"], left["reason"], left["session"]) == ("accepted", "paid", entered["session"])
    kinds = [event["kind"] for event in api.client.get("/v1/events").json()["items"]]
    assert kinds == ["parking.entry", "parking.refused", "parking.payment", "parking.exit"]


def test_a_plate_is_read_off_the_picture_and_the_picture_kept_for_the_operator(api: Api) -> None:
    api.add_lot()
    answer = _enter_by_picture(api, car_jpeg(PLATE))
    assert answer.status_code == 200, answer.text
    passage = answer.json()
    assert (passage["plate"], passage["decision"], passage["reason"]) == (PLATE, "accepted", "new_session")
    kept = api.client.get(f"{HERE}/observations/{passage['observation_id']}/evidence")
    assert (kept.status_code, kept.headers["Content-Type"]) == (200, "image/jpeg")
    seen = api.client.post("/v1/plates/read", files=[part(kept.content)]).json()["items"]
    assert [plate["text"] for plate in seen] == [PLATE]


@pytest.mark.parametrize(
    ("text", "drawn", "reason"),
    [(PLATE, {"confidence": 0.6}, "low_confidence"), ("粤B123", {}, "implausible_text")],
    ids=["uncertain", "no format"],
)
def test_a_picture_that_no_gate_should_go_by_is_answered_with_unknown(
    api: Api, text: str, drawn: dict[str, Any], reason: str
) -> None:
    api.add_lot()
    passage = _enter_by_picture(api, car_jpeg(text, **drawn)).json()
    assert (passage["decision"], passage["reason"], passage["session"]) == ("unknown", reason, None)
    waiting = api.client.get(f"{HERE}/observations", params={"waiting": True}).json()["items"]
    assert [one["id"] for one in waiting] == [passage["observation_id"]]


def test_pictures_that_cannot_be_used_are_problems(api: Api) -> None:
    api.add_lot()
    wanted = [
        (_enter_by_picture(api, b"nonsense"), (422, "not-an-image")),
        (_enter_by_picture(api, car_jpeg()), (422, "no-plate")),
        (_enter_by_picture(api, car_jpeg(PLATE, legible=False)), (422, "no-plate")),
        (_enter_by_picture(api, car_jpeg(PLATE, OTHER)), (422, "several-plates")),
        (_enter_by_picture(api, car_jpeg(PLATE), plate=PLATE), (422, "invalid-request")),
        (api.client.post(f"{HERE}/entries", json={"lane": "in"}), (422, "invalid-request")),
    ]
    assert [_problem(answer) for answer, _ in wanted] == [problem for _, problem in wanted]
    assert api.client.get(f"{HERE}/sessions").json()["items"] == []


def test_a_cameras_reading_needs_two_agreeing_reads_and_a_format(api: Api) -> None:
    api.add_lot()
    camera = {"confidence": 0.95, "camera": "cam", "agreeing": 1, "visit": "cam/1"}
    assert api.enter(PLATE, **camera)["reason"] == "not_enough_reads"
    assert api.enter("HARBOURCAFE", **camera | {"visit": "cam/2", "agreeing": 9})["reason"] == "implausible_text"
    assert api.enter(PLATE, **camera | {"visit": "cam/3", "agreeing": 2, "confidence": 0.5})["reason"] == (
        "low_confidence"
    )
    assert api.enter(PLATE, **camera | {"visit": "cam/4", "agreeing": 2})["decision"] == "accepted"


def test_one_visit_is_one_session_however_often_it_is_told(api: Api) -> None:
    api.add_lot()
    visit = {"camera": "cam", "visit": "cam/1"}
    first, again = api.enter(PLATE, **visit), api.enter(PLATE, **visit)
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["session"] == first["session"]
    assert len(api.client.get(f"{HERE}/sessions").json()["items"]) == 1


def test_an_answer_that_is_too_old_is_not_given_again(api: Api) -> None:
    api.add_lot()
    visit = {"camera": "cam", "visit": "cam/1"}
    first = api.enter(PLATE, **visit)
    api.clock.advance(5)  # the time-to-live of decisions
    again = api.enter(PLATE, **visit)
    assert (again["decision"], again["reason"], again["expires_at"]) == ("unknown", "expired", first["expires_at"])


def test_nothing_opens_for_a_car_that_is_told_of_late(api: Api) -> None:
    api.add_lot()
    lane = {"id": "side", "kind": "entry", "barrier": {"kind": "simulated"}}
    assert api.client.post(f"{HERE}/lanes", json=lane).status_code == 201
    late = api.enter(PLATE, lane="side", seen_at=(api.clock() - timedelta(minutes=2)).isoformat())
    assert late["decision"] == "accepted"
    assert late["expires_at"] == "2026-11-21T08:00:00Z"  # has passed already
    now = api.enter(OTHER, lane="side")
    assert now["decision"] == "accepted"

    def opened() -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = api.client.get("/v1/events", params={"kind": "barrier.command"}).json()["items"]
        return [event for event in events if event["state"] == "opened"]

    wait_for(lambda: len(opened()) > 0)
    assert [event["decision_id"] for event in opened()] == [now["observation_id"]]


def test_two_entries_at_the_same_time_make_one_session(api: Api) -> None:
    api.add_lot()
    with ThreadPoolExecutor(6) as pool:
        passages = list(pool.map(lambda _: api.enter(PLATE), range(6)))
    assert len(passages) == 6
    assert sorted(passage["decision"] for passage in passages) == ["accepted"] + ["unknown"] * 5
    assert {passage["reason"] for passage in passages} == {"new_session", "needs_operator"}
    assert len(api.client.get(f"{HERE}/sessions").json()["items"]) == 1
    assert api.client.get(f"{HERE}/occupancy").json()["occupied"] == 1


def test_an_entry_with_an_idempotency_key_is_carried_out_once(api: Api) -> None:
    api.add_lot()
    answers = [
        api.client.post(f"{HERE}/entries", json={"lane": "in", "plate": PLATE}, headers={"Idempotency-Key": "a"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    other = api.client.post(f"{HERE}/entries", json={"lane": "in", "plate": OTHER}, headers={"Idempotency-Key": "a"})
    assert _problem(other) == (409, "conflict")


def test_a_near_match_leaves_only_when_it_is_unique_and_else_an_operator_picks(api: Api) -> None:
    api.add_lot()
    first = api.enter(PLATE)["session"]
    assert api.leave(NEAR)["session"] == first  # a 5 read as S, and nobody else it could be
    sessions = [api.enter(plate)["session"] for plate in (PLATE, "粤B1Z34S")]
    doubtful = api.leave(NEAR)  # one character from either: 5 for S, Z for 2
    assert (doubtful["decision"], doubtful["reason"], doubtful["session"]) == ("unknown", "needs_operator", None)
    assert [candidate["session"] for candidate in doubtful["candidates"]] == sessions
    here = f"{HERE}/observations/{doubtful['observation_id']}/resolutions"
    resolved = api.client.post(here, json={"session": sessions[1], "reason": "ticket-shown"})
    assert (resolved.json()["decision"], resolved.json()["session"]) == ("accepted", sessions[1])
    assert _problem(api.client.post(here, json={"session": sessions[0], "reason": "again"})) == (409, "conflict")
    assert api.client.get(f"{HERE}/observations", params={"waiting": True}).json()["items"] == []


@pytest.mark.parametrize("plate", ["", "?", "粤B12345粤B12345", "<script>", "粤B1234☃"])
def test_a_text_that_is_on_no_plate_is_refused_without_repeating_it(api: Api, plate: str) -> None:
    api.add_lot()
    asked = api.client.get(f"{HERE}/lookup", params={"plate": plate})
    told = api.client.post(f"{HERE}/entries", json={"lane": "in", "plate": plate})
    assert [_problem(answer) for answer in (asked, told)] == [(422, "invalid-request")] * 2
    if len(plate) > 1:
        assert plate not in asked.text + told.text


def test_what_is_not_there_is_not_found_and_lanes_go_one_way(api: Api) -> None:
    api.add_lot()
    sighting = {"lane": "in", "plate": PLATE}
    wanted = [
        (api.client.get("/v1/parking/lots/none/lookup", params={"plate": PLATE}), (404, "not-found")),
        (api.client.get(f"{HERE}/lookup", params={"plate": PLATE, "lane": "none"}), (404, "not-found")),
        (api.client.post("/v1/parking/lots/none/entries", json=sighting), (404, "not-found")),
        (api.client.post(f"{HERE}/entries", json=sighting | {"lane": "none"}), (404, "not-found")),
        (api.client.post(f"{HERE}/exits", json=sighting), (422, "invalid-value")),
        (api.client.post(f"{HERE}/entries", json=sighting | {"camera": "cam"}), (422, "invalid-value")),
        (
            api.client.post(f"{HERE}/entries", json=sighting | {"seen_at": "2026-11-21T08:00:00"}),
            (422, "invalid-request"),
        ),
        (api.client.get(f"{HERE}/sessions/ses_none"), (404, "not-found")),
    ]
    assert [_problem(answer) for answer, _ in wanted] == [problem for _, problem in wanted]


def test_metrics_count_passages_by_decision_and_never_by_plate(api: Api) -> None:
    api.add_lot()
    api.enter(PLATE)
    text = api.client.get("/metrics").text
    labels = f'decision="accepted",direction="entry",lot="{LOT}",reason="new_session"'
    assert f"citygate_parking_passages_total{{{labels}}} 1.0" in text
    assert PLATE not in text


def test_whoever_may_only_look_up_decides_nothing(api: Api) -> None:
    api.add_lot()
    reader = api.key(Scope.PARKING_READ)
    refused = api.client.post(f"{HERE}/entries", json={"lane": "in", "plate": PLATE}, headers=reader)
    assert _problem(refused) == (403, "forbidden-scope")
