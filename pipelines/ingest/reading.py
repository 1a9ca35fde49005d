"""How the cameras of a process are read."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pipelines.ingest.address import Address
from pipelines.ingest.media import Timeouts
from pipelines.ingest.policy import SourcePolicy
from pipelines.settings import Settings
from vision.motion_gate import MotionLimits

# What stands in a street stands for seconds. Faces and plates pass within one or two, at gates where somebody waits.
MOTION_OF_LANES: Mapping[str, MotionLimits] = MappingProxyType({"street": MotionLimits()})


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cameras of a process are read.

    Attributes:
        timeouts: of opening and reading.
        policy: which addresses may be opened; None: all, for the caller vouches for them.
        motion: what passes the motion gate of live cameras, by lane; of a lane that is not named everything.
        max_age_s: a live camera's frame that is older when its turn comes is not analysed.
        slots: analyses at once.
    """

    timeouts: Timeouts = field(default_factory=Timeouts)
    policy: SourcePolicy | None = None
    motion: Mapping[str, MotionLimits] = field(default_factory=lambda: MOTION_OF_LANES)
    max_age_s: float = 5.0
    slots: int = field(default_factory=lambda: os.cpu_count() or 1)

    @classmethod
    def of(cls, settings: Settings) -> "Reading":
        """That of an installation."""
        motion = MOTION_OF_LANES if settings.motion_gate else {}
        return cls(
            timeouts=Timeouts(open_s=settings.source_timeout_s, read_s=settings.source_timeout_s),
            policy=SourcePolicy.of(settings),
            motion=motion,
            max_age_s=settings.max_frame_age_s,
            slots=settings.analyses or os.cpu_count() or 1,
        )

    def admit(self, address: Address) -> Address:
        """The address as it may be opened now.

        Raises:
            SourceError: `forbidden`, or `unknown_host`.
        """
        return address if self.policy is None else self.policy.admit(address)
