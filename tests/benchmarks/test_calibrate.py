"""Calibration on embeddings whose pairs can be counted by hand."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibrate import calibrate, check, in_folds, person_of
from benchmarks.labels import FacePair
from vision.calibration import FmrCurve
from vision.errors import BadArray, BadInput
from vision.types import FloatArray


def at_angle(degrees: float) -> FloatArray:
    turn = np.deg2rad(degrees)
    return np.array([np.cos(turn), np.sin(turn)], np.float32)


def curve(*thresholds: float) -> FmrCurve:
    return FmrCurve(source="s", impostor_pairs=10, fmr=(0.1, 0.01)[: len(thresholds)], threshold=thresholds)


def crowd(people: int) -> dict[Path, FloatArray]:
    """So many people with one picture each, spread over half a circle."""
    return {Path(f"Person{i}_0001.jpg"): at_angle(180 * i / people) for i in range(people)}


def test_the_person_is_the_name_without_its_number() -> None:
    assert person_of(Path("images/Juan_Carlos_Ferrero_0012.jpg")) == "Juan_Carlos_Ferrero"


def test_the_threshold_is_the_score_that_its_share_of_impostors_reaches() -> None:
    people = crowd(50)
    measured = calibrate(people, source="half a circle")
    # 50 * 49 / 2 pairs; 30 of them above are 2.4 %, so 0.1 and 0.03 are supported and 0.01 is not.
    assert measured.impostor_pairs == 1225
    assert measured.fmr == (0.1, 0.03)
    vectors = np.array(list(people.values()))
    scores = np.sort((vectors @ vectors.T)[np.triu_indices(50, 1)])[::-1]
    # ceil(122.5) = 123 and ceil(36.75) = 37.
    assert measured.threshold == pytest.approx((scores[122], scores[36]), abs=1e-6)


def test_too_few_impostor_pairs_are_refused() -> None:
    # 45 people make 990 pairs; the second rate, 0.03, needs 1,000.
    with pytest.raises(BadInput, match="wanted at least 1000 pairs of different people, got 990"):
        calibrate(crowd(45), source="s")


def test_no_pictures_are_refused() -> None:
    with pytest.raises(BadInput, match="got 0"):
        calibrate({}, source="s")


def test_a_check_counts_matches_of_strangers_and_misses_of_the_same() -> None:
    pictures = {
        Path("Ann_0001.jpg"): at_angle(0),
        Path("Ann_0002.jpg"): at_angle(30),
        Path("Ann_0003.jpg"): at_angle(80),
        Path("Bob_0001.jpg"): at_angle(35),
    }
    points = check(curve(0.5, 0.9), pictures)
    assert len(points) == 2
    # Ann with herself: 30, 80, 50 degrees; with Bob: 35, 5, 45. cos 60 = 0.5; cos 25.8 = 0.9.
    assert points[0].measured_fmr == pytest.approx(3 / 3)
    assert points[0].measured_fnmr == pytest.approx(1 / 3)
    assert points[1].measured_fmr == pytest.approx(1 / 3)
    assert points[1].measured_fnmr == pytest.approx(3 / 3)


def test_a_check_without_two_pictures_of_one_person_is_refused() -> None:
    with pytest.raises(BadArray, match="genuine"):
        check(curve(0.5, 0.9), crowd(3))


def test_only_pictures_of_the_wanted_folds_are_taken() -> None:
    a, b, c = (Path(f"{name}_0001.jpg") for name in "ABC")
    pairs = [FacePair(0, a, b, same=False), FacePair(1, b, c, same=False)]
    vectors = {a: at_angle(0), c: at_angle(9)}
    assert list(in_folds(vectors, pairs, [0])) == [a]
    assert list(in_folds(vectors, pairs, [0, 1])) == [a, c]
