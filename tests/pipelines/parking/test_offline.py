"""A controller's side of the offline list: what it refuses, and what it does by it."""

import base64
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pipelines.parking.offline import Grant, OfflineList, digest, judge, open_list, sign_list
from tests.fakes import NOW
from tests.pipelines.garage import LOT, OTHER, PLATE
from vision.errors import BadInput, Conflict, SealBroken

HOUR = timedelta(hours=1)
SALT = "00112233445566778899aabbccddeeff"
KEY = bytes(range(32))
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def public(signer: Ed25519PrivateKey = SIGNER) -> bytes:
    return signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def content(**grants: tuple[Grant, ...]) -> OfflineList:
    """Plates by their text; the list holds for an hour."""
    hashed = {digest(KEY, SALT, plate): held for plate, held in grants.items()}
    return OfflineList(lot=LOT, serial=7, issued_at=NOW, expires_at=NOW + HOUR, salt=SALT, grants=hashed)


def held(why: str, **limits: object) -> tuple[Grant, ...]:
    return (Grant(why=why, since=NOW - HOUR, **limits),)


def test_a_signed_list_opens_as_it_was_and_names_no_plate() -> None:
    made = content(**{PLATE: held("permit", until=NOW + HOUR, lanes=("in",))})
    signed = sign_list(made, SIGNER)
    assert open_list(signed.document, public(), lot_id=LOT, now=NOW, least_serial=7) == made
    payload = base64.b64decode(json.loads(signed.document)["payload"])
    assert PLATE.encode() not in payload
    assert PLATE.encode("ascii", "backslashreplace") not in payload
    assert (signed.lot_id, signed.serial, signed.expires_at) == (LOT, 7, NOW + HOUR)


@pytest.mark.parametrize("part", ["payload", "signature"])
def test_a_changed_byte_is_noticed(part: str) -> None:
    message = json.loads(sign_list(content(), SIGNER).document)
    changed = bytearray(base64.b64decode(message[part]))
    changed[len(changed) // 2] ^= 1
    message[part] = base64.b64encode(changed).decode()
    with pytest.raises(SealBroken, match="bytes were changed"):
        open_list(json.dumps(message).encode(), public(), lot_id=LOT, now=NOW)


def test_a_list_of_another_installation_is_refused() -> None:
    signed = sign_list(content(), Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))
    with pytest.raises(SealBroken, match="another installation"):
        open_list(signed.document, public(), lot_id=LOT, now=NOW)


@pytest.mark.parametrize("document", [b"", b"{}", b"[1]", b'{"format": "citygate-offline-2"}', b"\xff"])
def test_what_is_no_list_is_refused(document: bytes) -> None:
    with pytest.raises(BadInput, match="wanted a document of format citygate-offline-1"):
        open_list(document, public(), lot_id=LOT, now=NOW)


def test_a_list_of_another_lot_or_an_older_one_is_refused() -> None:
    document = sign_list(content(), SIGNER).document
    with pytest.raises(BadInput, match="wanted lot south, got north"):
        open_list(document, public(), lot_id="south", now=NOW)
    with pytest.raises(Conflict, match="wanted serial 8 or more, got 7"):
        open_list(document, public(), lot_id=LOT, now=NOW, least_serial=8)


def test_a_list_holds_from_its_issue_to_its_end() -> None:
    document = sign_list(content(), SIGNER).document
    for now in (NOW - timedelta(minutes=5), NOW + HOUR - timedelta(seconds=1)):
        assert open_list(document, public(), lot_id=LOT, now=now).serial == 7
    for now in (NOW - timedelta(minutes=5, seconds=1), NOW + HOUR):
        with pytest.raises(Conflict, match="offline list: holds from"):
            open_list(document, public(), lot_id=LOT, now=now)


def test_a_controller_lets_in_whom_the_list_names_and_nobody_else() -> None:
    listed = content(A1=held("permit"), A2=held("whitelisted"), A3=held("blocklisted") + held("permit"))
    answers = [judge(listed, KEY, plate, "entry", NOW) for plate in ("A1", "a-2", "A3", OTHER)]
    assert answers == [
        ("accepted", "permit"),
        ("accepted", "whitelisted"),
        ("rejected", "blocklisted"),
        ("unknown", "needs_operator"),
    ]


def test_who_has_paid_may_leave_while_that_covers_and_not_enter() -> None:
    minute = timedelta(minutes=1)
    listed = content(A1=held("inside") + held("paid", until=NOW + 10 * minute), A2=held("inside"))
    assert judge(listed, KEY, "A1", "exit", NOW + 9 * minute) == ("accepted", "paid")
    assert judge(listed, KEY, "A1", "exit", NOW + 10 * minute) == ("unknown", "needs_operator")
    assert judge(listed, KEY, "A1", "entry", NOW) == ("unknown", "needs_operator")
    assert judge(listed, KEY, "A2", "exit", NOW) == ("unknown", "needs_operator")


def test_grants_count_in_their_time_and_lane_only() -> None:
    later = (Grant(why="permit", since=NOW + timedelta(minutes=30)),)
    listed = content(A1=later, A2=held("permit", lanes=("in",)))
    assert judge(listed, KEY, "A1", "entry", NOW)[0] == "unknown"
    assert judge(listed, KEY, "A1", "entry", NOW + timedelta(minutes=30))[0] == "accepted"
    assert judge(listed, KEY, "A2", "entry", NOW, "in")[0] == "accepted"
    assert judge(listed, KEY, "A2", "entry", NOW, "both")[0] == "unknown"


def test_a_list_that_expired_since_it_was_opened_accepts_nobody() -> None:
    listed = content(A1=held("whitelisted"))
    assert judge(listed, KEY, "A1", "entry", NOW + HOUR) == ("unknown", "expired")


def test_the_digest_is_the_documented_one() -> None:
    # printf '\x00\x11...\xffA1' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f, its first 32 digits
    assert digest(KEY, SALT, "A1") == "1fab358933a393aeadfeb56f14f1b505"
    assert digest(KEY, SALT, "a-1") == digest(KEY, SALT, "A1")
    assert len({digest(KEY, SALT, "A1"), digest(bytes(32), SALT, "A1"), digest(KEY, SALT[:-1] + "0", "A1")}) == 3
