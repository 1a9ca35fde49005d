"""Whether this process lives and what it can serve."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.common import Answer
from pipelines.shards.reports import Child, MemberReport


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


class WorkerHealth(Answer):
    """A worker process or a supervisor, as it said of itself within the last seconds."""

    name: str
    kind: Literal["worker", "supervisor"]
    state: Literal["running", "stopping"]
    host: str
    cameras: Annotated[int, Field(description="that it runs")]
    lost: Annotated[list[str], Field(description="cameras of it that are not read, or whose analysis fails")]
    stalled: Annotated[dict[str, str], Field(description="cameras that hang, and where: reading or analysis")]
    faults: Annotated[list[str], Field(examples=[["lease_lost"]], description="words for what is wrong with itself")]
    children: Annotated[
        dict[str, Child], Field(description="of a supervisor: its workers; `given_up` is one that never lasts")
    ]

    @classmethod
    def of(cls, report: MemberReport) -> "WorkerHealth":
        """The heartbeat as an answer."""
        return cls(
            name=report.name,
            kind=report.kind,
            state=report.state,
            host=report.host,
            cameras=len(report.cameras),
            lost=[one.camera_id for one in report.cameras if one.state == "lost" or one.last_error],
            stalled=dict(report.stalled),
            faults=list(report.faults),
            children=dict(report.children),
        )

    @property
    def well(self) -> bool:
        """Whether nothing is wrong with the process itself; cameras come and go."""
        down = any(child.state in ("backing_off", "given_up") for child in self.children.values())
        return not (self.stalled or self.faults or down)


class Readiness(Answer):
    """What can be served; `degraded` when a gate cannot."""

    status: Literal["ready", "degraded"]
    store: Literal["ready"] = "ready"
    models: list[OpenModel]
    gates: Annotated[list[UnreadyGate], Field(description="those that cannot be served")]
    workers: Annotated[list[WorkerHealth], Field(description="where cameras run in processes of their own")]
    unserved_lanes: Annotated[list[str], Field(description="lanes whose cameras no worker runs now")]
    failed_sweeps: Annotated[int, Field(description="since the last that did not fail")]
