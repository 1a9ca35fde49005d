"""The face before a gate: its usable pictures, and one embedding of them for each model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.faces.lane import FaceLane
from vision.errors import NoFace, SeveralFaces
from vision.fusion import fuse, least_similarity
from vision.quality import QualityLimits, measure_quality, quality_reasons
from vision.types import Embedding, FaceObservation, Image

SAME_PERSON_FMR = 0.01
"""Pictures that claim to show one person must be as alike as only one pair of strangers in a hundred is. Laxer than a
gate, for it comes on top of the gate's own comparison, and the pictures differ in pose on purpose."""
_BYSTANDER = 0.5
"""A second face up to this share of the first one's height stands behind, twice as far away."""


class Thresholds(Protocol):
    """Similarities for false match rates; `models.catalogue.Catalogue` has them."""

    def threshold(self, model_id: str, target_fmr: float) -> float:
        """The similarity from which on two embeddings of the model match; Uncalibrated where none can be stated."""
        ...

    def margin(self, model_id: str, decades: float) -> float:
        """The difference in similarity that stands for so many decades of false match rate; raises as `threshold`."""
        ...


def observe_one(lane: FaceLane, image: Image) -> FaceObservation:
    """The one person in a picture; faces not half as high are bystanders.

    Raises:
        NoFace: nobody was found.
        SeveralFaces: somebody else stands about as near.
    """
    faces = lane.observe(image)
    if not faces:
        raise NoFace("wanted a face, got a picture in which none was found")
    heights = [float(face.xyxy[3] - face.xyxy[1]) for face in faces]
    near = sum(height > _BYSTANDER * heights[0] for height in heights)
    if near > 1:
        raise SeveralFaces(f"wanted one face, got {near} of about the same size")
    return faces[0]


@dataclass(frozen=True, slots=True)
class Probe:
    """The pictures of one face that may be decided on.

    Attributes:
        observations: those that keep the quality limits, in their order.
        weights: their quality scores.
        reasons: why pictures were left out, each word once.
    """

    lane: FaceLane
    observations: tuple[FaceObservation, ...]
    weights: tuple[float, ...]
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, lane: FaceLane, observations: Sequence[FaceObservation], limits: QualityLimits) -> "Probe":
        """The usable ones of some observations."""
        measured = [(observation, measure_quality(observation)) for observation in observations]
        faults = [quality_reasons(quality, limits) for _, quality in measured]
        usable = [pair for pair, reasons in zip(measured, faults, strict=True) if not reasons]
        return cls(
            lane=lane,
            observations=tuple(observation for observation, _ in usable),
            weights=tuple(quality.score for _, quality in usable),
            reasons=tuple(dict.fromkeys(word for reasons in faults for word in reasons)),
        )

    def embedding(self, model_id: str, thresholds: Thresholds) -> Embedding | None:
        """The pictures as one embedding, weighted by quality; None when they do not all show one person.

        Two persons' mean would resemble both, and open for the one who is not there.

        Raises:
            Uncalibrated: what counts as one person is not known for the model.
        """
        embeddings = [self.lane.embed(observation, model_id) for observation in self.observations]
        if len(embeddings) > 1 and not same_person(embeddings, thresholds):
            return None
        return fuse(embeddings, self.weights)


def same_person(embeddings: Sequence[Embedding], thresholds: Thresholds) -> bool:
    """Whether any two of at least one embedding are as alike as one person's.

    Raises:
        Uncalibrated: what counts as one person is not known for the model.
        ModelMismatch: embeddings of two models.
    """
    return least_similarity(embeddings) >= thresholds.threshold(embeddings[0].model_id, SAME_PERSON_FMR)
