"""Events, in a list and as a stream that can be taken up where it broke off."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx

from api.scopes import Scope
from pipelines.events import Event, event_id
from pipelines.records.store import Store
from tests.api.conftest import PURPOSE, Api, jpeg, part, running
from tests.fakes import NOW, FakeClock


def _decide(api: Api, count: int = 1) -> None:
    for _ in range(count):
        answer = api.client.post("/v1/gates/north/identify", files=[part(jpeg(5))])
        assert answer.status_code == 200


def _messages(stream: httpx.Response) -> Iterator[dict[str, str]]:
    """The stream's messages; comments that keep it open are passed over."""
    message: dict[str, str] = {}
    for line in stream.iter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            message[name] = value
        elif message:
            yield message
            message = {}


def _take(stream: httpx.Response, count: int) -> list[dict[str, str]]:
    messages = _messages(stream)
    return [next(messages) for _ in range(count)]


def test_events_are_listed_in_parts_by_kind(api: Api) -> None:
    api.add_gate(mode="identify")
    _decide(api, 3)
    page = api.client.get("/v1/events", params={"kind": "face.decision", "limit": 2}).json()
    rest = api.client.get("/v1/events", params={"kind": "face.decision", "cursor": page["next"]}).json()
    assert [len(page["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert api.client.get("/v1/events", params={"kind": "camera.state"}).json()["items"] == []
    assert api.client.get("/v1/events", params={"gate": "south"}).json()["items"] == []


def test_a_stream_brings_events_as_they_happen(api: Api) -> None:
    api.add_gate(mode="identify")
    _decide(api)
    with api.client.stream("GET", "/v1/events/stream") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        _decide(api)
        (message,) = _take(stream, 1)
    event = json.loads(message["data"])
    assert (message["event"], event["gate_id"], event["decision"]) == ("face.decision", "north", "unknown")
    newest = api.client.get("/v1/decisions").json()["items"][0]
    assert event["decision_id"] == newest["decision_id"]  # the one before the stream began is not told


def test_a_stream_goes_on_behind_the_last_event_that_was_seen(api: Api) -> None:
    api.add_gate(mode="identify")
    with api.client.stream("GET", "/v1/events/stream") as stream:
        _decide(api, 3)
        seen = _take(stream, 1)
    with api.client.stream("GET", "/v1/events/stream", headers={"Last-Event-ID": seen[0]["id"]}) as stream:
        rest = _take(stream, 2)
    listed = api.client.get("/v1/events").json()["items"]
    assert [json.loads(message["data"])["event_id"] for message in (*seen, *rest)] == [
        event["event_id"] for event in listed
    ]
    behind = api.client.get("/v1/events", params={"cursor": seen[0]["id"]}).json()["items"]
    assert len(behind) == 2


def test_a_last_event_id_that_is_none_is_refused(api: Api) -> None:
    answer = api.client.get("/v1/events/stream", headers={"Last-Event-ID": "yesterday"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-value")


def test_a_stream_holds_nothing_of_other_purposes(api: Api) -> None:
    api.add_gate(mode="identify")
    mine = {"id": "mine", "purpose": "visitors", "title": "x"}
    assert api.client.post("/v1/galleries", json=mine).status_code == 201
    api.client.post("/v1/gates", json={"id": "mine", "gallery": "mine", "mode": "identify"})
    with api.client.stream("GET", "/v1/events/stream", headers=api.key(purposes=("visitors",))) as stream:
        _decide(api)
        assert api.client.post("/v1/gates/mine/identify", files=[part(jpeg(5))]).status_code == 200
        (message,) = _take(stream, 1)
    assert json.loads(message["data"])["gate_id"] == "mine"


def test_a_stream_ends_when_its_key_is_revoked(api: Api) -> None:
    key, secret = api.assembly.store.keys.create("x", [Scope.EVENTS_READ], [PURPOSE], None, actor="test")
    with api.client.stream("GET", "/v1/events/stream", headers={"Authorization": f"Bearer {secret}"}) as stream:
        assert stream.status_code == 200
        api.client.delete(f"/v1/keys/{key.id}")
        assert list(_messages(stream)) == []


def test_a_stream_tells_of_parking_without_a_plate(api: Api) -> None:
    api.add_lot()
    with api.client.stream("GET", "/v1/events/stream", params={"kind": "parking.entry"}) as stream:
        passage = api.enter("粤B12345")
        (message,) = _take(stream, 1)
    event = json.loads(message["data"])
    assert (message["event"], event["session_id"], event["lane_id"]) == ("parking.entry", passage["session"], "in")
    assert "粤" not in message["data"]


def test_a_stream_hears_of_events_that_another_process_stored(api: Api) -> None:
    settings = api.assembly.settings
    with closing(Store.open(settings, api.clock)) as other, api.client.stream("GET", "/v1/events/stream") as stream:
        stored = other.events.append(_event(1))  # nobody in this process is told: found within POLL_S
        (message,) = _take(stream, 1)
    assert json.loads(message["data"])["event_id"] == stored.event.event_id


def test_a_stream_goes_on_over_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    with running(tmp_path, clock) as api:
        key = api.client.headers["Authorization"]
        with api.client.stream("GET", "/v1/events/stream") as stream:
            api.assembly.store.events.append(_event(1))
            (seen,) = _take(stream, 1)
        later = api.assembly.store.events.append(_event(2))
    with running(tmp_path, clock) as api:
        headers = {"Last-Event-ID": seen["id"], "Authorization": key}
        with api.client.stream("GET", "/v1/events/stream", headers=headers) as stream:
            (message,) = _take(stream, 1)
    assert json.loads(message["data"])["event_id"] == later.event.event_id


def _event(number: int) -> Event:
    return Event(event_id=event_id(None, f"cam_{number}", "camera.state"), kind="camera.state", occurred_at=NOW)
