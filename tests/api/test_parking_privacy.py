"""A plate is personal data: who sees it, and what is left of it after an erasure and in the logs."""

import logging

import httpx
import pytest

from api.scopes import Scope
from tests.api.conftest import LOT, Api, car_jpeg, part, wait_for

PLATE, MASKED = "粤B12345", "粤B•••45"
HERE = f"/v1/parking/lots/{LOT}"
ERASURES = "/v1/parking/erasures"


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def _masking(api: Api) -> dict[str, str]:
    return api.key(*[scope for scope in Scope if scope is not Scope.PARKING_PLATES])


def _park(api: Api) -> dict[str, str]:
    """A car with a permit, with a picture, inside; its answer was kept under an Idempotency-Key."""
    api.add_lot()
    permit = {"plates": [PLATE], "lot": LOT, "note": "flat 7"}
    assert api.client.post("/v1/parking/permits", json=permit).status_code == 201
    entry = api.client.post(
        f"{HERE}/entries", data={"lane": "in"}, files=[part(car_jpeg(PLATE))], headers={"Idempotency-Key": "a"}
    )
    passage: dict[str, str] = entry.json()
    assert passage["decision"] == "accepted"
    return passage


def test_plates_are_masked_for_keys_without_the_scope(api: Api) -> None:
    passage = _park(api)
    masking = _masking(api)
    shown = [
        api.client.get(path, headers=masking)
        for path in (
            "/v1/parking/rights",
            f"{HERE}/rights",
            f"{HERE}/sessions",
            f"{HERE}/sessions/{passage['session']}",
            f"{HERE}/observations",
            f"{HERE}/observations/{passage['observation_id']}",
        )
    ]
    shown.append(api.client.post(f"{HERE}/exits", data={"lane": "out"}, files=[part(car_jpeg(PLATE))], headers=masking))
    assert [answer.status_code for answer in shown] == [200] * 7
    for answer in shown:
        assert MASKED in answer.text, answer.request.url
        assert PLATE not in answer.text
        assert "flat 7" not in answer.text
    assert PLATE in api.client.get(f"{HERE}/sessions").text


def test_who_names_a_plate_gets_it_back_and_nothing_else(api: Api) -> None:
    api.add_lot()
    api.enter("粤B1234S")
    api.enter("粤B1Z345")
    asked = api.client.get(f"{HERE}/lookup", params={"plate": PLATE, "lane": "out"}, headers=_masking(api)).json()
    assert (asked["plate"], asked["reason"]) == (PLATE, "needs_operator")
    assert [candidate["plate"] for candidate in asked["candidates"]] == ["粤B•••4S", "粤B•••45"]


def test_who_may_not_see_plates_cannot_search_for_one_nor_see_the_picture(api: Api) -> None:
    passage = _park(api)
    masking = _masking(api)
    for path in (
        f"/v1/parking/rights?plate={PLATE}",
        f"/v1/parking/permits?plate={PLATE}",
        f"{HERE}/sessions?plate={PLATE}",
        f"{HERE}/observations/{passage['observation_id']}/evidence",
        f"{HERE}/controller-key",
    ):
        answer = api.client.get(path, headers=masking)
        assert _problem(answer) == (403, "forbidden-scope"), path
        assert Scope.PARKING_PLATES in answer.json()["detail"]
        assert api.client.get(path).status_code == 200


def test_a_lot_of_another_purpose_is_closed(api: Api) -> None:
    passage = _park(api)
    other = api.key(purposes=("visitors",))
    for path in (
        "",
        "/lanes",
        "/occupancy",
        "/sessions",
        "/observations",
        "/rights",
        "/offline-list",
        "/controller-key",
    ):
        assert _problem(api.client.get(HERE + path, headers=other)) == (403, "forbidden-purpose"), path
    assert _problem(api.client.get(f"{HERE}/lookup?plate={PLATE}", headers=other)) == (403, "forbidden-purpose")
    sighting = {"lane": "in", "plate": PLATE}
    assert _problem(api.client.post(f"{HERE}/entries", json=sighting, headers=other)) == (403, "forbidden-purpose")
    for path in ("/v1/parking/lots", "/v1/parking/rights", "/v1/events"):
        assert api.client.get(path, headers=other).json()["items"] == []
    assert _problem(api.client.get(f"{HERE}/sessions/{passage['session']}", headers=other))[0] == 403
    assert _problem(api.client.post(ERASURES, json={"plate": PLATE}, headers=other)) == (403, "forbidden-purpose")


def test_events_carry_a_hash_and_no_plate(api: Api) -> None:
    _park(api)
    events = api.client.get("/v1/events", params={"kind": "parking.entry"})
    (event,) = events.json()["items"]
    assert (event["lot_id"], event["lane_id"], event["direction"], event["purpose"]) == (LOT, "in", "entry", "parking")
    assert len(event["plate_hash"]) == 64
    assert PLATE not in events.text
    assert api.client.post(ERASURES, json={"plate": PLATE}).status_code == 200
    (left,) = api.client.get("/v1/events", params={"kind": "parking.entry"}).json()["items"]
    assert left["plate_hash"] is None


def test_an_erased_plate_is_gone_from_everywhere(api: Api) -> None:
    passage = _park(api)
    erased = api.client.post(ERASURES, json={"plate": "粤b 12345"})
    assert erased.status_code == 200, erased.text
    assert erased.json() == {"sessions": 1, "observations": 1, "pictures": 1, "rights": 1, "answers": 1}
    for path in (
        f"{HERE}/sessions/{passage['session']}",
        f"{HERE}/observations/{passage['observation_id']}",
        f"{HERE}/observations/{passage['observation_id']}/evidence",
    ):
        assert api.client.get(path).status_code == 404
    for path in (f"{HERE}/sessions", "/v1/parking/rights"):
        assert api.client.get(path).json()["items"] == []
    again = api.client.post(ERASURES, json={"plate": PLATE})
    assert sum(again.json().values()) == 0
    assert PLATE not in api.client.get("/v1/audit", params={"limit": 500}).text


def test_logs_hold_no_plate(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    passage = _park(api)
    api.client.get(f"{HERE}/lookup", params={"plate": PLATE})
    api.client.post(f"{HERE}/entries", json={"lane": "in", "plate": PLATE + PLATE})
    api.client.post("/v1/plates/read", files=[part(car_jpeg(PLATE))])
    api.client.post(f"{HERE}/sessions/{passage['session']}/corrections", json={"plate": PLATE, "reason": PLATE})
    api.client.post(f"{HERE}/sessions/{passage['session']}/corrections", json={"plate": "粤B1234S", "reason": "x"})
    assert api.leave("粤B1234S")["decision"] == "accepted"
    camera = {"id": "cam", "url": "rtsp://127.0.0.1:9/a", "lane": "plate", "lane_id": f"{LOT}/in"}
    assert api.client.post("/v1/cameras", json=camera).status_code == 201
    wait_for(lambda: any(record.name.startswith("pipelines") for record in caplog.records))  # it cannot be reached
    api.client.post(ERASURES, json={"plate": PLATE})
    # The client of the tests logs its own addresses; the rest is ours and our libraries'.
    lines = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    text = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in lines)
    for plate in (PLATE, "粤B1234S", "flat 7", "%E7%B2%A4"):
        assert plate not in text
