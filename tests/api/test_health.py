"""What orchestrators and Prometheus read."""

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from tests.api.conftest import Api, jpeg, part
from tests.pipelines.bus.letters import camera_event


def _without_key(api: Api, path: str) -> httpx.Response:
    return httpx.get(f"{api.client.base_url}{path}", follow_redirects=False)


def test_health_needs_no_key(api: Api) -> None:
    assert _without_key(api, "/healthz").json() == {"status": "alive"}
    ready = _without_key(api, "/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert [(model["id"], model["provider"], len(model["sha256"])) for model in ready.json()["models"]] == [
        ("fake-v1", "cpu", 64)
    ]


def test_a_passive_gate_without_a_liveness_model_is_named_by_readyz_and_answers_unknown(api: Api) -> None:
    api.add_gate("north", mode="identify", liveness="passive")
    api.add_gate("south", mode="identify")
    ready = api.client.get("/readyz").json()
    assert (ready["status"], ready["gates"]) == ("degraded", [{"gate": "north", "reason": "no_liveness_model"}])
    answer = api.client.post("/v1/gates/north/identify", files=[part(jpeg(1))]).json()
    assert (answer["decision"], answer["reason"]) == ("unknown", "no_liveness_model")


def test_a_store_that_does_not_answer_is_503_with_retry_after(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(api.assembly.store, "ping", away)
    answer = api.client.get("/readyz")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


def test_the_bus_is_in_readyz_and_metrics_and_its_problems_degrade(api: Api) -> None:
    ready = api.client.get("/readyz").json()
    assert ready["bus"] == {
        "kind": "memory",
        "depth": 0,
        "lag": 0,
        "pending": 0,
        "spooled": 0,
        "spool_capacity": 100_000,
        "dropped": {},
        "dead_letters": 0,
        "problems": [],
    }
    text = _without_key(api, "/metrics").text
    for line in ("citygate_bus_depth 0.0", "citygate_bus_lag 0.0", "citygate_spool_records 0.0"):
        assert line in text
    assert "citygate_bus_stored_total 0.0" in text


def test_while_neither_database_nor_spool_takes_anything_a_gate_is_503_and_the_street_is_dropped_and_counted(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object) -> None:
        raise OperationalError("INSERT", {}, Exception("gone"))

    api.add_gate(mode="identify")
    relay, events = api.assembly.relay, api.assembly.store.events
    monkeypatch.setattr(type(events), "append_all", away)
    monkeypatch.setattr(type(events), "write", away)
    monkeypatch.setattr(relay._spool, "_capacity", 0)
    answer = api.client.post("/v1/gates/north/identify", files=[part(jpeg(1))])
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert not relay.outbox.tell_of_street(camera_event(1))
    ready = api.client.get("/readyz").json()
    assert (ready["status"], ready["bus"]["problems"]) == ("degraded", ["spool_full"])
    assert ready["bus"]["dropped"] == {"camera.state": 1}
    text = _without_key(api, "/metrics").text
    assert 'citygate_bus_dropped_total{kind="camera.state"} 1.0' in text
    assert 'citygate_bus_problem{problem="spool_full"} 1.0' in text


def test_metrics_count_requests_by_route_and_decisions_by_reason(api: Api) -> None:
    api.add_gate(mode="identify")
    for _ in range(2):
        api.client.post("/v1/gates/north/identify", files=[part(jpeg(1))])
    text = _without_key(api, "/metrics").text
    assert 'citygate_decisions_total{decision="unknown",gate="north",reason="gallery_empty"} 2.0' in text
    route = 'method="POST",route="/v1/gates/{gate_id}/identify"'
    assert f'citygate_http_requests_total{{{route},status="200"}} 2.0' in text
    assert f"citygate_http_seconds_count{{{route}}} 2.0" in text


def test_a_gallerys_version_and_lag_are_told_by_readyz_and_metrics(api: Api) -> None:
    api.add_gate(mode="identify")
    for person in range(2):
        api.enrolled(person)
    assert api.client.post("/v1/gates/north/identify", files=[part(jpeg(1))]).json()["decision"] == "accepted"
    ready = api.client.get("/readyz").json()
    [gallery] = ready["galleries"]
    assert ready["status"] == "ready"
    assert 0.0 <= gallery.pop("lag_s") < 10.0
    assert gallery == {
        "gallery_id": "staff",
        "model_id": "fake-v1",
        "state": "current",
        "templates": 2,
        "version": 2,
        "behind": 0,
        "rebuilds": 0,
    }
    text = _without_key(api, "/metrics").text
    assert 'citygate_gallery_version{gallery="staff",model="fake-v1"} 2.0' in text
    assert 'citygate_gallery_behind{gallery="staff",model="fake-v1"} 0.0' in text
    assert 'citygate_gallery_lag_seconds{gallery="staff",model="fake-v1"}' in text


def test_a_gallery_that_cannot_follow_is_told_by_readyz_and_answers_index_stale(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.add_gate(mode="identify")
    api.enrolled(1)
    galleries = api.assembly.gates.galleries
    monkeypatch.setattr(galleries, "_stale_after_s", -1.0)
    answer = api.client.post("/v1/gates/north/identify", files=[part(jpeg(1))]).json()
    assert (answer["decision"], answer["reason"]) == ("unknown", "index_stale")
    ready = api.client.get("/readyz").json()
    assert (ready["status"], ready["galleries"][0]["state"]) == ("degraded", "stale")


def test_the_root_leads_to_the_description(api: Api) -> None:
    assert _without_key(api, "/").headers["Location"] == "/docs"
    described = _without_key(api, "/openapi.json").json()
    verify = described["paths"]["/v1/gates/{gate_id}/verify"]["post"]
    assert verify["security"] == [{"ApiKey": ["gates:decide"]}]
    assert verify["responses"].keys() == {"200"} | {
        str(status) for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
    }
    assert "/problems/no-face" in str(verify["responses"]["422"])


def test_an_error_of_ours_is_a_500_that_tells_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("secret at /home/x")

    monkeypatch.setattr(api.assembly.store.galleries, "get", broken)
    answer = api.client.get("/v1/galleries/staff")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal-error")
    assert "secret" not in answer.text
