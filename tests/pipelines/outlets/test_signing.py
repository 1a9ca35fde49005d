"""Deliveries after the Standard Webhooks convention."""

import base64
import json
from datetime import UTC, datetime

from pipelines.outlets.signing import message_body, message_id, new_secret, signed_headers
from tests.fakes import NOW
from tests.pipelines.outlets.receivers import SECRET, event


def test_the_example_of_the_convention_is_signed_as_its_libraries_do() -> None:
    # The test vector of the reference libraries, of msg_p5jXN8AQM9LWM0D4loKWxJek at 1614265330.
    at = datetime.fromtimestamp(1614265330, UTC)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at, [secret])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_two_secrets_give_two_signatures() -> None:
    other = new_secret()
    both = signed_headers("msg_1", b"{}", NOW, [other, SECRET])["webhook-signature"].split(" ")
    alone = [signed_headers("msg_1", b"{}", NOW, [one])["webhook-signature"] for one in (other, SECRET)]
    assert both == alone


def test_a_new_secret_has_32_bytes_and_is_another_each_time() -> None:
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) == 32
    assert new_secret() != new_secret()


def test_the_id_follows_from_event_and_outlet() -> None:
    assert message_id("whk_1", "evt_1") == message_id("whk_1", "evt_1")
    assert len({message_id("whk_1", "evt_1"), message_id("whk_2", "evt_1"), message_id("whk_1", "evt_2")}) == 3


def test_the_body_is_type_timestamp_and_data_without_what_is_empty() -> None:
    told = json.loads(message_body(event(1, gate_id="north")))
    assert (told["type"], told["timestamp"], told["data"]["gate_id"]) == (
        "face.decision",
        "2026-11-21T08:00:00Z",
        "north",
    )
    assert "subject_id" not in told["data"]
