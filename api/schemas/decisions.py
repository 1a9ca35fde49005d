"""What gates are asked, and what they decide."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from api.schemas.common import Answer, Request
from pipelines.events import DecisionWord
from pipelines.records.gate_values import Decision

_ANSWER: JsonDict = {
    "decision_id": "dec_0123456789abcdef0123456789abcdef",
    "gate": "north",
    "decision": "accepted",
    "reason": "match",
    "score": 0.94,
    "threshold": 0.87,
    "subject_id": "sub_0123456789abcdef0123456789abcdef",
    "model_id": "dlib-resnet-v1",
    "expires_at": "2026-11-21T08:00:05Z",
}


class IdentifyFields(Request):
    """Who is asked about: pictures as parts `image`, or a camera."""

    camera: Annotated[
        str | None, Field(description="the person who stands before this camera now; default: the gate's")
    ] = None
    challenge_id: Annotated[str | None, Field(description="the challenge that the pictures answer")] = None


class VerifyFields(IdentifyFields):
    """Who is asked about, and who they say they are."""

    subject_id: str


class DecisionAnswer(Answer):
    """A gate's answer; nothing opens after `expires_at`, and only `accepted` opens."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ANSWER]})

    decision_id: str
    gate: str
    decision: DecisionWord
    reason: Annotated[str, Field(description="a word, with details after a colon")]
    score: Annotated[float | None, Field(description="cosine similarity, -1..1; null: nothing was compared")]
    threshold: float | None
    subject_id: str | None
    model_id: str | None
    expires_at: datetime

    @classmethod
    def of(cls, decision: Decision) -> "DecisionAnswer":
        """The decision as its gate is told."""
        return cls(
            decision_id=decision.id,
            gate=decision.gate_id,
            decision=decision.decision,
            reason=decision.reason,
            score=decision.score,
            threshold=decision.threshold,
            subject_id=decision.subject_id,
            model_id=decision.model_id,
            expires_at=decision.expires_at,
        )


class DecisionOut(DecisionAnswer):
    """A decision on record; of a shadow gate the true one."""

    camera: str | None
    purpose: str
    shadow: bool
    created_at: datetime

    @classmethod
    def of(cls, decision: Decision) -> "DecisionOut":
        """The record as an answer."""
        return cls(
            **DecisionAnswer.of(decision).model_dump(),
            camera=decision.camera_id,
            purpose=decision.purpose,
            shadow=decision.shadow,
            created_at=decision.created_at,
        )
