"""A face to a point on the unit sphere: align, infer, average with the mirror picture, centre, bring to unit length."""

from collections.abc import Sequence

import cv2
import numpy as np

from models.faces.detector import NetworkSession, input_size
from models.manifest import EmbeddingSpec, ModelSpec
from vision.align import ARCFACE_112, DLIB_150, align_face
from vision.errors import ConfigurationError, ModelContractError
from vision.preprocess import to_tensor
from vision.types import Embedding, FloatArray, Image

_TEMPLATES = {"dlib-resnet": (DLIB_150, 150), "arcface": (ARCFACE_112, 112)}


class FaceEmbedder:
    """An embedding network of family dlib-resnet (150x150 chips) or arcface (112x112 chips).

    Args:
        session: one (N, 3, S, S) input, one (N, D) output; N is free or 1.
        spec: its preprocessing, and in `embedding` the dimension, mirror averaging and the centre.

    Raises:
        ConfigurationError: another family, or a centre of another dimension.
        ModelContractError: the network's input or output is not the family's.

    Source: Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", CVPR 2019; King, dlib's
    face_recognition_resnet_model_v1, http://blog.dlib.net/2017/02/high-quality-face-recognition-with-deep.html (CC0).
    """

    def __init__(self, session: NetworkSession, spec: ModelSpec) -> None:
        if spec.family not in _TEMPLATES or spec.embedding is None:
            raise ConfigurationError(f"{spec.id}: wanted a face embedder, got family {spec.family}")
        self._template, side = _TEMPLATES[spec.family]
        _check_network(session, spec.id, side, spec.embedding)
        self._session = session
        self._preprocessing = spec.preprocessing
        self.dimension = spec.embedding.dimension
        mirror_scale = spec.embedding.mirror_scale
        self._closer = None if mirror_scale is None else self._template.closer(mirror_scale)
        self._centre = np.array(spec.embedding.centre or [0.0] * spec.embedding.dimension, np.float32)
        self._one_by_one = session.network.inputs[0].shape[0] == 1
        self.model_id = spec.id

    def embed(self, image: Image, landmarks: FloatArray) -> list[Embedding]:
        """One embedding for each face, in their order; none for no faces.

        Args:
            image: (H, W, 3) uint8 BGR.
            landmarks: (N, 5, 2) pixels of `image`.

        Raises:
            BadArray: not such a picture, or landmarks from which no face can be aligned.
        """
        return self.embed_views([self.views(image, points) for points in landmarks])

    def views(self, image: Image, landmarks: FloatArray) -> tuple[Image, ...]:
        """The chips of the one face with `landmarks` (5, 2) that the network is to see.

        Raises:
            BadArray: not such a picture, or landmarks from which no face can be aligned.
        """
        chip = align_face(image, landmarks, self._template)
        if self._closer is None:
            return (chip,)
        mirrored: Image = cv2.flip(align_face(image, landmarks, self._closer), 1)
        return chip, mirrored

    def embed_views(self, faces: Sequence[tuple[Image, ...]]) -> list[Embedding]:
        """One embedding for each face's views, as `views` cuts them."""
        if not faces:
            return []
        outputs = self._run([chip for views in faces for chip in views])
        vectors = outputs.reshape(len(faces), -1, self.dimension).mean(axis=1) - self._centre
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return [Embedding(vector, self.model_id) for vector in vectors / lengths]

    def _run(self, chips: list[Image]) -> FloatArray:
        """(N, D) raw outputs."""
        how = self._preprocessing
        tensors = [to_tensor(chip, channels=how.channels, mean=how.mean, std=how.std) for chip in chips]
        batches = tensors if self._one_by_one else [np.concatenate(tensors)]
        return np.concatenate([self._session.run(batch)[0] for batch in batches])


def _check_network(session: NetworkSession, model_id: str, side: int, embedding: EmbeddingSpec) -> None:
    if input_size(session.network, 1) != (side, side):
        raise ModelContractError(f"{model_id}: wanted an input of {side}x{side}, got {input_size(session.network, 1)}")
    shapes = [output.shape for output in session.network.outputs]
    if len(shapes) != 1 or len(shapes[0]) != 2 or shapes[0][1] != embedding.dimension:
        raise ModelContractError(f"{model_id}: wanted one output (N, {embedding.dimension}), got {shapes}")
    if len(embedding.centre) not in (0, embedding.dimension):
        raise ConfigurationError(
            f"{model_id}: wanted a centre of {embedding.dimension} numbers, got {len(embedding.centre)}"
        )
