"""Enrolling a person: consent first, then pictures good enough to be compared with for years, all of one person."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2

from models.faces.lane import FaceLane
from pipelines.records.store import Store
from pipelines.records.values import Gallery
from pipelines.services.probe import Thresholds, observe_one, same_person
from vision.errors import BadInput, Conflict, NoConsent, PoorQuality
from vision.quality import FaceQuality, QualityLimits, measure_quality, quality_reasons
from vision.types import Embedding, FaceObservation, Image

MOST_PICTURES = 5
_JPEG_QUALITY = 92


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What was stored, picture by picture."""

    template_ids: tuple[int, ...]
    qualities: tuple[FaceQuality, ...]
    photograph_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class EnrolmentService:
    """Makes templates with the current embedder; older ones serve until then.

    Attributes:
        store: consents, templates, and photographs where the gallery keeps them.
        lane: the face networks.
        thresholds: what counts as one person.
        limits: what each picture must keep to.
    """

    store: Store
    lane: FaceLane
    thresholds: Thresholds
    limits: QualityLimits = field(default_factory=QualityLimits.for_enrolment)

    def enrol(self, subject_id: str, gallery_id: str, images: Sequence[Image], actor: str) -> Enrolment:
        """Store one template for each picture; either all pictures are good or nothing is stored.

        Args:
            subject_id: whose face it is.
            gallery_id: where it is looked for.
            images: 1 to 5 pictures, (H, W, 3) uint8 BGR.
            actor: the key that asked, for the audit log.

        Raises:
            NotFound: no such subject or gallery.
            NoConsent: the subject has not agreed to the gallery's purpose.
            NoFace, SeveralFaces, PoorQuality: one of the pictures cannot be used.
            BadInput: no picture or too many.
            Conflict: the pictures show different people, or another one than was enrolled before.
            Uncalibrated: what counts as one person is not known for the current model.
        """
        if not 1 <= len(images) <= MOST_PICTURES:
            raise BadInput(f"wanted 1 to {MOST_PICTURES} pictures, got {len(images)}")
        subject = self.store.subjects.get(subject_id)
        gallery = self.store.galleries.get(gallery_id)
        # Looked up before the face is: without consent no picture is analysed at all.
        if not self.store.consents.holds(subject.id, gallery.purpose):
            raise NoConsent(f"wanted a live consent of {subject.id} for {gallery.purpose}")
        observations = [observe_one(self.lane, image) for image in images]
        qualities = tuple(self._measured(observation) for observation in observations)
        embeddings = [self.lane.embed(observation) for observation in observations]
        self._check_one_person(subject_id, gallery_id, embeddings)
        scores = [quality.score for quality in qualities]
        templates = self.store.templates.add(
            subject_id, gallery_id, list(zip(embeddings, scores, strict=True)), actor=actor
        )
        photographs = self._kept(gallery, subject_id, images, actor)
        return Enrolment(tuple(template.id for template in templates), qualities, photographs)

    def _measured(self, observation: FaceObservation) -> FaceQuality:
        quality = measure_quality(observation)
        reasons = quality_reasons(quality, self.limits)
        if reasons:
            raise PoorQuality(reasons)
        return quality

    def _check_one_person(self, subject_id: str, gallery_id: str, embeddings: list[Embedding]) -> None:
        model_id = self.lane.current.model_id
        before = [
            template.embedding
            for template in self.store.templates.of_subject(subject_id, gallery_id)
            if template.embedding.model_id == model_id
        ]
        if not same_person(embeddings, self.thresholds):
            raise Conflict("wanted pictures of one person, got pictures of different people")
        if not all(same_person([old, new], self.thresholds) for old in before for new in embeddings):
            raise Conflict("wanted the person who was enrolled before, got pictures of another one")

    def _kept(self, gallery: Gallery, subject_id: str, images: Sequence[Image], actor: str) -> tuple[str, ...]:
        if not gallery.keep_photographs:
            return ()
        encoded = [cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1] for image in images]
        kept = [
            self.store.photographs.add(subject_id, gallery.id, picture.tobytes(), actor=actor) for picture in encoded
        ]
        return tuple(photograph.id for photograph in kept)
