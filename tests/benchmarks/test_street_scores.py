import numpy as np
import pytest
import supervision as sv

from benchmarks.street_scores import StreetRun, average_precisions, precision_and_recall, street_metrics
from models.street.detector import street_detections

PERSON, CAR, TRUCK = 0, 3, 5
LEFT, RIGHT = (0, 0, 40, 40), (100, 0, 140, 40)


def objects(*rows: tuple[tuple[float, ...], int, float]) -> sv.Detections:
    return street_detections(
        np.array([row[0] for row in rows], np.float32),
        np.array([row[2] for row in rows], np.float32),
        np.array([row[1] for row in rows], np.int64),
    )


def test_a_car_that_is_called_a_truck_is_a_vehicle_all_the_same() -> None:
    found, labels = [objects((LEFT, TRUCK, 0.9))], [objects((LEFT, CAR, 1.0))]
    assert precision_and_recall(found, labels, [CAR]) == {"precision": None, "recall": 0.0}
    assert precision_and_recall(found, labels, [CAR, TRUCK]) == {"precision": 1.0, "recall": 1.0}


def test_each_label_counts_once_over_all_pictures() -> None:
    found = [objects((LEFT, CAR, 0.9), (LEFT, CAR, 0.8)), objects((RIGHT, CAR, 0.9))]
    labels = [objects((LEFT, CAR, 1.0)), objects((LEFT, CAR, 1.0), (RIGHT, CAR, 1.0))]
    # Three were reported, two of them right; of three labels two were found.
    assert precision_and_recall(found, labels, [CAR]) == {"precision": 0.6667, "recall": 0.6667}


def test_average_precision_is_of_the_classes_that_are_labelled() -> None:
    found = [objects((LEFT, CAR, 0.9), (RIGHT, PERSON, 0.9))]
    precisions = average_precisions(found, [objects((LEFT, CAR, 1.0))])
    assert precisions == {CAR: {"ap50": 1.0, "ap": 1.0}}


def test_average_precision_sees_what_the_threshold_hides() -> None:
    labels = [objects((LEFT, CAR, 1.0), (RIGHT, CAR, 1.0))]
    run = StreetRun([objects((LEFT, CAR, 0.9))], [objects((LEFT, CAR, 0.9), (RIGHT, CAR, 0.1))], [0.01])
    metrics = street_metrics(run, labels)
    assert metrics["per_class"] == {"car": {"ap50": 1.0, "ap": 1.0, "precision": 1.0, "recall": 0.5}}
    assert metrics["any_vehicle"] == {"precision": 1.0, "recall": 0.5}
    assert metrics["ms_p50"] == pytest.approx(10.0)


def test_no_vehicle_is_scored_where_none_is_labelled() -> None:
    run = StreetRun([objects((LEFT, CAR, 0.9))], [objects((LEFT, CAR, 0.9))], [0.01])
    metrics = street_metrics(run, [objects((LEFT, PERSON, 1.0))])
    assert metrics["any_vehicle"] is None
    assert metrics["per_class"] == {"person": {"ap50": 0.0, "ap": 0.0, "precision": None, "recall": 0.0}}
