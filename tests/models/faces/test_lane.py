"""The face lane with drawn people."""

import numpy as np
import pytest

from models.faces.lane import FaceLane
from tests.fakes import FakeDetector, FakeEmbedder, FakeLiveness, fake_lane, portrait
from vision.errors import ConfigurationError


class TwoSizes(FakeDetector):
    """Finds the drawn face and, named first, a small one."""

    def detect(self, image):
        faces = super().detect(image)
        faces.xyxy[0] = [0, 30, 20, 60]
        return faces


def test_nobody_in_the_picture_is_an_empty_list() -> None:
    assert fake_lane().observe(portrait(0, faces=0)) == []


def test_an_observation_holds_the_picture_box_and_landmarks() -> None:
    image = portrait(0)
    (face,) = fake_lane().observe(image)
    assert face.image is image
    assert face.xyxy.tolist() == [75, 105, 245, 345]
    assert (face.landmarks.shape, face.landmarks.dtype) == ((5, 2), np.float32)
    assert face.confidence == pytest.approx(0.99)


def test_the_largest_face_comes_first() -> None:
    faces = FaceLane(TwoSizes(), [FakeEmbedder()]).observe(portrait(0, faces=2))
    assert [float(face.xyxy[3] - face.xyxy[1]) for face in faces] == [240, 30]


def test_the_current_embedder_is_the_first_and_others_answer_by_name() -> None:
    lane = fake_lane(None, FakeEmbedder("new"), FakeEmbedder("old"))
    face = lane.observe(portrait(3))[0]
    assert lane.embed(face).model_id == "new"
    assert lane.embed(face, "old").model_id == "old"
    assert list(lane.embedders) == ["new", "old"]


def test_an_embedder_that_does_not_serve_is_refused() -> None:
    lane = fake_lane()
    with pytest.raises(ConfigurationError, match="fake-v1"):
        lane.embed(lane.observe(portrait(0))[0], "retired")


def test_a_lane_needs_an_embedder_and_no_model_twice() -> None:
    with pytest.raises(ConfigurationError):
        FaceLane(FakeDetector(), [])
    with pytest.raises(ConfigurationError, match="different"):
        FaceLane(FakeDetector(), [FakeEmbedder("one"), FakeEmbedder("one")])


def test_liveness_is_there_or_not() -> None:
    assert fake_lane().liveness is None
    assert fake_lane(FakeLiveness(0.2)).liveness is not None
