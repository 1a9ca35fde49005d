"""Records that could not be stored: seen and replayed over the API."""

from pipelines.bus.sink import event_letter
from tests.api.conftest import Api
from tests.pipelines.bus.letters import BROKEN, camera_event

PATH = "/v1/dead-letters"


def test_dead_letters_are_listed_newest_first_without_their_bodies(api: Api) -> None:
    assert api.client.get(PATH).json() == {"items": [], "next": None}
    good = event_letter(camera_event(1, plate_hash="ab" * 32))
    api.assembly.sink.bury(good, "spool-a", "an older version did not know it", 5)
    api.assembly.sink.bury(BROKEN, "spool-a", "kind: unknown", 5)
    first = api.client.get(PATH, params={"limit": 1}).json()
    second = api.client.get(PATH, params={"limit": 1, "cursor": first["next"]}).json()
    [broken], [other] = first["items"], second["items"]
    assert (broken["letter_id"], broken["reason"], broken["tries"]) == (BROKEN.id, "kind: unknown", 5)
    assert (other["letter_id"], other["topic"], second["next"]) == (good.id, "event", None)
    assert "ab" * 32 not in str(first) + str(second)
    assert api.client.get("/readyz").json()["bus"]["dead_letters"] == 2


def test_a_replay_stores_the_record_once_and_is_audited(api: Api) -> None:
    api.assembly.sink.bury(event_letter(camera_event(1)), "spool-a", "too new", 5)
    [dead] = api.client.get(PATH).json()["items"]
    once = {"Idempotency-Key": "replay-1"}
    answers = [api.client.post(f"{PATH}/{dead['id']}/replay", headers=once) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json() == {"letter_id": camera_event(1).event_id, "new": True}
    assert [event["event_id"] for event in api.client.get("/v1/events").json()["items"]] == [camera_event(1).event_id]
    assert api.client.get(PATH).json()["items"] == []
    acts = [entry["action"] for entry in api.client.get("/v1/audit").json()["items"]]
    assert acts.count("dead_letter.replayed") == 1
    assert api.client.post(f"{PATH}/{dead['id']}/replay").status_code == 404


def test_what_is_refused_still_stays_and_says_why(api: Api) -> None:
    api.assembly.sink.bury(BROKEN, "spool-a", "kind: unknown", 5)
    [dead] = api.client.get(PATH).json()["items"]
    answer = api.client.post(f"{PATH}/{dead['id']}/replay")
    assert answer.status_code == 409
    assert "kind: Input should be" in answer.json()["detail"]
    assert len(api.client.get(PATH).json()["items"]) == 1
