"""Whether this process lives and what it can serve."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.common import Answer
from pipelines.records.outlet_values import OutletState
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


class TroubledOutlet(Answer):
    """A webhook or broker that does not take its events now, or has refused some for good."""

    outlet: str
    state: OutletState
    reason: Annotated[str | None, Field(examples=["no_connection"])]
    lag: Annotated[int, Field(description="at least as many events as wait for it")]
    dead: Annotated[int, Field(description="events it refused for good, which a person may replay")]


class GalleryReplica(Answer):
    """A gallery in the memory of this process."""

    model_config = ConfigDict(protected_namespaces=())

    gallery_id: str
    model_id: str
    state: Annotated[
        Literal["building", "current", "stale"], Field(description="gates answer `index_stale` unless it is current")
    ]
    templates: int
    version: Annotated[int, Field(description="the number of the last change of the database that is in it")]
    behind: Annotated[int, Field(description="changes of the database that are not in it")]
    lag_s: Annotated[float, Field(description="seconds since it was last known to hold everything")]
    rebuilds: Annotated[int, Field(description="how often it was built anew because changes were missing")]


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
    """What can be served; `degraded` when a gate, gallery or lane cannot, or records do not get where they should."""

    status: Literal["ready", "degraded"]
    store: Literal["ready"] = "ready"
    models: list[OpenModel]
    gates: Annotated[list[UnreadyGate], Field(description="those that cannot be served")]
    outlets: Annotated[list[TroubledOutlet], Field(description="those in trouble; switched off by a person is none")]
    failed_outlet_passes: Annotated[int, Field(description="since the last that did not fail")]
    galleries: Annotated[list[GalleryReplica], Field(description="those that gates of this process ask")]
    workers: Annotated[list[WorkerHealth], Field(description="where cameras run in processes of their own")]
    unserved_lanes: Annotated[list[str], Field(description="lanes whose cameras no worker runs now")]
    failed_sweeps: Annotated[int, Field(description="since the last that did not fail")]
    bus: BusReadiness
