"""Offline lists and their keys, as they travel; `pipelines.parking.offline` opens a list and judges by it."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Answer
from pipelines.parking.offline import FORMAT


class OfflineListOut(Answer):
    """A signed list. The payload is JSON: lot, serial, issued_at, expires_at, salt and grants by digests of plates."""

    format: Annotated[str, Field(examples=[FORMAT])]
    payload: Annotated[str, Field(description="base64")]
    signature: Annotated[str, Field(description="base64; Ed25519 over the bytes of the decoded payload")]


class PublicKeyOut(Answer):
    """What signatures are verified with; no secret."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    key: Annotated[str, Field(description="base64, 32 bytes")]


class ControllerKeyOut(Answer):
    """What digests are made with: HMAC-SHA256 over the salt's bytes and the plate; a secret."""

    lot: str
    algorithm: Literal["HMAC-SHA256"] = "HMAC-SHA256"
    key: Annotated[str, Field(description="base64, 32 bytes")]
