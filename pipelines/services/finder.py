"""From pictures to a finding: usable ones, a living person, a comparison; and a word for whatever stands in the way."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.faces.lane import FaceLane
from pipelines.records.gate_values import Gate
from pipelines.records.values import Gallery
from pipelines.services.comparison import Comparison, Finding, unknown
from pipelines.services.liveness import LivenessCheck
from pipelines.services.probe import Probe
from vision.errors import Uncalibrated
from vision.quality import QualityLimits
from vision.types import FaceObservation

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Approach:
    """Somebody before a gate.

    Attributes:
        observations: pictures of one face in their order.
        challenge_id: what the person answered to.
        camera_id: None for uploads.
        visit: one passage before the camera.
        captured_at: of the last picture, aware UTC; None: now.
    """

    observations: Sequence[FaceObservation]
    challenge_id: str | None = None
    camera_id: str | None = None
    visit: str | None = None
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """Finds out what a gate should say; it records nothing and opens nothing.

    Attributes:
        lane: the face networks.
        liveness: what each policy asks for.
        comparison: 1:1 and 1:N.
        limits: what a picture must keep to.
    """

    lane: FaceLane
    liveness: LivenessCheck
    comparison: Comparison
    limits: QualityLimits

    def find(self, gate: Gate, gallery: Gallery, approach: Approach, subject_id: str | None) -> Finding:
        """The finding; a failure of any kind is `unknown` with its reason.

        Args:
            gate: whose rules count.
            gallery: the gate's, not expired.
            approach: who stands there.
            subject_id: who they say they are; None: find out.
        """
        try:
            if not self.liveness.can_serve(gate):
                return unknown("no_liveness_model")
            return self._find(gate, gallery, approach, subject_id)
        except Uncalibrated:
            return unknown("uncalibrated")
        except Exception:
            # Whatever breaks, the gate answers, and the record shows that nobody was let in.
            logger.exception("deciding at gate %s broke off", gate.id)
            return unknown("internal_error")

    def _find(self, gate: Gate, gallery: Gallery, approach: Approach, subject_id: str | None) -> Finding:
        if not approach.observations:
            return unknown("no_face")
        probe = Probe.of(self.lane, approach.observations, self.limits)
        if not probe.observations:
            return unknown(f"poor_quality:{','.join(probe.reasons)}")
        refusal = self.liveness.refusal(gate, approach.observations, probe, approach.challenge_id)
        if refusal:
            return unknown(refusal)
        if subject_id is None:
            return self.comparison.identify(gate, gallery, probe)
        return self.comparison.verify(gate, gallery, subject_id, probe)
