"""Models of the face lane, opened from the catalogue: one line for each family."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.catalogue import Catalogue
from models.faces.detector import FaceDetector
from models.faces.embedder import FaceEmbedder
from models.faces.lane import FaceLane
from models.faces.liveness import LivenessScorer
from models.faces.mtcnn import MtcnnDetector, MtcnnScores
from models.faces.scrfd import ScrfdDetector
from models.faces.yunet import YunetDetector
from models.session import Session
from vision.errors import ConfigurationError

_Options = dict[str, Any]

_DETECTORS: Mapping[str, Callable[[Sequence[Session], Mapping[str, float], _Options], FaceDetector]] = {
    "mtcnn": lambda sessions, scores, size: MtcnnDetector(sessions, scores=MtcnnScores(**scores), **size),
    "yunet": lambda sessions, scores, size: YunetDetector(sessions[0], **scores, **size),
    "scrfd": lambda sessions, scores, size: ScrfdDetector(sessions[0], **scores, **size),
}


def open_face_model(catalogue: Catalogue, model_id: str) -> FaceDetector | FaceEmbedder | LivenessScorer:
    """The model, verified, opened and found to fit its family, whatever of a face's tasks it has.

    Raises:
        ConfigurationError: no manifest lists the model, or it is not for faces.
        ModelError: its files, its networks or the execution provider are not what the manifest and the family want.
    """
    spec = catalogue.manifest.get(model_id)
    if spec.task == "face-detection":
        return open_detector(catalogue, model_id)
    return open_embedder(catalogue, model_id) if spec.task == "face-embedding" else open_liveness(catalogue, model_id)


def open_detector(catalogue: Catalogue, model_id: str, min_face_px: int | None = None) -> FaceDetector:
    """A face detector; its cut-offs are the manifest's `thresholds`, or the class's own where these say nothing.

    Args:
        catalogue: where the model is listed.
        model_id: a model for face detection.
        min_face_px: height of the smallest face looked for; None: the detector's own default.

    Raises:
        ConfigurationError, ModelError: see `open_face_model`.
    """
    spec = catalogue.spec(model_id, "face-detection")
    size: _Options = {} if min_face_px is None else {"min_face_px": min_face_px}
    sessions = catalogue.open(model_id)
    try:
        return _DETECTORS[spec.family](sessions, spec.thresholds, size)
    except TypeError as error:
        raise ConfigurationError(f"{model_id}: thresholds {sorted(spec.thresholds)}: {error}") from error


def open_embedder(catalogue: Catalogue, model_id: str) -> FaceEmbedder:
    """A face embedder.

    Raises:
        ConfigurationError, ModelError: see `open_face_model`.
    """
    spec = catalogue.spec(model_id, "face-embedding")
    return FaceEmbedder(catalogue.open(model_id)[0], spec)


def open_liveness(catalogue: Catalogue, model_id: str) -> LivenessScorer:
    """A liveness network.

    Raises:
        ConfigurationError, ModelError: see `open_face_model`.
    """
    spec = catalogue.spec(model_id, "face-liveness")
    return LivenessScorer(catalogue.open(model_id)[0], spec)


def open_face_lane(
    catalogue: Catalogue,
    *,
    detector_id: str,
    embedder_ids: Sequence[str],
    liveness_id: str | None = None,
    min_face_px: int | None = None,
) -> FaceLane:
    """The whole lane.

    Args:
        catalogue: where the models are listed.
        detector_id: finds the faces.
        embedder_ids: the current embedder, then those that still serve the subjects not enrolled anew.
        liveness_id: None: gates that want passive liveness answer "unknown".
        min_face_px: height of the smallest face looked for; None: the detector's own default.

    Raises:
        ConfigurationError, ModelError: see `open_face_model`.
    """
    return FaceLane(
        open_detector(catalogue, detector_id, min_face_px),
        [open_embedder(catalogue, model_id) for model_id in embedder_ids],
        open_liveness(catalogue, liveness_id) if liveness_id else None,
    )
