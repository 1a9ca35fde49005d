"""Quality words on a drawn face and on degraded copies of it."""

import cv2
import numpy as np
import pytest

from tests.fakes import blurred, changed, observed
from vision.errors import BadArray
from vision.quality import FaceQuality, QualityLimits, measure_quality, quality_reasons
from vision.types import FaceObservation, Image

ENROLMENT = QualityLimits.for_enrolment()
GOOD = FaceQuality(
    eye_distance_px=60,
    height_px=150,
    sharpness=0.17,
    yaw=0.0,
    pitch=0.0,
    roll_deg=0.0,
    brightness=130,
    contrast=40,
    dark_share=0.0,
    bright_share=0.0,
    occlusion=0.0,
    cut_off=0.0,
)


def reasons(face: FaceObservation, limits: QualityLimits | None = None) -> tuple[str, ...]:
    return quality_reasons(measure_quality(face), limits or QualityLimits())


def covered(face: FaceObservation, rows: slice, colour: tuple[int, int, int]) -> FaceObservation:
    """The rows painted over."""

    def paint(image: Image) -> Image:
        image[rows, 70:250] = colour
        return image

    return changed(face, paint)


def test_a_good_face_has_no_fault_at_all() -> None:
    assert reasons(observed(0), ENROLMENT) == ()


def test_measures_of_the_drawn_face_are_those_it_was_drawn_with() -> None:
    quality = measure_quality(observed(0, yaw=0.3))
    # ArcFace's eyes, (38.2946, 51.6963) and (73.5318, 51.5014), drawn twice as large.
    assert quality.eye_distance_px == pytest.approx(2 * np.hypot(73.5318 - 38.2946, 51.5014 - 51.6963), abs=1e-3)
    assert quality.height_px == 240
    assert quality.yaw == pytest.approx(0.3, abs=1e-3)
    assert quality.cut_off == 0


def test_blur_is_named() -> None:
    assert "blurred" in reasons(blurred(observed(0), 12))


def test_noise_does_not_make_a_blurred_face_sharp() -> None:
    noise = np.random.default_rng(0).normal(0, 4, (360, 320, 3))
    noisy = changed(blurred(observed(0), 12), lambda image: np.clip(image + noise, 0, 255).astype(np.uint8))
    assert measure_quality(noisy).sharpness < measure_quality(observed(0)).sharpness / 2


def test_a_large_sharp_face_is_as_sharp_as_a_small_one() -> None:
    face = observed(0)
    small = cv2.resize(face.image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    half = FaceObservation(small, face.xyxy / 2, face.landmarks / 2, 0.99)
    assert measure_quality(half).sharpness == pytest.approx(measure_quality(face).sharpness, rel=0.15)


def test_darkness_glare_and_fog_are_named() -> None:
    face = observed(0)
    assert "too_dark" in reasons(changed(face, lambda image: image // 5))
    assert "too_bright" in reasons(changed(face, lambda image: np.clip(image * 2.0, 0, 255).astype(np.uint8)))
    assert "low_contrast" in reasons(changed(face, lambda image: (image // 5 + 100).astype(np.uint8)))


@pytest.mark.parametrize("colour", [(235, 235, 235), (25, 25, 25), (190, 160, 110), (120, 150, 190)])
def test_a_plain_mask_of_any_colour_is_seen(colour: tuple[int, int, int]) -> None:
    assert "occluded" in reasons(covered(observed(0), slice(240, 345), colour))


def test_dark_glasses_are_seen() -> None:
    assert "occluded" in reasons(covered(observed(0), slice(170, 235), (20, 20, 20)))


def test_a_turned_face_is_named_sooner_for_enrolment() -> None:
    assert reasons(observed(0, yaw=0.4)) == ()
    assert reasons(observed(0, yaw=0.4), ENROLMENT) == ("turned",)
    assert reasons(observed(0, yaw=0.5)) == ("turned",)


def test_a_box_beyond_the_picture_is_cut_off() -> None:
    face = observed(0)
    # 60 of 240 rows lie below the picture's 360.
    lowered = FaceObservation(face.image, np.array([75, 180, 245, 420], np.float32), face.landmarks, 0.99)
    assert measure_quality(lowered).cut_off == pytest.approx(0.25)
    assert reasons(lowered) == ("cut_off",)


def test_a_box_without_area_counts_as_cut_off() -> None:
    face = observed(0)
    flat = FaceObservation(face.image, np.array([75, 105, 75, 345], np.float32), face.landmarks, 0.99)
    assert measure_quality(flat).cut_off == 1


def test_landmarks_on_one_point_are_refused() -> None:
    face = observed(0)
    with pytest.raises(BadArray):
        measure_quality(FaceObservation(face.image, face.xyxy, np.full((5, 2), 9, np.float32), 0.99))


def test_a_uniform_picture_has_finite_measures_and_every_fault_of_it() -> None:
    face = observed(0)
    black = FaceObservation(np.zeros_like(face.image), face.xyxy, face.landmarks, 0.99)
    assert reasons(black) == ("blurred", "too_dark", "low_contrast", "occluded")


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ({"eye_distance_px": 17.9}, "too_small"),
        ({"height_px": 47.9}, "too_small"),
        ({"sharpness": 0.089}, "blurred"),
        ({"yaw": -0.46}, "turned"),
        ({"pitch": 0.36}, "turned"),
        ({"roll_deg": -36.0}, "turned"),
        ({"brightness": 39.0}, "too_dark"),
        ({"dark_share": 0.36}, "too_dark"),
        ({"brightness": 221.0}, "too_bright"),
        ({"bright_share": 0.16}, "too_bright"),
        ({"contrast": 9.9}, "low_contrast"),
        ({"occlusion": 0.81}, "occluded"),
        ({"cut_off": 0.11}, "cut_off"),
    ],
)
def test_each_limit_has_its_word(fault: dict[str, float], word: str) -> None:
    values = {name: getattr(GOOD, name) for name in FaceQuality.__slots__}
    assert quality_reasons(FaceQuality(**(values | fault)), QualityLimits()) == (word,)
    assert quality_reasons(GOOD, ENROLMENT) == ()


def test_the_score_prefers_the_frontal_sharp_and_large_picture() -> None:
    # 60 px between the eyes, usual sharpness, frontal, uncovered: everything counts fully.
    assert GOOD.score == pytest.approx(1.0)
    values = {name: getattr(GOOD, name) for name in FaceQuality.__slots__}
    # 0.75 for the turn; 0.5 + 0.5 * 30 / 60 = 0.75 for the size; half as sharp.
    worse = FaceQuality(**(values | {"yaw": 0.25, "eye_distance_px": 30, "sharpness": 0.085}))
    assert worse.score == pytest.approx(0.75 * 0.75 * 0.5)
    assert FaceQuality(**(values | {"occlusion": 1.0})).score == 0.01
