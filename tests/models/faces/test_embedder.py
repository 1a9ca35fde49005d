"""Alignment, mirror averaging, centre and unit length, with a network that only takes means."""

import math
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from models.catalogue import Catalogue
from models.faces.embedder import FaceEmbedder
from models.faces.open import open_embedder
from models.manifest import EmbeddingSpec, LocalSource, ModelSpec, Network, Preprocessing, TensorSpec
from tests.models.faces.networks import ASTRONAUT_LANDMARKS, session
from vision.align import ARCFACE_112
from vision.errors import BadArray, ConfigurationError, ModelContractError
from vision.types import Image


class HalvesSession:
    """Answers with the means of the left and the right half of the first channel."""

    def __init__(self, batch: int = 0, side: int = 112, columns: int = 2) -> None:
        self.network = Network(
            name="halves",
            inputs=(TensorSpec(name="x", shape=(batch, 3, side, side)),),
            outputs=(TensorSpec(name="y", shape=(batch, columns)),),
            local=LocalSource(path=Path("halves.onnx"), sha256="0" * 64),
        )
        self.batches: list[int] = []

    def run(self, *inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        (x,) = inputs
        self.batches.append(len(x))
        middle = x.shape[3] // 2
        return [np.stack([x[:, 0, :, :middle].mean(axis=(1, 2)), x[:, 0, :, middle:].mean(axis=(1, 2))], axis=1)]


def spec(*, mirror_scale: float | None = None, centre: tuple[float, ...] = (), family: str = "arcface") -> ModelSpec:
    return ModelSpec.model_validate(
        {
            "id": "halves",
            "task": "face-embedding",
            "family": family,
            "title": "means of two halves",
            "licence": "MIT",
            "commercial_use": True,
            "networks": [HalvesSession().network],
            "preprocessing": Preprocessing(std=(10.0, 10.0, 10.0)),
            "embedding": EmbeddingSpec(dimension=2, mirror_scale=mirror_scale, centre=centre),
        }
    )


def chip() -> Image:
    """Left half 30 in red, right half 40: with a std of 10 the network sees 3 and 4."""
    image = np.zeros((112, 112, 3), np.uint8)
    image[:, :56, 2], image[:, 56:, 2] = 30, 40
    return image


LANDMARKS = np.array([ARCFACE_112.landmarks], np.float32)


def test_the_output_is_brought_to_unit_length() -> None:
    # (3, 4) / 5
    (embedding,) = FaceEmbedder(HalvesSession(), spec()).embed(chip(), LANDMARKS)
    assert embedding.vector.tolist() == pytest.approx([0.6, 0.8], abs=1e-3)
    assert embedding.model_id == "halves"


def test_mirror_averaging_takes_the_mean_before_the_length() -> None:
    # ((3, 4) + (4, 3)) / 2 = (3.5, 3.5)
    (embedding,) = FaceEmbedder(HalvesSession(), spec(mirror_scale=1.0)).embed(chip(), LANDMARKS)
    assert embedding.vector.tolist() == pytest.approx([math.sqrt(0.5), math.sqrt(0.5)], abs=1e-3)


def test_the_centre_is_taken_off_before_the_length() -> None:
    # (3, 4) - (0, 4) = (3, 0)
    (embedding,) = FaceEmbedder(HalvesSession(), spec(centre=(0.0, 4.0))).embed(chip(), LANDMARKS)
    assert embedding.vector.tolist() == pytest.approx([1.0, 0.0], abs=1e-2)


def test_a_free_batch_takes_all_chips_at_once_and_a_batch_of_one_each_alone() -> None:
    free, single = HalvesSession(), HalvesSession(batch=1)
    both = np.repeat(LANDMARKS, 2, axis=0)
    together = FaceEmbedder(free, spec(mirror_scale=1.0)).embed(chip(), both)
    alone = FaceEmbedder(single, spec(mirror_scale=1.0)).embed(chip(), both)
    assert (free.batches, single.batches) == ([4], [1, 1, 1, 1])
    assert len(together) == len(alone) == 2
    assert together[1].vector.tolist() == pytest.approx(alone[1].vector.tolist())


def test_no_faces_have_no_embeddings() -> None:
    assert FaceEmbedder(HalvesSession(), spec()).embed(chip(), np.zeros((0, 5, 2), np.float32)) == []


def test_landmarks_on_one_point_are_refused() -> None:
    with pytest.raises(BadArray):
        FaceEmbedder(HalvesSession(), spec()).embed(chip(), np.ones((1, 5, 2), np.float32))


def test_a_network_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ModelContractError, match="112x112"):
        FaceEmbedder(HalvesSession(side=96), spec())
    with pytest.raises(ModelContractError, match=r"\(N, 2\)"):
        FaceEmbedder(HalvesSession(columns=3), spec())
    with pytest.raises(ConfigurationError, match="centre of 2"):
        FaceEmbedder(HalvesSession(), spec(centre=(1.0,)))
    with pytest.raises(ConfigurationError, match="yunet"):
        FaceEmbedder(HalvesSession(), spec(family="yunet"))


def test_the_default_embedder_knows_the_astronaut_in_a_smaller_darker_picture(
    converted_home: Path, astronaut: Image
) -> None:
    embedder = open_embedder(Catalogue(converted_home), "dlib-resnet-v1")
    (whole,) = embedder.embed(astronaut, ASTRONAUT_LANDMARKS[np.newaxis])
    darker = (astronaut[::2, ::2] * 0.7).astype(np.uint8)
    (half,) = embedder.embed(darker, ASTRONAUT_LANDMARKS[np.newaxis] / 2)
    (elsewhere,) = embedder.embed(astronaut, ASTRONAUT_LANDMARKS[np.newaxis] + np.float32(200))
    assert whole.similarity(half) > 0.95
    assert whole.similarity(elsewhere) < whole.similarity(half) - 0.1


@pytest.mark.shared_data
def test_a_public_mobilefacenet_works_through_the_adapter(shared: Path, astronaut: Image) -> None:
    network = session(onnx.load(shared / "public-weights" / "face_mobilefacenet_128.onnx"))
    listed = ModelSpec(
        id="mobilefacenet",
        task="face-embedding",
        family="arcface",
        title="a public MobileFaceNet",
        licence="unstated",
        commercial_use=False,
        networks=(network.network,),
        preprocessing=Preprocessing(mean=(127.5, 127.5, 127.5), std=(128.0, 128.0, 128.0)),
        embedding=EmbeddingSpec(dimension=128),
    )
    embedder = FaceEmbedder(network, listed)
    (whole,) = embedder.embed(astronaut, ASTRONAUT_LANDMARKS[np.newaxis])
    (half,) = embedder.embed(np.ascontiguousarray(astronaut[::2, ::2]), ASTRONAUT_LANDMARKS[np.newaxis] / 2)
    assert embedder.dimension == 128
    assert whole.similarity(half) > 0.8
