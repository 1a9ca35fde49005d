"""Stays, payments, and what operators correct, over HTTP."""

import httpx

from tests.api.conftest import LOT, Api

PLATE, OTHER = "粤B12345", "沪A8K920"
HERE = f"/v1/parking/lots/{LOT}"


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def _pay(api: Api, session: str, amount: str = "5.00", reference: str = "r1", currency: str = "CNY") -> httpx.Response:
    payment = {"session": session, "amount": amount, "currency": currency, "reference": reference}
    return api.client.post(f"{HERE}/payments", json=payment)


def test_a_session_shows_what_is_owed_and_what_was_paid(api: Api) -> None:
    api.add_lot()
    session = api.enter(PLATE)["session"]
    api.clock.advance(90 * 60)
    first = _pay(api, session, "4.00")
    assert (first.status_code, first.json()["due_after"]["amount"], first.json()["covered_until"]) == (
        201,
        "6.00",
        None,
    )
    second = _pay(api, session, "7.00", "r2").json()
    # 6.00 were owed; it may leave within the 15 minutes of grace.
    assert (second["due_after"]["amount"], second["overpaid"]["amount"]) == ("0.00", "1.00")
    assert second["covered_until"] == "2026-11-21T09:45:00Z"
    shown = api.client.get(f"{HERE}/sessions/{session}").json()
    assert (shown["state"], shown["plate"], shown["rate"], shown["rate_version"]) == ("open", PLATE, "visitors", 1)
    assert (shown["due"]["amount"], [payment["amount"] for payment in shown["payments"]]) == ("0.00", ["4.00", "7.00"])
    assert shown["entered_at"] == "2026-11-21T08:00:00Z"


def test_a_payment_counts_once(api: Api) -> None:
    api.add_lot()
    session = api.enter(PLATE)["session"]
    api.clock.advance(90 * 60)
    assert _pay(api, session).json() == _pay(api, session).json()
    assert len(api.client.get(f"{HERE}/sessions/{session}").json()["payments"]) == 1
    assert _problem(_pay(api, session, "6.00")) == (409, "conflict")


def test_a_payment_that_cannot_be_is_refused(api: Api) -> None:
    api.add_lot()
    session = api.enter(PLATE)["session"]
    wanted = [
        (_pay(api, session, "0.00"), (422, "invalid-value")),
        (_pay(api, session, "1.005"), (422, "invalid-value")),
        (_pay(api, session, "-1.00"), (422, "invalid-request")),
        (_pay(api, session, currency="EUR"), (422, "invalid-value")),
        (_pay(api, "ses_none"), (404, "not-found")),
    ]
    assert [_problem(answer) for answer, _ in wanted] == [problem for _, problem in wanted]


def test_an_operator_corrects_a_plate_and_the_log_tells_who_and_why(api: Api) -> None:
    api.add_lot()
    session = api.enter("粤B1234S")["session"]
    correction = {"plate": PLATE, "reason": "misread"}
    corrected = api.client.post(f"{HERE}/sessions/{session}/corrections", json=correction)
    assert (corrected.status_code, corrected.json()["plate"]) == (200, PLATE)
    assert api.leave(PLATE)["session"] == session
    audit = api.client.get("/v1/audit", params={"limit": 500})
    (entry,) = [entry for entry in audit.json()["items"] if entry["action"] == "parking.corrected"]
    assert (entry["target"], entry["details"]["reason"], entry["actor"][:4]) == (session, "misread", "key_")
    assert PLATE not in audit.text


def test_a_correction_to_the_plate_of_another_car_inside_is_a_conflict(api: Api) -> None:
    api.add_lot()
    session = api.enter(PLATE)["session"]
    api.enter(OTHER)
    correction = {"plate": OTHER, "reason": "misread"}
    assert _problem(api.client.post(f"{HERE}/sessions/{session}/corrections", json=correction)) == (409, "conflict")
    no_reason = api.client.post(f"{HERE}/sessions/{session}/corrections", json={"plate": PLATE})
    assert _problem(no_reason) == (422, "invalid-request")


def test_an_operator_ends_the_session_of_a_car_that_left_unseen(api: Api) -> None:
    api.add_lot()
    session = api.enter(PLATE)["session"]
    api.clock.advance(90 * 60)
    here = f"{HERE}/sessions/{session}/resolutions"
    closed = api.client.post(here, json={"reason": "space-empty", "waive": True})
    assert (closed.status_code, closed.json()["state"], closed.json()["fee"]["amount"]) == (200, "missed_exit", "0.00")
    assert _problem(api.client.post(here, json={"reason": "space-empty"})) == (409, "conflict")
    states = api.client.get(f"{HERE}/sessions", params={"state": "missed_exit"}).json()["items"]
    assert [one["id"] for one in states] == [session]
    assert api.client.get(f"{HERE}/sessions", params={"state": "open"}).json()["items"] == []


def test_an_operator_says_what_an_unread_plate_reads_and_the_car_comes_in(api: Api) -> None:
    api.add_lot()
    doubt = api.enter("粤B1234S", confidence=0.5, agreeing=3, camera="cam", visit="cam/1")
    here = f"{HERE}/observations/{doubt['observation_id']}"
    both = api.client.post(f"{here}/resolutions", json={"plate": PLATE, "session": "ses_1", "reason": "misread"})
    assert _problem(both) == (422, "invalid-request")
    resolved = api.client.post(f"{here}/resolutions", json={"plate": PLATE, "reason": "misread"}).json()
    assert (resolved["decision"], resolved["plate"], resolved["reason"]) == ("accepted", PLATE, "new_session")
    assert api.client.get(here).json()["resolved_at"] is not None


def test_an_observation_that_needs_nobody_is_dismissed(api: Api) -> None:
    api.add_lot()
    doubt = api.enter("粤B1234S", confidence=0.5, agreeing=3, camera="cam", visit="cam/1")
    here = f"{HERE}/observations/{doubt['observation_id']}"
    assert api.client.post(f"{here}/dismissals", json={"reason": "turned-back"}).json()["resolved_at"] is not None
    assert api.client.get(f"{HERE}/observations", params={"waiting": True}).json()["items"] == []
    assert len(api.client.get(f"{HERE}/observations").json()["items"]) == 1


def test_what_belongs_to_another_lot_is_not_found_there(api: Api) -> None:
    api.add_lot()
    api.add_lot("station")
    passage = api.enter(PLATE, camera="cam", visit="cam/1")
    there = "/v1/parking/lots/station"
    payment = {"session": passage["session"], "amount": "5.00", "currency": "CNY", "reference": "r1"}
    wanted = [
        api.client.get(f"{there}/sessions/{passage['session']}"),
        api.client.get(f"{there}/observations/{passage['observation_id']}"),
        api.client.post(f"{there}/payments", json=payment),
    ]
    assert [_problem(answer) for answer in wanted] == [(404, "not-found")] * 3
    same_visit = {"lane": "in", "plate": OTHER, "camera": "cam", "visit": "cam/1"}
    borrowed = api.client.post(f"{there}/entries", json=same_visit)
    assert _problem(borrowed) == (409, "conflict")
    assert PLATE not in borrowed.text
