"""What turns one found face into a vector: ours, another embedder of the manifests, or a peer."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from models.faces.embedder import FaceEmbedder
from vision.types import FloatArray, Image


class Recogniser(Protocol):
    """An embedding as this benchmark runs it, so that ours and a peer are timed alike."""

    def prepared(self, image: Image, landmarks: FloatArray) -> Callable[[], FloatArray]:
        """The call that turns the face of `landmarks` (5, 2) into its vector; only the call is timed."""
        ...

    def similarity(self, a: FloatArray, b: FloatArray) -> FloatArray:
        """(N,) similarities of (N, D) vectors row by row, 1 for the same vector, about -1 at the lowest."""
        ...


class EmbedderRecogniser:
    """An embedder as a gate runs it, with mirror averaging where its manifest entry says so."""

    def __init__(self, embedder: FaceEmbedder) -> None:
        self._embedder = embedder

    def prepared(self, image: Image, landmarks: FloatArray) -> Callable[[], FloatArray]:
        """The chips are cut before the call, as they are for dlib."""
        views = self._embedder.views(image, landmarks)
        return lambda: self._embedder.embed_views([views])[0].vector

    def similarity(self, a: FloatArray, b: FloatArray) -> FloatArray:
        """Cosines: embeddings have unit length."""
        cosines: FloatArray = np.einsum("nd,nd->n", a, b)
        return cosines
