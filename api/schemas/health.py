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


class BusReadiness(Answer):
    """How records of cameras travel to the database."""

    kind: Literal["memory", "redis"]
    depth: Annotated[int | None, Field(description="records on the bus; null where it does not answer")]
    lag: Annotated[int | None, Field(description="of them, not delivered yet")]
    pending: Annotated[int | None, Field(description="of them, delivered and not yet committed")]
    spooled: Annotated[int, Field(description="records in this process's spool")]
    spool_capacity: int
    dropped: Annotated[dict[str, int], Field(description="records of street cameras that nothing took, by kind")]
    dead_letters: Annotated[int, Field(description="see /v1/dead-letters")]
    problems: Annotated[list[str], Field(description="what is wrong now", examples=[["bus_away"]])]


class Readiness(Answer):
    """What can be served; `degraded` when a gate cannot, a sweep failed or the bus has a problem."""

    status: Literal["ready", "degraded"]
    store: Literal["ready"] = "ready"
    models: list[OpenModel]
    gates: Annotated[list[UnreadyGate], Field(description="those that cannot be served")]
    failed_sweeps: Annotated[int, Field(description="since the last that did not fail")]
    bus: BusReadiness
