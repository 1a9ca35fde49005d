"""Is a living person there? What each gate asks for, and the answer in a word."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from models.faces.lane import FaceLane
from pipelines.records.gate_values import Gate
from pipelines.services.challenges import Challenges
from pipelines.services.probe import Probe, Thresholds, same_person
from vision.challenge import challenge_verdict
from vision.pose import head_yaw
from vision.types import FaceObservation


@dataclass(frozen=True, slots=True)
class LivenessCheck:
    """The three policies: `none`, `passive` by a network, `challenge` by turning the head.

    Attributes:
        lane: its liveness network judges for `passive`.
        challenges: those that are open.
        thresholds: what counts as one person.
    """

    lane: FaceLane
    challenges: Challenges
    thresholds: Thresholds

    def can_serve(self, gate: Gate) -> bool:
        """Whether this process has what the gate's policy needs."""
        return gate.liveness != "passive" or self.lane.liveness is not None

    def refusal(
        self, gate: Gate, observations: Sequence[FaceObservation], probe: Probe, challenge_id: str | None
    ) -> str | None:
        """Why nobody living was seen, as a gate's reason; None when the policy is met.

        Args:
            gate: whose policy counts.
            observations: all pictures in their order; a turned head is no fault here.
            probe: the usable ones of them, at least one.
            challenge_id: what the person answered to; used up by this.

        Raises:
            Uncalibrated: what counts as one person is not known for the model.
        """
        if gate.liveness == "passive":
            return self._passive(probe)
        if gate.liveness == "challenge":
            return self._challenge(gate, observations, challenge_id)
        return None

    def _passive(self, probe: Probe) -> str | None:
        scorer = self.lane.liveness
        if scorer is None:
            return "no_liveness_model"
        scores = [scorer.score(face.image, face.xyxy) for face in probe.observations]
        return None if sum(scores) / len(scores) >= scorer.threshold else "liveness_failed"

    def _challenge(self, gate: Gate, observations: Sequence[FaceObservation], challenge_id: str | None) -> str | None:
        if challenge_id is None:
            return "challenge_missing"
        challenge = self.challenges.take(challenge_id, gate.id)
        if challenge is None:
            return "challenge_expired"
        verdict = challenge_verdict([head_yaw(face.landmarks) for face in observations], challenge.actions)
        if verdict != "passed":
            return f"challenge_failed:{verdict}"
        # The one who turns must be the one who is let in, from picture to picture.
        embeddings = [self.lane.embed(face) for face in observations]
        steady = all(same_person(pair, self.thresholds) for pair in itertools.pairwise(embeddings))
        return None if steady else "challenge_failed:another_person"
