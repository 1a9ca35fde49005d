"""Whether this process lives and what it can serve."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.common import Answer


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"] = "alive"


class OpenModel(Answer):
    """A network that was verified and opened."""

    model_config = ConfigDict(protected_namespaces=())

    id: str
    task: str
    provider: Annotated[str, Field(description="where it runs; never replaced by another silently")]
    sha256: str


class UnreadyGate(Answer):
    """A gate that answers `unknown` to everybody."""

    gate: str
    reason: Annotated[str, Field(examples=["no_liveness_model"])]


class Readiness(Answer):
    """What can be served; `degraded` when a gate cannot."""

    status: Literal["ready", "degraded"]
    store: Literal["ready"] = "ready"
    models: list[OpenModel]
    gates: Annotated[list[UnreadyGate], Field(description="those that cannot be served")]
    failed_sweeps: Annotated[int, Field(description="since the last that did not fail")]
