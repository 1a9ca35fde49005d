"""The list by which a gate's controller goes on when it cannot reach the service; this file needs no database.

A controller gets two things when it is set up: the public key of the installation and the secret key of its lot. The
list itself may lie anywhere: it is signed, it expires, and it names no plate.

    {"format": "citygate-offline-1", "payload": BASE64, "signature": BASE64}

`signature` is Ed25519 over the bytes of the decoded payload, which is JSON:

    {"lot": "north", "serial": 17, "issued_at": "...", "expires_at": "...", "salt": HEX,
     "grants": {DIGEST: [{"why": "permit", "since": "...", "until": "..." | null, "lanes": []}]}}

DIGEST is the first 32 hexadecimal digits of HMAC-SHA256 with the lot's key over the salt's bytes and the normalised
plate in UTF-8. `serial` grows: a controller keeps the greatest it has seen and refuses lower ones. How many cars of one
permit are inside, and who has left since, nobody counts while the service is away.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from pipelines.events import DecisionWord
from pipelines.parking.plates import normalised
from pipelines.parking.words import Direction, Reason
from vision.errors import BadInput, Conflict, SealBroken

FORMAT = "citygate-offline-1"
DIGEST_DIGITS = 32
# A controller's clock may be a little behind ours.
CLOCK_SKEW = timedelta(minutes=5)

Why = Literal["permit", "whitelisted", "blocklisted", "paid", "inside"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Grant(_Strict):
    """What holds for one car.

    Attributes:
        until: None: as long as the list.
        lanes: where it holds; empty: everywhere.
    """

    why: Why
    since: AwareDatetime
    until: AwareDatetime | None = None
    lanes: tuple[str, ...] = ()

    def holds(self, lane_id: str | None, now: datetime) -> bool:
        here = not self.lanes or lane_id is None or lane_id in self.lanes
        return here and self.since <= now and (self.until is None or now < self.until)


class OfflineList(_Strict):
    """A list that was opened: signed by the installation, and of the lot it says."""

    lot: str
    serial: int
    issued_at: AwareDatetime
    expires_at: AwareDatetime
    salt: str
    grants: Mapping[str, tuple[Grant, ...]]


class _Document(_Strict):
    format: Literal["citygate-offline-1"]
    payload: str
    signature: str


@dataclass(frozen=True, slots=True)
class SignedList:
    """A list on its way to a controller.

    Attributes:
        document: UTF-8 JSON, as above.
    """

    lot_id: str
    serial: int
    expires_at: datetime
    document: bytes


def digest(controller_key: bytes, salt: str, plate: str) -> str:
    """By what a list names a plate."""
    message = bytes.fromhex(salt) + normalised(plate).encode()
    return hmac.digest(controller_key, message, "sha256").hex()[:DIGEST_DIGITS]


def sign_list(content: OfflineList, signer: Ed25519PrivateKey) -> SignedList:
    """The list, signed."""
    payload = content.model_dump_json().encode()
    parts = {"payload": payload, "signature": signer.sign(payload)}
    encoded = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    document = json.dumps({"format": FORMAT, **encoded}).encode()
    return SignedList(content.lot, content.serial, content.expires_at, document)


def open_list(document: bytes, public_key: bytes, *, lot_id: str, now: datetime, least_serial: int = 0) -> OfflineList:
    """The list in a document, when it may be used.

    Args:
        public_key: 32 bytes, of the installation.
        lot_id: the controller's lot.
        now: aware UTC, by the controller's clock.
        least_serial: the greatest serial that the controller has seen.

    Raises:
        BadInput: no such document, or one of another lot.
        SealBroken: changed bytes, or signed by another installation.
        Conflict: expired, not yet issued, or older than one that was seen.
    """
    payload, signature = _parts(document)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, payload)
    except InvalidSignature as error:
        raise SealBroken("offline list: the bytes were changed, or another installation signed them") from error
    content = OfflineList.model_validate_json(payload)
    if content.lot != lot_id:
        raise BadInput(f"offline list: wanted lot {lot_id}, got {content.lot}")
    if content.serial < least_serial:
        raise Conflict(f"offline list: wanted serial {least_serial} or more, got {content.serial}")
    if not content.issued_at - CLOCK_SKEW <= now < content.expires_at:
        raise Conflict(f"offline list: holds from {content.issued_at} to {content.expires_at}, and it is {now}")
    return content


def judge(
    content: OfflineList,
    controller_key: bytes,
    plate: str,
    direction: Direction,
    now: datetime,
    lane_id: str | None = None,
) -> tuple[DecisionWord, Reason]:
    """What a controller should do, and why; it opens for `accepted` alone.

    Args:
        content: as `open_list` gave it; when it has expired since, nothing is accepted any more.
        controller_key: the lot's, 32 bytes.
        plate: as it was read, in full and with confidence.

    Raises:
        BadInput: the text is on no plate.
    """
    if not content.issued_at - CLOCK_SKEW <= now < content.expires_at:
        return "unknown", "expired"
    found = content.grants.get(digest(controller_key, content.salt, plate), ())
    holding = {grant.why for grant in found if grant.holds(lane_id, now)}
    if "blocklisted" in holding:
        return "rejected", "blocklisted"
    if "whitelisted" in holding:
        return "accepted", "whitelisted"
    if "permit" in holding:
        return "accepted", "permit"
    if "paid" in holding and direction == "exit":
        return "accepted", "paid"
    return "unknown", "needs_operator"


def _parts(document: bytes) -> tuple[bytes, bytes]:
    """Payload and signature."""
    try:
        message = _Document.model_validate_json(document)
        return base64.b64decode(message.payload, validate=True), base64.b64decode(message.signature, validate=True)
    except (ValidationError, binascii.Error) as error:
        raise BadInput(f"offline list: wanted a document of format {FORMAT}, got something else") from error
