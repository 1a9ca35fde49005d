"""The liveness scorer: its crop, its softmax, and a smoke test on four samples."""

import json
import math
from pathlib import Path

import numpy as np
import onnx
import pytest

from models.faces.liveness import LivenessScorer, square_crop
from models.faces.yunet import YunetDetector
from models.manifest import ModelSpec, Preprocessing
from tests.models.faces.networks import FakeSession, session
from vision.errors import BadArray, ModelContractError
from vision.picture import decode_picture

INPUT = (1, 3, 128, 128)


def spec(network: object, **thresholds: float) -> ModelSpec:
    return ModelSpec.model_validate(
        {
            "id": "live",
            "task": "face-liveness",
            "family": "print-replay",
            "title": "print and replay",
            "licence": "unstated",
            "commercial_use": False,
            "networks": [network],
            "preprocessing": Preprocessing(std=(255.0, 255.0, 255.0)),
            "thresholds": thresholds,
        }
    )


def scorer(*logits: float) -> LivenessScorer:
    fake = FakeSession(INPUT, np.array([logits], np.float32))
    return LivenessScorer(fake, spec(fake.network))


BOX = np.array([20, 20, 60, 60], np.float32)
IMAGE = np.full((100, 100, 3), 200, np.uint8)


def test_the_score_is_the_share_of_the_first_class() -> None:
    # e^1 / (e^1 + e^0 + e^0)
    assert scorer(1.0, 0.0, 0.0).score(IMAGE, BOX) == pytest.approx(math.e / (math.e + 2))


def test_large_logits_do_not_overflow() -> None:
    assert scorer(1000.0, 0.0).score(IMAGE, BOX) == 1.0
    assert scorer(0.0, 1000.0).score(IMAGE, BOX) == 0.0


def test_the_network_sees_rgb_from_0_to_1() -> None:
    fake = FakeSession(INPUT, np.zeros((1, 2), np.float32))
    blue = np.zeros((100, 100, 3), np.uint8)
    blue[..., 0] = 255
    LivenessScorer(fake, spec(fake.network)).score(blue, BOX)
    assert fake.seen[0].shape == INPUT
    assert fake.seen[0][0, :, 64, 64].tolist() == pytest.approx([0, 0, 1])


def test_the_crop_is_a_square_of_one_and_a_half_boxes() -> None:
    # The box is 40 wide and 20 high, centre (40, 30): 60 pixels a side from (10, 0) on.
    image = np.arange(100 * 100 * 3, dtype=np.uint32).reshape(100, 100, 3).astype(np.uint8)
    crop = square_crop(image, np.array([20, 20, 60, 40], np.float32), 1.5)
    assert crop.shape == (60, 60, 3)
    assert (crop == image[0:60, 10:70]).all()


def test_the_crop_is_black_beyond_the_picture() -> None:
    # Centre (0, 0), 60 a side: only the lower right quarter lies in the picture.
    crop = square_crop(IMAGE, np.array([-20, -20, 20, 20], np.float32), 1.5)
    assert crop.shape == (60, 60, 3)
    assert (crop[30:, 30:] == 200).all()
    assert not crop[:30].any()
    assert not crop[:, :30].any()


def test_a_box_wholly_outside_gives_a_black_crop() -> None:
    assert not square_crop(IMAGE, np.array([500, 500, 540, 540], np.float32), 1.5).any()


def test_the_threshold_is_the_manifests_or_a_half() -> None:
    fake = FakeSession(INPUT, np.zeros((1, 3), np.float32))
    assert LivenessScorer(fake, spec(fake.network)).threshold == 0.5
    assert LivenessScorer(fake, spec(fake.network, live=0.8)).threshold == 0.8


def test_a_network_with_another_head_is_refused() -> None:
    with pytest.raises(ModelContractError):
        scorer(1.0)


def test_grey_pictures_are_refused() -> None:
    with pytest.raises(BadArray):
        scorer(0.0, 0.0).score(np.zeros((100, 100), np.uint8), BOX)


@pytest.mark.shared_data
@pytest.mark.parametrize("file", ["liveness_print_replay_128.onnx", "liveness_bin_128.onnx"])
def test_four_samples_come_out_as_they_are_labelled(shared: Path, file: str) -> None:
    """A smoke test of crop, channels and class order; four pictures say nothing about error rates."""
    network = session(onnx.load(shared / "public-weights" / file))
    live = LivenessScorer(network, spec(network.network))
    detector = YunetDetector(session(onnx.load(shared / "public-weights" / "face_yunet_n_640.onnx")))
    folder = shared / "faces" / "liveness-samples"
    labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(labels) == 4
    for label in labels:
        image = decode_picture((folder / label["image"]).read_bytes(), 24_000_000)
        score = live.score(image, detector.detect(image).xyxy[0])
        assert (score >= live.threshold) == (label["kind"] == "live"), label
