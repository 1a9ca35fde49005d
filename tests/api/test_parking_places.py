"""Lots with their lanes and rates, and how full they are."""

import base64
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from pipelines.parking.offline import judge, open_list
from tests.api.conftest import LOT, RATE, Api

PLATE = "粤B12345"
LOTS = "/v1/parking/lots"
HERE = f"{LOTS}/{LOT}"


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_a_lot_is_added_listed_changed_and_deleted(api: Api) -> None:
    api.add_lot()
    assert [lot["id"] for lot in api.client.get(LOTS).json()["items"]] == [LOT]
    lot = api.client.get(HERE).json()
    assert (lot["rate"], lot["capacity"], lot["anti_passback"], lot["purpose"]) == (
        "visitors",
        10,
        "operator",
        "parking",
    )
    changed = api.client.patch(HERE, json={"capacity": None, "anti_passback": "refuse", "title": None})
    assert changed.json() == lot | {"capacity": None, "anti_passback": "refuse"}
    assert api.client.get(HERE).json() == changed.json()
    assert api.client.delete(HERE).status_code == 204
    assert _problem(api.client.get(HERE)) == (404, "not-found")


def test_a_lot_with_cars_inside_stays(api: Api) -> None:
    api.add_lot()
    assert api.enter(PLATE)["decision"] == "accepted"
    assert _problem(api.client.delete(HERE)) == (409, "conflict")


def test_a_lot_is_added_once_and_with_a_rate_that_is_there(api: Api) -> None:
    api.add_lot()
    lot = {"id": LOT, "title": "Harbour", "rate": "visitors"}
    assert _problem(api.client.post(LOTS, json=lot)) == (409, "conflict")
    assert _problem(api.client.post(LOTS, json=lot | {"id": "x", "rate": "none"})) == (404, "not-found")
    assert _problem(api.client.patch(HERE, json={"rate": "none"})) == (404, "not-found")


def test_lanes_come_and_go_and_show_no_secret(api: Api) -> None:
    api.add_lot()
    barrier = {"kind": "http", "url": "http://u:hidden@10.0.0.7/open", "secret": "hidden"}
    lanes = f"{HERE}/lanes"
    made = api.client.post(lanes, json={"id": "side", "kind": "both", "barrier": barrier})
    assert (made.status_code, made.json()["lane_id"], made.json()["barrier"]["address"]) == (
        201,
        f"{LOT}/side",
        "http://10.0.0.7",
    )
    listed = api.client.get(lanes)
    assert [lane["id"] for lane in listed.json()["items"]] == ["in", "out", "side"]
    assert "hidden" not in listed.text
    assert _problem(api.client.post(lanes, json={"id": "side", "kind": "both"})) == (409, "conflict")
    assert _problem(api.client.post(lanes, json={"id": "x", "kind": "both", "gate": "none"})) == (404, "unknown-gate")
    assert api.client.delete(f"{lanes}/side").status_code == 204
    assert _problem(api.client.get(f"{lanes}/side")) == (404, "not-found")


def test_a_lane_is_opened_by_hand_with_a_reason(api: Api) -> None:
    api.add_lot()
    api.client.post(f"{HERE}/lanes", json={"id": "side", "kind": "both", "barrier": {"kind": "simulated"}})
    opened = api.client.post(f"{HERE}/lanes/side/open", json={"reason": "ambulance"})
    assert (opened.status_code, opened.json()["outcome"], opened.json()["manual"]) == (201, "opened", True)
    assert _problem(api.client.post(f"{HERE}/lanes/in/open", json={"reason": "ambulance"})) == (422, "invalid-value")
    assert _problem(api.client.post(f"{HERE}/lanes/side/open", json={"reason": PLATE})) == (422, "invalid-request")


def test_a_rate_gets_a_new_version_and_cars_inside_keep_theirs(api: Api) -> None:
    api.add_lot()
    api.enter(PLATE)
    dearer = api.client.post("/v1/parking/rates", json=RATE | {"steps": [{"minutes": 60, "price": "9.00"}]})
    assert (dearer.status_code, dearer.json()["version"]) == (201, 2)
    assert api.client.get("/v1/parking/rates/visitors").json()["steps"] == [{"minutes": 60, "price": "9.00"}]
    first = api.client.get("/v1/parking/rates/visitors", params={"version": 1}).json()
    assert first["steps"] == [{"minutes": 60, "price": "5.00"}]
    assert len(api.client.get("/v1/parking/rates").json()["items"]) == 2
    api.clock.advance(90 * 60)
    # The second hour has begun: 2 x 5.00, not 2 x 9.00.
    assert api.client.get(f"{HERE}/lookup", params={"plate": PLATE}).json()["due"] == {
        "amount": "10.00",
        "currency": "CNY",
    }


def test_a_rate_of_all_parts_comes_back_as_it_was_given(api: Api) -> None:
    rate = RATE | {
        "free_time": "deducted",
        "daily_cap": {"price": "40.00", "per": "calendar_day"},
        "night": {"begins": "21:00", "ends": "07:00", "step": {"minutes": 60, "price": "1.00"}, "cap": "8.00"},
    }
    assert api.client.post("/v1/parking/rates", json=rate).json() == rate | {"version": 1}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"time_zone": "Asia/Nowhere"}, (422, "invalid-value")),
        ({"steps": [{"minutes": 60, "price": "5.001"}]}, (422, "invalid-value")),
        ({"steps": [{"minutes": 60, "price": 5.0}]}, (422, "invalid-request")),
        ({"steps": []}, (422, "invalid-request")),
        ({"currency": "yuan"}, (422, "invalid-request")),
        ({"version": 7}, (422, "invalid-request")),
    ],
    ids=["zone", "a tenth of a fen", "float", "no steps", "currency", "version"],
)
def test_a_rate_that_cannot_be_is_refused(api: Api, change: dict[str, object], problem: tuple[int, str]) -> None:
    assert _problem(api.client.post("/v1/parking/rates", json=RATE | change)) == problem


def test_occupancy_follows_the_cars_and_what_a_person_counted(api: Api) -> None:
    api.add_lot(capacity=2)
    api.enter(PLATE)
    occupancy = api.client.get(f"{HERE}/occupancy").json()
    assert occupancy == {"lot": LOT, "occupied": 1, "inside": 1, "capacity": 2, "free": 1, "full": False}
    counted = api.client.post(f"{HERE}/occupancy/corrections", json={"occupied": 2, "reason": "counted"})
    assert (counted.json()["occupied"], counted.json()["full"]) == (2, True)
    refused = api.enter("粤B99999")
    assert (refused["decision"], refused["reason"]) == ("rejected", "lot_full")
    actions = [entry["action"] for entry in api.client.get("/v1/audit", params={"limit": 500}).json()["items"]]
    assert "parking.counted" in actions


def test_a_controller_judges_by_the_offline_list(api: Api) -> None:
    api.add_lot()
    permit = {"plates": [PLATE], "lot": LOT}
    assert api.client.post("/v1/parking/permits", json=permit).status_code == 201
    listed = api.client.get(f"{HERE}/offline-list")
    assert PLATE not in listed.text
    public = base64.b64decode(api.client.get("/v1/parking/offline-key").json()["key"])
    secret = base64.b64decode(api.client.get(f"{HERE}/controller-key").json()["key"])
    now = api.clock()
    content = open_list(listed.content, public, lot_id=LOT, now=now)
    assert judge(content, secret, PLATE, "entry", now) == ("accepted", "permit")
    assert judge(content, secret, "粤B99999", "entry", now)[0] == "unknown"
    assert judge(content, secret, PLATE, "entry", now + timedelta(hours=24))[0] == "unknown"


def test_amounts_are_exact_text(api: Api) -> None:
    api.add_lot()
    api.enter(PLATE)
    api.clock.advance(3 * 3600 + 1)
    due = api.client.get(f"{HERE}/lookup", params={"plate": PLATE}).json()["due"]
    # The fourth hour has begun: 4 x 5.00.
    assert Decimal(due["amount"]) == Decimal("20.00")
    assert due["amount"] == "20.00"
