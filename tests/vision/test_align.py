"""Alignment with hand-computed transforms."""

import cv2
import numpy as np
import pytest

from vision.align import ARCFACE_112, DLIB_150, Template, align_face, similarity
from vision.errors import BadArray
from vision.types import FloatArray, Image


def blank(height: int, width: int) -> Image:
    return np.zeros((height, width, 3), np.uint8)


def points(template: Template) -> FloatArray:
    return np.array(template.landmarks, np.float32)


def test_similarity_of_equal_points_changes_nothing() -> None:
    square = np.array([(0.0, 0.0), (2.0, 0.0), (0.0, 2.0)])
    np.testing.assert_allclose(similarity(square, square), [[1, 0, 0], [0, 1, 0]], atol=1e-12)


def test_similarity_finds_turn_scale_and_shift() -> None:
    source = np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)])
    # A quarter turn (x, y) -> (-y, x), twice as large, then moved by (5, 7).
    target = np.array([(5.0, 7.0), (5.0, 9.0), (3.0, 7.0)])
    np.testing.assert_allclose(similarity(source, target), [[0, -2, 5], [2, 0, 7]], atol=1e-12)


def test_similarity_is_the_least_squares_one() -> None:
    source = np.array([(-1.0, 0.0), (1.0, 0.0)])
    target = np.array([(-3.0, 0.0), (1.0, 0.0)])
    # Both are 4 apart instead of 2: scale 2; their middle (-1, 0) is the shift, as the source's middle is the origin.
    np.testing.assert_allclose(similarity(source, target), [[2, 0, -1], [0, 2, 0]], atol=1e-12)


def test_similarity_does_not_mirror() -> None:
    source = np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 2.0)])
    transform = similarity(source, source * (-1.0, 1.0))
    assert np.linalg.det(transform[:, :2]) > 0


def test_similarity_of_one_point_is_refused() -> None:
    with pytest.raises(BadArray, match="got one point"):
        similarity(np.ones((5, 2)), np.zeros((5, 2)))


@pytest.mark.parametrize("template", [DLIB_150, ARCFACE_112])
def test_a_face_that_lies_on_the_template_is_not_resampled(template: Template) -> None:
    image = np.random.default_rng(0).integers(0, 256, (template.size, template.size, 3), dtype=np.uint8)
    np.testing.assert_array_equal(align_face(image, points(template), template), image)


def test_a_moved_face_comes_back() -> None:
    image = blank(200, 210)
    chip = np.random.default_rng(0).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    image[20:170, 30:180] = chip
    np.testing.assert_array_equal(align_face(image, points(DLIB_150) + np.float32([30, 20]), DLIB_150), chip)


@pytest.mark.parametrize("times", [2, 3])
def test_a_large_face_is_averaged_and_not_sampled(times: int) -> None:
    # A checkerboard of single pixels, black and white: sampling would give either, averaging gives grey.
    side = 150 * times
    board = (np.indices((side, side)).sum(axis=0) % 2 * 255).astype(np.uint8)
    chip = align_face(np.dstack([board] * 3), points(DLIB_150) * times, DLIB_150)
    # The mean of a 2x2 block is 127.5, of a 3x3 block 4/9 or 5/9 of 255: 113 or 142.
    assert chip.shape == (150, 150, 3)
    assert chip[2:-2, 2:-2].min() >= 112
    assert chip[2:-2, 2:-2].max() <= 143


def test_a_large_face_lies_where_a_small_one_does() -> None:
    smooth = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (150, 150, 3), dtype=np.uint8), (0, 0), 5)
    large = cv2.resize(smooth, (750, 750), interpolation=cv2.INTER_LINEAR)
    chip = align_face(large, points(DLIB_150) * 5, DLIB_150)
    # A shift by half a chip pixel would cost more than one grey level on average.
    assert np.abs(chip.astype(int) - smooth).mean() < 0.6


@pytest.mark.parametrize("times", [1, 4])
def test_beyond_the_border_is_black(times: int) -> None:
    image = np.full((150 * times, 75 * times, 3), 200, np.uint8)
    chip = align_face(image, points(DLIB_150) * times, DLIB_150)
    assert (chip[:, :74] == 200).all()
    assert (chip[:, 77:] == 0).all()


def test_a_face_wholly_outside_is_black() -> None:
    image = np.full((40, 40, 3), 200, np.uint8)
    assert not align_face(image, points(DLIB_150) * 3 + 1000, DLIB_150).any()


def test_the_image_is_not_changed() -> None:
    image = np.full((400, 400, 3), 9, np.uint8)
    image.setflags(write=False)
    align_face(image, points(DLIB_150) * 2, DLIB_150)
    assert (image == 9).all()


def test_closer_enlarges_around_the_middle() -> None:
    template = Template(100, ((50.0, 50.0), (60.0, 50.0), (50.0, 40.0), (30.0, 70.0), (0.0, 100.0)))
    # 50 + (x - 50) * 1.5
    assert template.closer(1.5).landmarks == ((50, 50), (65, 50), (50, 35), (20, 80), (-25, 125))


def test_dlib_template_is_symmetric() -> None:
    left_eye, right_eye, nose, left_mouth, right_mouth = DLIB_150.landmarks
    assert left_eye[0] + right_eye[0] == pytest.approx(150)
    assert left_mouth[0] + right_mouth[0] == pytest.approx(150)
    assert nose[0] == pytest.approx(75)
    assert left_eye[1] == right_eye[1]
    assert left_mouth[1] == right_mouth[1]


@pytest.mark.parametrize("landmarks", [np.zeros((4, 2)), np.zeros((5, 3)), np.full((5, 2), np.nan)])
def test_landmarks_that_are_not_five_finite_points_are_refused(landmarks: FloatArray) -> None:
    with pytest.raises(BadArray, match=r"wanted \(5, 2\) finite landmarks"):
        align_face(blank(10, 10), landmarks.astype(np.float32), DLIB_150)


def test_landmarks_in_one_point_are_refused() -> None:
    with pytest.raises(BadArray, match="got one point"):
        align_face(blank(10, 10), np.full((5, 2), 3, np.float32), DLIB_150)


def test_landmarks_without_an_upright_order_are_refused() -> None:
    # Eyes and mouth corners go round the middle against the template's sense: the best turn has scale 0.
    against = np.array([(-1, 0), (1, 0), (0, 0), (1, 0), (-1, 0)], np.float32)
    template = Template(100, ((49.0, 50.0), (51.0, 50.0), (50.0, 50.0), (49.0, 50.0), (51.0, 50.0)))
    with pytest.raises(BadArray, match="wanted the landmarks of a face"):
        align_face(blank(10, 10), against, template)


def test_a_float_image_is_refused() -> None:
    with pytest.raises(BadArray, match="uint8"):
        align_face(np.zeros((10, 10, 3), np.float32), points(DLIB_150), DLIB_150)  # type: ignore[arg-type]
