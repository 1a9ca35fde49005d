import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import supervision as sv

from models.faces.mtcnn import MtcnnDetector, MtcnnScores
from models.session import Session
from tests.models.faces.networks import ASTRONAUT_LANDMARKS, FakeSession
from vision.errors import BadArray, ConfigurationError, ModelContractError
from vision.types import Image


@pytest.fixture(scope="module")
def detector(mtcnn_networks: tuple[Session, ...]) -> MtcnnDetector:
    return MtcnnDetector(mtcnn_networks)


def assert_arrays(faces: sv.Detections, count: int) -> None:
    assert faces.xyxy.shape == (count, 4)
    assert faces.xyxy.dtype == faces.confidence.dtype == faces.data["landmarks"].dtype == np.float32
    assert faces.data["landmarks"].shape == (count, 5, 2)
    assert faces.class_id.tolist() == [0] * count


def assert_portrait(points: np.ndarray, x: float, y: float, scale: float = 1.0) -> None:
    """Landmarks of the astronaut, moved by (x, y), within 6 pixels of where one sees them at scale 1."""
    seen = ASTRONAUT_LANDMARKS * scale + [x, y]
    assert np.abs(points - seen).max() < 6 * scale


def test_the_portrait_s_face_and_landmarks_are_found(detector: MtcnnDetector, astronaut: Image) -> None:
    faces = detector.detect(astronaut)
    assert_arrays(faces, 1)
    assert faces.confidence[0] > 0.95
    left, top, right, bottom = faces.xyxy[0]
    assert 165 < left < 190
    assert 50 < top < 75
    assert 255 < right < 280
    assert 160 < bottom < 185
    assert_portrait(faces.data["landmarks"][0], 0, 0)


def test_a_flat_picture_has_no_face(detector: MtcnnDetector) -> None:
    assert_arrays(detector.detect(np.full((200, 300, 3), 90, dtype=np.uint8)), 0)


@pytest.mark.parametrize("shape", [(1, 1, 3), (12, 500, 3), (59, 59, 3)])
def test_a_picture_smaller_than_the_smallest_face_has_no_face(detector: MtcnnDetector, shape: tuple[int, ...]) -> None:
    assert_arrays(detector.detect(np.zeros(shape, dtype=np.uint8)), 0)


def test_windows_that_a_later_stage_drops_leave_no_face(mtcnn_networks: tuple[Session, ...], astronaut: Image) -> None:
    for scores in (MtcnnScores(rnet=1.0), MtcnnScores(onet=1.0)):
        assert_arrays(MtcnnDetector(mtcnn_networks, scores=scores).detect(astronaut), 0)


def test_two_faces_come_best_first(detector: MtcnnDetector, astronaut: Image) -> None:
    blurred = cv2.GaussianBlur(astronaut[:256], (0, 0), 3)
    faces = detector.detect(np.vstack([blurred, astronaut[:256]]))
    assert_arrays(faces, 2)
    assert faces.confidence[0] >= faces.confidence[1]
    assert sorted(faces.xyxy[:, 1] > 256) == [False, True]


@pytest.mark.parametrize(("rows", "columns"), [(slice(70, None), slice(None)), (slice(None), slice(190, None))])
def test_a_face_that_the_border_cuts_is_found(
    detector: MtcnnDetector, astronaut: Image, rows: slice, columns: slice
) -> None:
    faces = detector.detect(np.ascontiguousarray(astronaut[rows, columns]))
    assert_arrays(faces, 1)
    assert_portrait(faces.data["landmarks"][0], -(columns.start or 0), -(rows.start or 0))


def test_a_face_below_the_smallest_is_left_out_and_found_with_a_smaller_setting(
    mtcnn_networks: tuple[Session, ...], astronaut: Image
) -> None:
    small = cv2.resize(astronaut, (180, 180), interpolation=cv2.INTER_AREA)  # the face is about 45 pixels high
    assert len(MtcnnDetector(mtcnn_networks, min_face_px=90).detect(small)) == 0
    faces = MtcnnDetector(mtcnn_networks, min_face_px=24).detect(small)
    assert_arrays(faces, 1)
    assert_portrait(faces.data["landmarks"][0], 0, 0, scale=180 / 512)


def test_the_picture_is_not_changed(detector: MtcnnDetector, astronaut: Image) -> None:
    image = astronaut.copy()
    detector.detect(image)
    assert np.array_equal(image, astronaut)


@pytest.mark.parametrize(
    "image", [np.zeros((64, 64, 3)), np.zeros((64, 64), dtype=np.uint8), np.zeros((64, 64, 4), dtype=np.uint8)]
)
def test_what_is_no_image_is_refused(detector: MtcnnDetector, image: np.ndarray) -> None:
    with pytest.raises(BadArray, match="wanted an"):
        detector.detect(image)


def test_networks_in_another_order_are_refused(mtcnn_networks: tuple[Session, ...]) -> None:
    pnet, rnet, onet = mtcnn_networks
    for wrong in ((rnet, pnet, onet), (pnet, rnet), (pnet, rnet, FakeSession((1, 3, 48, 48)))):
        with pytest.raises(ModelContractError, match="wanted pnet, rnet, onet"):
            MtcnnDetector(wrong)


def test_a_smallest_face_below_the_window_is_refused(mtcnn_networks: tuple[Session, ...]) -> None:
    with pytest.raises(ConfigurationError, match="wanted at least 12, got 11"):
        MtcnnDetector(mtcnn_networks, min_face_px=11)


@pytest.mark.shared_data
def test_every_one_of_100_lfw_pictures_has_its_face_found(detector: MtcnnDetector, shared: Path) -> None:
    pictures = sorted((shared / "faces/lfw/images").glob("*.jpg"))[::31]
    assert len(pictures) == 100
    missed = [picture.name for picture in pictures if not len(detector.detect(cv2.imread(str(picture))))]
    assert missed == []


@pytest.mark.shared_data
def test_tall_faces_of_labelled_scenes_are_found(detector: MtcnnDetector, shared: Path) -> None:
    lines = (shared / "faces/scenes/labels.jsonl").read_text().splitlines()[::5]
    tall = found = 0
    for scene in map(json.loads, lines):
        boxes = np.array([face["box"] for face in scene["faces"] if face["box"][3] - face["box"][1] >= 80])
        if len(boxes):
            faces = detector.detect(cv2.imread(str(shared / "faces/scenes" / scene["image"])))
            tall += len(boxes)
            found += int((sv.box_iou_batch(boxes, faces.xyxy).max(axis=1, initial=0) >= 0.5).sum())
    assert tall > 20
    assert found / tall >= 0.86
