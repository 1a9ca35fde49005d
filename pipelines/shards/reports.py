"""What a member of the fleet says of itself once a second: its heartbeat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.ingest.status import CameraStatus
from pipelines.ingest.turns import LaneBeat

MemberKind = Literal["worker", "supervisor"]
MemberState = Literal["running", "stopping"]
ChildState = Literal["running", "stopping", "stopped", "backing_off", "given_up"]
LEASE_LOST = "lease_lost"
STORE_SILENT = "store_silent"


class Child(BaseModel):
    """A worker process, as its supervisor sees it.

    Attributes:
        starts: how often it was started.
        reason: why it ended last, or was ended; None: it never did.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    state: ChildState
    starts: int
    reason: str | None = None


class MemberReport(BaseModel):
    """One heartbeat. It holds no address of a camera, and nothing of what cameras see.

    Attributes:
        name: by which cameras are shared out; the same again after a restart.
        member_id: of this very process; leases belong to it.
        cameras: that it runs.
        trusts: of its street cameras, whether the newest frame shows what lies before it.
        stalled: cameras that hang, with the word for where: `reading` or `analysis`.
        lanes: a sign of life of each lane's networks.
        faults: words for what is wrong with the member itself, such as LEASE_LOST.
        children: of a supervisor.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    member_id: str
    kind: MemberKind = "worker"
    state: MemberState = "running"
    host: str = ""
    pid: int = 0
    started_at: datetime
    cameras: tuple[CameraStatus, ...] = ()
    trusts: Mapping[str, bool] = {}
    stalled: Mapping[str, str] = {}
    lanes: Mapping[str, LaneBeat] = {}
    faults: tuple[str, ...] = ()
    children: Mapping[str, Child] = {}
