"""Yaw, pitch and roll of drawn landmarks."""

import math

import numpy as np
import pytest

from vision.pose import eye_distance_px, head_pitch, head_roll_deg, head_yaw
from vision.types import FloatArray

# Eyes 40 apart, the mouth 40 below them, the nose at 0.54 of the way: 21.6 below.
FRONTAL = np.array([[100, 100], [140, 100], [120, 121.6], [104, 140], [136, 140]], np.float32)


def with_nose_at(x: float, y: float) -> FloatArray:
    landmarks = FRONTAL.copy()
    landmarks[2] = x, y
    return landmarks


def turned_in_the_plane(landmarks: FloatArray, degrees: float) -> FloatArray:
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return (landmarks @ turn.T + 300).astype(np.float32)


def test_a_frontal_face_has_neither_yaw_nor_pitch_nor_roll() -> None:
    assert head_yaw(FRONTAL) == pytest.approx(0.0, abs=1e-6)
    assert head_pitch(FRONTAL) == pytest.approx(0.0, abs=1e-6)
    assert head_roll_deg(FRONTAL) == pytest.approx(0.0)


def test_yaw_is_the_nose_beside_the_middle_in_eye_distances() -> None:
    # The nose 10 px to the picture's right, eyes 40 px apart: 10 / 40.
    assert head_yaw(with_nose_at(130, 121.6)) == pytest.approx(0.25)
    assert head_yaw(with_nose_at(110, 121.6)) == pytest.approx(-0.25)


def test_pitch_is_positive_when_the_face_looks_up() -> None:
    # The nose 12 of 40 px below the eyes: 0.54 - 0.30.
    assert head_pitch(with_nose_at(120, 112)) == pytest.approx(0.24)
    assert head_pitch(with_nose_at(120, 131.6)) == pytest.approx(0.54 - 31.6 / 40)


def test_roll_is_the_angle_of_the_eyes() -> None:
    assert head_roll_deg(turned_in_the_plane(FRONTAL, 20)) == pytest.approx(20, abs=1e-3)


@pytest.mark.parametrize("degrees", [-30, 15, 90])
def test_yaw_and_pitch_do_not_depend_on_roll(degrees: float) -> None:
    landmarks = turned_in_the_plane(with_nose_at(130, 112), degrees)
    assert head_yaw(landmarks) == pytest.approx(0.25, abs=1e-4)
    assert head_pitch(landmarks) == pytest.approx(0.24, abs=1e-4)


def test_a_print_squeezed_by_turning_it_keeps_its_yaw() -> None:
    squeezed = FRONTAL * np.array([0.6, 1.0], np.float32)
    assert head_yaw(squeezed) == pytest.approx(0.0, abs=1e-6)


def test_a_print_sheared_by_tilting_it_aslant_hardly_gains_yaw() -> None:
    # x + 0.3 y: the nose lies at 21.6, the middle of eyes and mouth at 20: 0.3 * 1.6 px of 40.
    sheared = FRONTAL @ np.array([[1.0, 0.0], [0.3, 1.0]], np.float32)
    assert abs(head_yaw(sheared)) == pytest.approx(0.3 * 1.6 / 40, abs=1e-3)


def test_a_nose_far_outside_counts_as_one() -> None:
    assert head_yaw(with_nose_at(300, 121.6)) == 1.0


def test_landmarks_that_are_all_one_point_have_finite_measures() -> None:
    point = np.full((5, 2), 50, np.float32)
    assert (head_yaw(point), head_pitch(point), head_roll_deg(point), eye_distance_px(point)) == (0, -1, 0, 0)


def test_eye_distance_is_measured_along_the_eyes() -> None:
    assert eye_distance_px(turned_in_the_plane(FRONTAL, 37)) == pytest.approx(40, abs=1e-3)
