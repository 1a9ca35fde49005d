"""Deliveries as the Standard Webhooks convention has them (www.standardwebhooks.com, version 1).

Signed is `ID.TIMESTAMP.BODY` with HMAC-SHA256 by the bytes behind `whsec_`; a receiver takes the delivery when one of
the signatures is right, the timestamp is near its own clock, and it has not seen the id before.
"""

import base64
import hmac
import json
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from pipelines.events import Event

SECRET_BYTES = 32
_PREFIX = "whsec_"
# Random, fixed for ever: another namespace would give a repeated delivery another id.
_NAMESPACE = uuid.UUID("7d1f4b52-2a0c-4a3e-8f0b-5e0d3c9a6b14")


def new_secret() -> str:
    """`whsec_` and 32 random bytes in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def message_id(outlet_id: str, event_id: str) -> str:
    """`msg_...`, the same for the same event and outlet, however often it is sent."""
    return f"msg_{uuid.uuid5(_NAMESPACE, json.dumps([outlet_id, event_id])).hex}"


def message_body(event: Event) -> bytes:
    """`{"type", "timestamp", "data"}`: the kind of the event, when it happened, and the event without empty fields."""
    told = event.model_dump(mode="json", exclude_none=True)
    return compact_json({"type": event.kind, "timestamp": told["occurred_at"], "data": told})


def compact_json(value: object) -> bytes:
    """JSON in UTF-8 without spaces: what is signed is what is sent, byte for byte."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def signed_headers(message: str, body: bytes, now: datetime, signing: Sequence[str]) -> dict[str, str]:
    """The three headers of one try.

    Args:
        message: the delivery's id.
        now: of this try.
        signing: `whsec_...`, one signature for each.
    """
    timestamp = str(int(now.timestamp()))
    content = b".".join((message.encode(), timestamp.encode(), body))
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, content)}" for secret in signing),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.digest(key, content, "sha256")).decode()
