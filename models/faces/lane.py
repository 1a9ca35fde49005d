"""Everything that looks at faces, as one value: a detector, the serving embedders, a liveness network or none."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

import numpy as np

from models.faces.detector import FaceDetector
from vision.errors import ConfigurationError
from vision.types import Embedding, FaceObservation, FloatArray, Image


class Embedder(Protocol):
    """Turns faces into embeddings; `models.faces.embedder.FaceEmbedder` is one."""

    @property
    def model_id(self) -> str:
        """The network; only embeddings of one model_id are ever compared."""
        ...

    def embed(self, image: Image, landmarks: FloatArray) -> list[Embedding]:
        """One embedding for each of the (N, 5, 2) landmarks."""
        ...


class Liveness(Protocol):
    """Scores how living a face looks; `models.faces.liveness.LivenessScorer` is one."""

    @property
    def threshold(self) -> float:
        """The score from which on a face counts as live."""
        ...

    def score(self, image: Image, xyxy: FloatArray) -> float:
        """The probability of a living face, 0..1."""
        ...


class FaceLane:
    """The face networks of this process.

    Args:
        detector: finds faces and their landmarks.
        embedders: the current one first, then those that still serve the subjects not enrolled anew.
        liveness: None where no such network was set up.

    Raises:
        ConfigurationError: no embedder, or one listed twice.
    """

    def __init__(self, detector: FaceDetector, embedders: Sequence[Embedder], liveness: Liveness | None = None) -> None:
        ids = [embedder.model_id for embedder in embedders]
        if not ids or len(set(ids)) != len(ids):
            raise ConfigurationError(f"wanted different embedders, at least one, got {ids}")
        self.detector = detector
        self.embedders: Mapping[str, Embedder] = MappingProxyType(dict(zip(ids, embedders, strict=True)))
        self.current = embedders[0]
        self.liveness = liveness

    def observe(self, image: Image) -> list[FaceObservation]:
        """The faces of an (H, W, 3) uint8 BGR picture, largest first; none is an empty list.

        Raises:
            BadArray: not such a picture.
        """
        faces = self.detector.detect(image)
        areas = (faces.xyxy[:, 2] - faces.xyxy[:, 0]) * (faces.xyxy[:, 3] - faces.xyxy[:, 1])
        confidence = np.ones(len(faces)) if faces.confidence is None else faces.confidence
        return [
            FaceObservation(image, faces.xyxy[i], faces.data["landmarks"][i], float(confidence[i]))
            for i in np.argsort(-areas, kind="stable")
        ]

    def embed(self, observation: FaceObservation, model_id: str | None = None) -> Embedding:
        """The observed face by the current embedder, or by the one of `model_id`.

        Raises:
            ConfigurationError: no embedder of that id serves here.
            BadArray: the landmarks cannot be aligned.
        """
        embedder = self.current if model_id is None else self.embedders.get(model_id)
        if embedder is None:
            raise ConfigurationError(
                f"no embedder {model_id!r} serves here; those that do: {', '.join(self.embedders)}"
            )
        return embedder.embed(observation.image, observation.landmarks[np.newaxis])[0]
