"""Webhooks over the API: made with a secret that is shown once, told of what their key may see."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from api.schemas.webhooks import DeliveryOut
from api.scopes import Scope
from pipelines.records.outlet_values import Delivery
from tests.api.conftest import Api, running, wait_for
from tests.fakes import NOW, FakeClock
from tests.pipelines.outlets.receivers import Answering, Receiver

URL = "https://hooks.example/path?token=hidden"
NEEDED = (Scope.WEBHOOKS_READ, Scope.WEBHOOKS_WRITE, Scope.EVENTS_READ)


@pytest.fixture
def near(tmp_path: Path) -> Iterator[Api]:
    """An installation whose webhooks may go to this machine."""
    with running(tmp_path, FakeClock(), webhook_networks=(ip_network("127.0.0.0/8"),)) as api:
        yield api


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    receiver = Receiver()
    yield receiver
    receiver.close()


def add(api: Api, url: str = URL, headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    answer = api.client.post("/v1/webhooks", json={"url": url} | fields, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_the_secret_and_the_rest_of_the_address_are_not_shown_again(api: Api) -> None:
    made = add(api, kinds=["parking.entry"], title="billing")
    assert made["secret"].startswith("whsec_")
    for answer in (api.client.get(f"/v1/webhooks/{made['id']}"), api.client.get("/v1/webhooks")):
        assert made["secret"] not in answer.text
        assert "hidden" not in answer.text
    shown = api.client.get("/v1/webhooks").json()["items"][0]
    assert (shown["address"], shown["title"], shown["state"]) == ("https://hooks.example", "billing", "ok")
    assert "hidden" not in api.client.get("/v1/audit").text


def test_a_repeat_with_the_same_idempotency_key_makes_one(api: Api) -> None:
    once = {"Idempotency-Key": "one"}
    answers = [api.client.post("/v1/webhooks", json={"url": URL}, headers=once).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(api.client.get("/v1/webhooks").json()["items"]) == 1


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://[::1]/", "http://hooks.example", "ftp://hooks.example", "x"]
)
def test_addresses_that_must_not_be_reached_are_refused(api: Api, url: str) -> None:
    answer = api.client.post("/v1/webhooks", json={"url": url})
    if url == "http://hooks.example":  # a name: what it means is known when it is connected to
        assert answer.status_code == 201
        return
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-value")


def test_a_webhook_sees_no_more_than_its_key(api: Api) -> None:
    key = api.key(*NEEDED, purposes=("parking",))
    assert add(api, headers=key)["purposes"] == ["parking"]
    beyond = api.client.post("/v1/webhooks", json={"url": URL, "purposes": ["building-access"]}, headers=key)
    assert (beyond.status_code, beyond.json()["type"]) == (403, "/problems/forbidden-purpose")
    api.add_gate()
    assert api.client.post("/v1/webhooks", json={"url": URL, "gate": "north"}, headers=key).status_code == 403
    assert api.client.post("/v1/webhooks", json={"url": URL, "gate": "nowhere"}).status_code == 404
    whole = add(api)
    assert api.client.get(f"/v1/webhooks/{whole['id']}", headers=key).status_code == 403
    assert len(api.client.get("/v1/webhooks", headers=key).json()["items"]) == 1


def test_who_may_not_read_events_has_none_sent(api: Api) -> None:
    answer = api.client.post("/v1/webhooks", json={"url": URL}, headers=api.key(Scope.WEBHOOKS_WRITE))
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden-scope")


def test_events_arrive_signed_and_what_is_refused_can_be_replayed(near: Api, receiver: Receiver) -> None:
    near.add_lot()
    made = add(near, receiver.url, kinds=["parking.entry"], lot="harbour")
    near.enter("粤B12345")
    wait_for(lambda: len(receiver.taken) == 1, 60)
    heard = receiver.heard[0]
    assert heard.signed_by(made["secret"])
    assert (heard.told["type"], heard.told["data"]["lot_id"]) == ("parking.entry", "harbour")
    receiver.answering = Answering(lambda _: 422)
    near.enter("粤B54321")
    page = f"/v1/webhooks/{made['id']}/deliveries"
    wait_for(lambda: len(near.client.get(page).json()["items"]) == 1, 60)
    (refused,) = near.client.get(page).json()["items"]
    assert (refused["state"], refused["reason"], refused["tries"]) == ("set_aside", "status_422", 3)
    receiver.answering = Answering()
    assert near.client.post(f"{page}/{refused['event_id']}/replay").json() == {"replayed": 1}
    wait_for(lambda: len(receiver.taken) == 2, 60)
    wait_for(lambda: near.client.get(page).json()["items"] == [], 60)
    assert near.client.post(f"{page}/evt_none/replay").status_code == 404


def test_what_is_dead_is_never_tried_by_itself() -> None:
    aside = Delivery("whk_1", 7, "evt_1", "set_aside", 3, "status_422", NOW, NOW)
    assert DeliveryOut.of(aside).next_try_at == NOW
    assert DeliveryOut.of(replace(aside, state="dead")).next_try_at is None


def test_a_trial_says_what_came_of_it(near: Api, receiver: Receiver) -> None:
    made = add(near, receiver.url)
    assert near.client.post(f"/v1/webhooks/{made['id']}/test").json() == {"taken": True, "reason": None}
    assert receiver.heard[0].told["type"] == "webhook.test"
    assert receiver.heard[0].signed_by(made["secret"])
    receiver.answering = Answering(lambda _: 302)
    trial = near.client.post(f"/v1/webhooks/{made['id']}/test").json()
    assert trial == {"taken": False, "reason": "status_302"}


def test_a_rotated_secret_signs_beside_the_one_before(near: Api, receiver: Receiver) -> None:
    made = add(near, receiver.url)
    fresh = near.client.post(f"/v1/webhooks/{made['id']}/rotate-secret", json={"overlap_h": 1}).json()["secret"]
    assert fresh != made["secret"]
    near.client.post(f"/v1/webhooks/{made['id']}/test")
    assert receiver.heard[0].signed_by(fresh)
    assert receiver.heard[0].signed_by(made["secret"])


def test_a_webhook_is_switched_off_on_and_deleted(api: Api) -> None:
    address = f"/v1/webhooks/{add(api)['id']}"
    off = api.client.patch(address, json={"enabled": False, "title": "later"}).json()
    assert (off["state"], off["reason"], off["title"]) == ("disabled", "by_request", "later")
    assert api.client.get("/readyz").json()["outlets"] == []  # a person's will is no trouble
    assert api.client.patch(address, json={"enabled": True}).json()["state"] == "ok"
    assert api.client.delete(address).status_code == 204
    assert api.client.get(address).status_code == 404
    assert api.client.delete(address).status_code == 404
    acts = [entry["action"] for entry in api.client.get("/v1/audit").json()["items"]]
    assert [act for act in acts if act.startswith("webhook")] == [
        "webhook.created",
        "webhook.changed",
        "webhook.changed",
        "webhook.deleted",
    ]


def test_a_webhook_rests_when_its_key_is_revoked_and_another_key_takes_it_over(api: Api) -> None:
    key, secret = api.assembly.store.keys.create("x", list(NEEDED), ["*"], None, actor="test")
    made = add(api, headers={"Authorization": f"Bearer {secret}"})
    api.client.delete(f"/v1/keys/{key.id}")
    shown = api.client.get(f"/v1/webhooks/{made['id']}").json()
    assert (shown["state"], shown["reason"]) == ("paused", "key_ended")
    assert api.client.get("/readyz").json()["outlets"][0]["reason"] == "key_ended"
    assert api.client.patch(f"/v1/webhooks/{made['id']}", json={}).json()["state"] == "ok"


def test_health_and_metrics_tell_of_a_receiver_that_is_away(near: Api) -> None:
    gone = Receiver()
    gone.close()
    made = add(near, gone.url)
    near.add_gate(mode="identify")
    near.add_lot()
    near.enter("粤B12345")
    wait_for(lambda: near.client.get("/readyz").json()["outlets"] != [], 60)
    ready = near.client.get("/readyz").json()
    (trouble,) = ready["outlets"]
    assert (ready["status"], trouble["outlet"], trouble["reason"]) == ("degraded", made["id"], "no_connection")
    assert trouble["lag"] >= 1
    metrics = near.client.get("/metrics").text
    assert f'citygate_outlet_delivered_events_total{{outlet="{made["id"]}"}} 0.0' in metrics
    assert f'citygate_outlet_failed_tries_total{{outlet="{made["id"]}"}}' in metrics
    assert f'citygate_outlet_lag_events{{outlet="{made["id"]}"}}' in metrics
