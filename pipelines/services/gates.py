"""A gate's decision: quality, liveness, comparison; recorded, then answered, then the barrier is told.

Reasons, beside `match` (accepted) and `below_threshold` (1:1, rejected), all of them `unknown`:
    no_match, ambiguous           nobody near enough; two persons about equally near
    not_enrolled, gallery_empty   nothing to compare with, for any model that serves
    index_stale                   this process does not know for sure who is enrolled now
    no_consent, gallery_expired   must not be compared
    no_face                       no picture came
    poor_quality:WORDS            no usable picture; words of `vision.quality`, with commas
    several_people                the pictures do not show one person
    no_liveness_model, liveness_failed
    challenge_missing, challenge_expired, challenge_failed:WORD
    uncalibrated                  no threshold can be stated for the model and the gate's target
    shadow                        the gate only watches; the record holds what it would have said
    internal_error                something broke; the log has it
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from models.faces.lane import FaceLane
from pipelines.events import Event, event_id
from pipelines.gallery.galleries import Galleries
from pipelines.records.gate_values import Decision, Gate, GateMode
from pipelines.records.paging import every
from pipelines.records.store import Store
from pipelines.records.values import Gallery, new_id
from pipelines.services.barriers import Barriers, open_outlet
from pipelines.services.challenges import Challenges
from pipelines.services.comparison import Comparison, Finding, unknown
from pipelines.services.finder import Approach, Finder
from pipelines.services.liveness import LivenessCheck
from pipelines.services.probe import Thresholds, observe_one
from pipelines.settings import Settings, utc_now
from vision.errors import BadInput, NotFound
from vision.quality import QualityLimits
from vision.types import FaceObservation, Image


@dataclass(frozen=True, slots=True, eq=False)
class GateService:
    """Decides for all gates.

    Attributes:
        store: gates, consents and templates; every decision is committed there before anybody hears of it.
        galleries: the enrolled.
        lane: the face networks.
        thresholds: of each model, for each false match rate.
        challenges: those that are open.
        barriers: told of accepted decisions.
        settings: `decision_ttl_s` and `identify_margin_decades`, where a gate says nothing else.
        clock: the time, aware UTC.
        limits: what a picture must keep to.
    """

    store: Store
    galleries: Galleries
    lane: FaceLane
    thresholds: Thresholds
    challenges: Challenges
    barriers: Barriers
    settings: Settings
    clock: Callable[[], datetime] = utc_now
    limits: QualityLimits = field(default_factory=QualityLimits)
    _listeners: list[Callable[[Decision], None]] = field(default_factory=list)

    def on_decided(self, listener: Callable[[Decision], None]) -> None:
        """Have `listener` called with every decision, as it is on record; it must not take long."""
        self._listeners.append(listener)

    def observe_picture(self, image: Image) -> FaceObservation:
        """The one person in an uploaded picture.

        Raises:
            NoFace, SeveralFaces: nobody, or more than one near person.
        """
        return observe_one(self.lane, image)

    def verify(
        self,
        gate_id: str,
        subject_id: str,
        observations: Sequence[FaceObservation],
        challenge_id: str | None = None,
        camera_id: str | None = None,
        visit: str | None = None,
        captured_at: datetime | None = None,
    ) -> Decision:
        """Is it that subject? What is answered; of a shadow gate the record holds the true decision.

        Args:
            gate_id: a gate of mode verify.
            subject_id: who the person says they are.
            observations: pictures of one face in their order; a track's, or an upload's.
            challenge_id: what the person answered to.
            camera_id: whose pictures they are; None: uploaded.
            visit: one passage before the camera; a repeat of it makes no second event. None: its own.
            captured_at: of the last picture, aware UTC; None: now.

        Raises:
            NotFound: no such gate.
            BadInput: the gate identifies.
        """
        gate = self._gate(gate_id, "verify")
        return self._decide(gate, Approach(observations, challenge_id, camera_id, visit, captured_at), subject_id)

    def identify(
        self,
        gate_id: str,
        observations: Sequence[FaceObservation],
        challenge_id: str | None = None,
        camera_id: str | None = None,
        visit: str | None = None,
        captured_at: datetime | None = None,
    ) -> Decision:
        """Who of the gallery is it? Otherwise as `verify`.

        Raises:
            NotFound: no such gate.
            BadInput: the gate verifies.
        """
        gate = self._gate(gate_id, "identify")
        return self._decide(gate, Approach(observations, challenge_id, camera_id, visit, captured_at), None)

    def check_gate(self, gate: Gate) -> None:
        """Refuse a gate that could never decide as it is asked to; the API calls it before it stores one.

        A passive gate without a liveness model passes: it answers `no_liveness_model`, and `unready_gates` names it.

        Raises:
            Uncalibrated: a serving model has no threshold for the target rate.
            BadInput: a barrier without a fitting address.
        """
        for model_id in self.lane.embedders:
            self.thresholds.threshold(model_id, gate.target_fmr)
        if gate.barrier:
            open_outlet(gate.id, gate.barrier, self.clock).close()

    def unready_gates(self) -> tuple[str, ...]:
        """Gates whose liveness policy cannot be served here, for /readyz."""
        return tuple(gate.id for gate in every(self.store.gates.list) if not self._liveness.can_serve(gate))

    @property
    def _liveness(self) -> LivenessCheck:
        return LivenessCheck(self.lane, self.challenges, self.thresholds)

    @property
    def _finder(self) -> Finder:
        comparison = Comparison(self.store, self.galleries, self.thresholds, self.settings.identify_margin_decades)
        return Finder(self.lane, self._liveness, comparison, self.limits)

    def _gate(self, gate_id: str, mode: GateMode) -> Gate:
        gate = self.store.gates.get(gate_id)
        if gate.mode != mode:
            raise BadInput(f"gate {gate_id}: wanted a gate that can {mode}, got one that can {gate.mode}")
        return gate

    def _decide(self, gate: Gate, approach: Approach, subject_id: str | None) -> Decision:
        gallery = self.store.galleries.get(gate.gallery_id)
        if gallery.expired_at(self.clock()):
            finding = unknown("gallery_expired")
        else:
            finding = self._finder.find(gate, gallery, approach, subject_id)
        decision = self._record(gate, gallery, approach, finding)
        for listener in self._listeners:
            listener(decision)
        if gate.shadow:
            return _unseen(decision)
        if decision.decision == "accepted":
            self.barriers.order(gate, decision)
        return decision

    def _record(self, gate: Gate, gallery: Gallery, approach: Approach, finding: Finding) -> Decision:
        """The decision as it was committed."""
        decision = self._as_decision(gate, gallery, approach, finding)
        try:
            return self.store.decisions.record(decision, _event(decision, approach))
        except NotFound:
            # The subject was erased since it was compared.
            gone = self._as_decision(gate, gallery, approach, unknown("not_enrolled"))
            return self.store.decisions.record(gone, _event(gone, approach))

    def _as_decision(self, gate: Gate, gallery: Gallery, approach: Approach, finding: Finding) -> Decision:
        now = self.clock()
        ttl_s = self.settings.decision_ttl_s if gate.decision_ttl_s is None else gate.decision_ttl_s
        return Decision(
            id=new_id("dec"),
            gate_id=gate.id,
            purpose=gallery.purpose,
            decision=finding.decision,
            reason=finding.reason,
            score=finding.score,
            threshold=finding.threshold,
            subject_id=finding.subject_id,
            model_id=finding.model_id,
            camera_id=approach.camera_id,
            created_at=now,
            expires_at=now + timedelta(seconds=ttl_s),
            shadow=gate.shadow,
        )


def _unseen(decision: Decision) -> Decision:
    """What a shadow gate is told."""
    return replace(
        decision, decision="unknown", reason="shadow", score=None, threshold=None, subject_id=None, model_id=None
    )


def _event(decision: Decision, approach: Approach) -> Event:
    return Event(
        event_id=event_id(approach.camera_id, approach.visit or decision.id, "face.decision"),
        kind="face.decision",
        occurred_at=approach.captured_at or decision.created_at,
        purpose=decision.purpose,
        camera_id=approach.camera_id,
        gate_id=decision.gate_id,
        subject_id=decision.subject_id,
        decision_id=decision.id,
        decision=decision.decision,
        reason=decision.reason,
        score=decision.score,
        shadow=decision.shadow,
    )
