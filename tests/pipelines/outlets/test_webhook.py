"""Deliveries to a receiver on this machine."""

import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipelines.outlets.reach import Reach
from pipelines.outlets.sender import Fault, Sent
from pipelines.outlets.signing import message_id, new_secret
from pipelines.outlets.webhook import WebhookSender
from pipelines.records.outlet_values import Target
from pipelines.records.values import StoredEvent
from tests.fakes import NOW, FakeClock
from tests.pipelines.outlets.receivers import OWN_MACHINE, SECRET, Answering, Receiver, event

EVENTS = [StoredEvent(number, event(number, gate_id="north")) for number in (1, 2, 3)]


def sender(url: str, clock: FakeClock, target: Target | None = None, **options: object) -> WebhookSender:
    return WebhookSender("whk_1", target or Target(url, (SECRET,)), OWN_MACHINE, clock, **options)


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[Receiver, ssl.SSLContext]]:
    """A receiver with a certificate for `hooks.example`, and who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "receiver.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    receiver = Receiver(tls=serving)
    yield receiver, ssl.create_default_context(cafile=str(pem))
    receiver.close()


def test_events_come_in_order_signed_and_with_their_own_ids(receiver: Receiver, clock: FakeClock) -> None:
    way = sender(receiver.url, clock)
    assert way.send(EVENTS) == Sent(3)
    assert [heard.id for heard in receiver.heard] == [message_id("whk_1", one.event.event_id) for one in EVENTS]
    assert all(heard.signed_by(SECRET) for heard in receiver.heard)
    assert receiver.heard[0].headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert receiver.heard[0].told["data"]["gate_id"] == "north"
    way.close()


def test_no_address_is_logged(receiver: Receiver, clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    way = sender(f"{receiver.url}?token=hidden", clock)
    assert way.send(EVENTS) == Sent(3)
    assert "hidden" not in caplog.text
    way.close()


def test_a_repeat_has_the_same_id_and_a_signature_of_its_own_time(receiver: Receiver, clock: FakeClock) -> None:
    way = sender(receiver.url, clock)
    way.send(EVENTS[:1])
    clock.advance(60)
    way.send(EVENTS[:1])
    first, second = receiver.heard
    assert (first.id, first.body) == (second.id, second.body)
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    way.close()


def test_after_a_rotation_both_secrets_sign_until_the_overlap_is_over(receiver: Receiver, clock: FakeClock) -> None:
    fresh = new_secret()
    target = Target(receiver.url, (fresh, SECRET), NOW + timedelta(hours=1))
    way = sender(receiver.url, clock, target)
    way.send(EVENTS[:1])
    clock.advance(3600)
    way.send(EVENTS[:1])
    during, after = receiver.heard
    assert (during.signed_by(fresh), during.signed_by(SECRET)) == (True, True)
    assert (after.signed_by(fresh), after.signed_by(SECRET)) == (True, False)
    way.close()


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (500, Fault("refused", "status_500")),
        (404, Fault("refused", "status_404")),
        (410, Fault("gone", "status_410")),
        (302, Fault("refused", "status_302")),
    ],
)
def test_what_is_not_taken_says_why(status: int, fault: Fault, receiver: Receiver, clock: FakeClock) -> None:
    receiver.answering = Answering(lambda _: status, {"Location": receiver.url + "/elsewhere"})
    way = sender(receiver.url, clock)
    assert way.send(EVENTS) == Sent(0, fault)
    assert [heard.path for heard in receiver.heard] == ["/hook"]  # a redirect is not followed
    way.close()


def test_the_first_that_is_refused_ends_the_batch(receiver: Receiver, clock: FakeClock) -> None:
    second = message_id("whk_1", EVENTS[1].event.event_id)
    receiver.answering = Answering(lambda heard: 422 if heard.id == second else 200)
    way = sender(receiver.url, clock)
    assert way.send(EVENTS) == Sent(1, Fault("refused", "status_422"))
    assert len(receiver.heard) == 2
    way.close()


def test_what_the_receiver_asks_for_is_passed_on(receiver: Receiver, clock: FakeClock) -> None:
    receiver.answering = Answering(lambda _: 429, {"Retry-After": "7"})
    way = sender(receiver.url, clock)
    assert way.send(EVENTS).fault == Fault("busy", "status_429", 7.0)
    receiver.answering = Answering(lambda _: 503, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})
    assert way.send(EVENTS).fault == Fault("busy", "status_503")
    way.close()


def test_a_receiver_that_is_too_slow_refuses(receiver: Receiver, clock: FakeClock) -> None:
    receiver.answering = Answering(delay_s=1.0)
    way = sender(receiver.url, clock, timeout_s=0.2)
    assert way.send(EVENTS) == Sent(0, Fault("refused", "timed_out"))
    way.close()


def test_nobody_there_is_no_fault_of_the_event(clock: FakeClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        way = sender(f"http://127.0.0.1:{taken.getsockname()[1]}/", clock)
        assert way.send(EVENTS) == Sent(0, Fault("unreachable", "no_connection"))
        way.close()


def test_a_forbidden_address_is_never_connected_to(receiver: Receiver, clock: FakeClock) -> None:
    way = WebhookSender("whk_1", Target(receiver.url, (SECRET,)), Reach(), clock)
    assert way.send(EVENTS) == Sent(0, Fault("unreachable", "forbidden_address"))
    assert receiver.heard == []
    way.close()


def test_a_long_answer_is_not_read_to_its_end(receiver: Receiver, clock: FakeClock) -> None:
    receiver.answering = Answering(body=bytes(5_000_000), status=lambda _: 200)
    way = sender(receiver.url, clock)
    assert way.send(EVENTS[:2]) == Sent(2)
    way.close()


def test_a_certificate_is_checked_for_the_name_though_the_address_is_pinned(
    tls: tuple[Receiver, ssl.SSLContext], clock: FakeClock
) -> None:
    receiver, trusting = tls
    reach = Reach((ip_network("127.0.0.0/8"),), resolve=lambda *_: ["127.0.0.1"])
    target = Target(f"https://hooks.example:{receiver.port}/", (SECRET,))
    way = WebhookSender("whk_1", target, reach, clock, verify=trusting)
    assert way.send(EVENTS[:1]) == Sent(1)
    other = replace(target, url=f"https://other.example:{receiver.port}/")
    stranger = WebhookSender("whk_1", other, reach, clock, verify=trusting)
    assert stranger.send(EVENTS[:1]) == Sent(0, Fault("unreachable", "no_connection"))
    way.close()
    stranger.close()


def test_a_trial_is_signed_and_tells_of_nothing(receiver: Receiver, clock: FakeClock) -> None:
    way = sender(receiver.url, clock)
    assert way.test() is None
    assert receiver.heard[0].told["type"] == "webhook.test"
    assert receiver.heard[0].signed_by(SECRET)
    way.close()
