"""Gates, their barriers and challenges, as they travel."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from api.schemas.common import Address, Answer, Request, Slug, Words, without_secrets
from pipelines.records.gate_values import BarrierKind, BarrierOutcome, BarrierSpec, Gate, GateMode, LivenessPolicy
from vision.challenge import Action


def _with_host(url: str | None) -> str | None:
    if url is not None and not without_secrets(url):
        raise ValueError("wanted scheme://host[:port]/path")
    return url


class BarrierIn(Request):
    """What opens the gate: a controller behind HTTP or MQTT, or a simulated one."""

    kind: BarrierKind
    url: Annotated[Address | None, AfterValidator(_with_host)] = None
    topic: Annotated[str | None, Field(pattern=r"^[\x21\x22\x24-\x2a\x2c-\x7e]{1,200}$")] = None
    username: Words | None = None
    secret: Annotated[
        str | None,
        Field(pattern=r"^[\x21-\x7e]{1,500}$", description="bearer token or broker's password; never shown again"),
    ] = None
    timeout_s: Annotated[float, Field(gt=0, le=10)] = 2.0

    def spec(self) -> BarrierSpec:
        """The record."""
        return BarrierSpec(**self.model_dump())


class BarrierOut(Answer):
    """A barrier without what must stay secret."""

    kind: BarrierKind
    address: Annotated[str | None, Field(description="scheme, host and port of its url")]
    topic: str | None
    timeout_s: float

    @classmethod
    def of(cls, spec: BarrierSpec) -> "BarrierOut":
        """The record as an answer."""
        address = without_secrets(spec.url) if spec.url else None
        return cls(kind=spec.kind, address=address, topic=spec.topic, timeout_s=spec.timeout_s)


class GateIn(Request):
    """Where a face is compared with a gallery."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "north",
                    "gallery": "staff",
                    "mode": "identify",
                    "liveness": "none",
                    "target_fmr": 0.001,
                    "shadow": False,
                    "barrier": {"kind": "simulated"},
                }
            ]
        }
    )

    id: Slug
    gallery: str
    mode: GateMode
    liveness: LivenessPolicy = "none"
    target_fmr: Annotated[float, Field(gt=0, lt=1, description="the share of strangers that may pass")] = 0.001
    shadow: Annotated[bool, Field(description="decide and record, but tell the gate nothing")] = False
    camera: Annotated[str | None, Field(description="whose current track it decides on")] = None
    margin: Annotated[float | None, Field(ge=0, le=2, description="to the runner-up; default: the setting")] = None
    decision_ttl_s: Annotated[float | None, Field(gt=0, le=300, description="default: the setting")] = None
    barrier: BarrierIn | None = None

    def record(self, now: datetime) -> Gate:
        """The gate, made now."""
        return Gate(
            id=self.id,
            gallery_id=self.gallery,
            mode=self.mode,
            liveness=self.liveness,
            target_fmr=self.target_fmr,
            created_at=now,
            shadow=self.shadow,
            camera_id=self.camera,
            margin=self.margin,
            decision_ttl_s=self.decision_ttl_s,
            barrier=self.barrier.spec() if self.barrier else None,
        )


class GateOut(Answer):
    """A gate."""

    id: str
    gallery: str
    mode: GateMode
    liveness: LivenessPolicy
    target_fmr: float
    shadow: bool
    camera: str | None
    margin: float | None
    decision_ttl_s: float | None
    barrier: BarrierOut | None
    created_at: datetime

    @classmethod
    def of(cls, gate: Gate) -> "GateOut":
        """The record as an answer."""
        return cls(
            id=gate.id,
            gallery=gate.gallery_id,
            mode=gate.mode,
            liveness=gate.liveness,
            target_fmr=gate.target_fmr,
            shadow=gate.shadow,
            camera=gate.camera_id,
            margin=gate.margin,
            decision_ttl_s=gate.decision_ttl_s,
            barrier=BarrierOut.of(gate.barrier) if gate.barrier else None,
            created_at=gate.created_at,
        )


class ChallengeOut(Answer):
    """What the person is to do, beginning with a frontal look; left and right are the person's own."""

    id: str
    gate: Annotated[str, Field(validation_alias="gate_id")]
    actions: list[Action]
    expires_at: datetime


class OpenIn(Request):
    """A manual opening."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "fire-drill"}]})

    reason: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:#/-]{0,99}$", description="goes into the audit log; no names")
    ]


class BarrierCommandOut(Answer):
    """One order to a barrier, and what came of it."""

    id: str
    gate: Annotated[str, Field(validation_alias="gate_id")]
    decision_id: str | None
    manual: bool
    actor: str
    reason: str
    created_at: datetime
    expires_at: datetime
    outcome: BarrierOutcome
    settled_at: datetime | None
