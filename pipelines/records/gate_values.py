"""Gates, cameras and barriers as the store takes and gives them, and what they decided and ordered."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pipelines.events import DecisionWord
from pipelines.records.checks import check_place, check_slug
from pipelines.street_cameras import StreetSettings
from vision.errors import BadInput

GateMode = Literal["verify", "identify"]
LivenessPolicy = Literal["none", "passive", "challenge"]
BarrierKind = Literal["simulated", "http", "mqtt"]
BarrierOutcome = Literal["sent", "opened", "refused", "timed_out", "expired", "not_sent"]


@dataclass(frozen=True, slots=True)
class BarrierSpec:
    """What opens a gate; sealed in the database, for its address may hold a password.

    Attributes:
        url: of the controller or the broker.
        secret: what the controller wants to see, in a header or as the broker's password.
    """

    kind: BarrierKind
    url: str | None = field(default=None, repr=False)
    topic: str | None = None
    username: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    timeout_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a face is compared with a gallery.

    Attributes:
        target_fmr: the share of strangers that may pass, 0..1; the threshold follows from it.
        margin: how much more similar than the runner-up an identified subject must be; None: by the setting.
        decision_ttl_s: nothing opens later than so long after a decision; None: the setting.
        camera_id: whose current track the gate decides on; None: pictures are uploaded.
    """

    id: str
    gallery_id: str
    mode: GateMode
    liveness: LivenessPolicy
    target_fmr: float
    created_at: datetime
    shadow: bool = False
    camera_id: str | None = None
    margin: float | None = None
    decision_ttl_s: float | None = None
    barrier: BarrierSpec | None = None

    def __post_init__(self) -> None:
        check_slug("gate id", self.id)
        if not 0.0 < self.target_fmr < 1.0:
            raise BadInput(f"target_fmr: wanted more than 0 and less than 1, got {self.target_fmr}")


@dataclass(frozen=True, slots=True)
class Camera:
    """Where pictures come from; its address is sealed in the database, for it may hold a password.

    Attributes:
        url: file, folder, rtsp, http or device, as `pipelines.ingest` reads it.
        lane: which stages its frames pass: `face`, `plate` or `street`.
        gate_id: of a face camera, the gate that decides on whom it sees.
        fps: frames analysed a second; None: all that come.
        lane_id: of a plate camera, the parking lane that it watches: "LOT/LANE".
        street: of a street camera, and always of one: its zones and rules.
    """

    id: str
    url: str = field(repr=False)
    lane: str
    created_at: datetime
    gate_id: str | None = None
    fps: float | None = None
    lane_id: str | None = None
    street: StreetSettings | None = None

    def __post_init__(self) -> None:
        check_slug("camera id", self.id)
        check_slug("lane", self.lane)
        if self.gate_id is not None and self.lane != "face":
            raise BadInput(f"camera {self.id}: wanted lane face for a camera of a gate, got {self.lane}")
        if self.lane_id is not None:
            check_place("lane_id", self.lane_id)
            if self.lane != "plate":
                raise BadInput(f"camera {self.id}: wanted lane plate for a camera of a parking lane, got {self.lane}")
        if (self.street is None) == (self.lane == "street"):
            got = "none" if self.street is None else f"some with lane {self.lane}"
            raise BadInput(f"camera {self.id}: wanted street settings with lane street and nowhere else, got {got}")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a gate decided, as it was answered and recorded.

    Attributes:
        purpose: of the gate's gallery; who may see the decision follows from it.
        score: cosine similarity, -1..1; None when nothing was compared.
        subject_id: None also after the subject was erased.
        expires_at: nothing opens after it.
    """

    id: str
    gate_id: str
    purpose: str
    decision: DecisionWord
    reason: str
    score: float | None
    threshold: float | None
    subject_id: str | None
    model_id: str | None
    camera_id: str | None
    created_at: datetime
    expires_at: datetime
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class BarrierCommand:
    """One order to open, and what came of it.

    Attributes:
        actor: the key or service that gave it.
        settled_at: when the controller answered or the time was up; None while `outcome` is `sent`.
    """

    id: str
    gate_id: str
    decision_id: str | None
    manual: bool
    actor: str
    reason: str
    created_at: datetime
    expires_at: datetime
    outcome: BarrierOutcome = "sent"
    settled_at: datetime | None = None
