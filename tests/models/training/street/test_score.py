from pathlib import Path

import numpy as np
import pytest

from models.street.detector import street_detections
from models.training.street.listing import read_set
from models.training.street.score import Findings, score
from tests.models.training.street.photos import BOX, write_set


def findings(wanted: int, *found: tuple[float, bool]) -> Findings:
    return Findings(
        wanted, np.array([one[0] for one in found], np.float32), np.array([one[1] for one in found], np.bool_)
    )


def test_precision_and_recall_are_at_a_threshold() -> None:
    one = findings(4, (0.9, True), (0.8, False), (0.6, True))
    assert (one.precision(0.7), one.recall(0.7)) == (0.5, 0.25)
    assert one.precision(0.95) == 1.0


def test_average_precision_is_the_area_under_the_curve() -> None:
    # Recall 1/2 at precision 1, then 1 at 2/3: half of each.
    assert findings(2, (0.9, True), (0.8, False), (0.6, True)).average_precision == pytest.approx(5 / 6)
    assert findings(2).average_precision == 0


def test_the_threshold_is_where_both_are_best_together() -> None:
    # From 0.61 on: one right of two objects; from 0.5: both right; lower, a false one comes in.
    one = findings(2, (0.7, True), (0.5, True), (0.3, False))
    assert 0.3 < one.threshold() <= 0.5


def test_each_class_of_each_set_is_scored(tmp_path: Path) -> None:
    photos = read_set(write_set(tmp_path / "people", "person", [1, 2]))
    photos += read_set(write_set(tmp_path / "fire-smoke", "fire", [3]))
    person = street_detections(np.array([BOX], np.float32), np.array([0.8], np.float32), np.array([0]))
    found = score(lambda _: person, photos)
    assert set(found) == {("people", "person"), ("fire-smoke", "fire"), ("fire-smoke", "smoke")}
    assert found["people", "person"].wanted == 2
    assert found["people", "person"].right.tolist() == [True, True]
    # The set says nothing of persons, so none is false there; of its fire nothing was found.
    assert found["fire-smoke", "fire"].recall(0.0) == 0.0
