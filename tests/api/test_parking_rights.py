"""Permits, whitelists and blocklists over HTTP."""

import httpx
import pytest

from tests.api.conftest import LOT, Api

PLATE, OTHER = "粤B12345", "沪A8K920"
RIGHTS, PERMITS = "/v1/parking/rights", "/v1/parking/permits"
HERE = f"/v1/parking/lots/{LOT}"


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def _reason(api: Api, plate: str) -> tuple[str, str]:
    found = api.client.get(f"{HERE}/lookup", params={"plate": plate, "lane": "in"}).json()
    return found["decision"], found["reason"]


def test_a_permit_lets_a_car_park_without_paying_until_it_is_ended(api: Api) -> None:
    api.add_lot(visitors=False)
    assert _reason(api, PLATE) == ("rejected", "no_right")
    permit = api.client.post(PERMITS, json={"plates": ["粤b 123-45"], "lot": LOT, "note": "flat 7"})
    assert permit.status_code == 201, permit.text
    assert (permit.json()["kind"], permit.json()["plates"]) == ("permit", [PLATE])
    assert _reason(api, PLATE) == ("accepted", "permit")
    here = f"{RIGHTS}/{permit.json()['id']}"
    assert api.client.get(here).json() == permit.json()
    ended = api.client.delete(here)
    assert (ended.status_code, ended.json()["valid_until"]) == (200, "2026-11-21T08:00:00Z")
    assert api.client.delete(here).json() == ended.json()
    assert _reason(api, PLATE) == ("rejected", "no_right")


def test_a_permit_ends_by_itself(api: Api) -> None:
    api.add_lot(visitors=False)
    permit = {"plates": [PLATE], "lot": LOT, "valid_until": "2026-11-21T17:00:00+08:00"}
    assert api.client.post(PERMITS, json=permit).json()["valid_until"] == "2026-11-21T09:00:00Z"
    assert _reason(api, PLATE) == ("accepted", "permit")
    api.clock.advance(3600)
    assert _reason(api, PLATE) == ("rejected", "no_right")


def test_whitelist_and_blocklist_hold_at_one_lot_or_at_all(api: Api) -> None:
    api.add_lot()
    white = {"kind": "whitelist", "plates": [PLATE]}
    assert api.client.post(f"{HERE}/rights", json=white).json()["lot"] == LOT
    assert _reason(api, PLATE) == ("accepted", "whitelisted")
    black = {"kind": "blocklist", "plates": [PLATE, OTHER], "note": "stolen"}
    assert api.client.post(RIGHTS, json=black).json()["lot"] is None
    assert [_reason(api, plate) for plate in (PLATE, OTHER)] == [("rejected", "blocklisted")] * 2
    listed = api.client.get(RIGHTS).json()["items"]
    assert [right["kind"] for right in listed] == ["blocklist", "whitelist"]
    assert len(api.client.get(f"{HERE}/rights").json()["items"]) == 1
    assert len(api.client.get(RIGHTS, params={"kind": "blocklist", "plate": OTHER}).json()["items"]) == 1
    assert api.client.get(PERMITS).json()["items"] == []


def test_a_right_for_every_lot_is_for_keys_of_every_purpose(api: Api) -> None:
    api.add_lot()
    parking = api.key(purposes=("parking",))
    everywhere = api.client.post(PERMITS, json={"plates": [PLATE]}, headers=parking)
    assert _problem(everywhere) == (403, "forbidden-purpose")
    assert api.client.post(PERMITS, json={"plates": [PLATE], "lot": LOT}, headers=parking).status_code == 201
    visitors = api.key(purposes=("visitors",))
    elsewhere = api.client.post(PERMITS, json={"plates": [PLATE], "lot": LOT}, headers=visitors)
    assert _problem(elsewhere) == (403, "forbidden-purpose")
    assert api.client.get(RIGHTS, headers=visitors).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"plates": []}, (422, "invalid-request")),
        ({"plates": ["粤B123456789012"]}, (422, "invalid-request")),
        ({"kind": "blocklist"}, (422, "invalid-value")),
        ({"valid_until": "2026-11-20T08:00:00Z"}, (422, "invalid-value")),
        ({"valid_until": "2026-12-20T08:00:00"}, (422, "invalid-request")),
        ({"lot": "none"}, (404, "not-found")),
        ({"max_inside": 0}, (422, "invalid-request")),
    ],
    ids=["no plate", "too long", "no reason", "ends before it begins", "no zone", "no lot", "none inside"],
)
def test_a_right_that_cannot_be_is_refused(api: Api, change: dict[str, object], problem: tuple[int, str]) -> None:
    right = {"kind": "permit", "plates": [PLATE]} | change
    assert _problem(api.client.post(RIGHTS, json=right)) == problem
