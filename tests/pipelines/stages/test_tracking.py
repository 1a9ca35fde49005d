"""Faces over time."""

from datetime import timedelta

import numpy as np
import supervision as sv

from pipelines.stages.tracking import Tracker
from tests.fakes import NOW


def faces(*corners: tuple[float, float], confidence: float = 0.9) -> sv.Detections:
    """Faces of 100x100 px at these corners; the first landmark tells which is which."""
    xyxy = np.array([(x, y, x + 100, y + 100) for x, y in corners], np.float32).reshape(-1, 4)
    landmarks = np.repeat(xyxy[:, np.newaxis, :2], 5, axis=1)
    return sv.Detections(
        xyxy=xyxy,
        confidence=np.full(len(xyxy), confidence, np.float32),
        class_id=np.zeros(len(xyxy), int),
        data={"landmarks": landmarks},
    )


def numbers(tracker: Tracker, found: sv.Detections, seconds: float) -> list[int]:
    tracked = tracker.update(found, NOW + timedelta(seconds=seconds))
    assert tracked.tracker_id is not None
    return tracked.tracker_id.tolist()


def test_no_faces_have_no_numbers() -> None:
    tracker = Tracker(0.5)
    assert [numbers(tracker, faces(), seconds) for seconds in (0.0, 0.1)] == [[], []]
    assert tracker.alive() == set()


def test_a_face_gets_its_number_in_the_second_frame_and_keeps_it() -> None:
    tracker = Tracker(0.5)
    got = [numbers(tracker, faces((100 + 10 * n, 100)), n / 10) for n in range(4)]
    assert got == [[-1], [0], [0], [0]]
    assert tracker.alive() == {0}


def test_landmarks_stay_with_their_face_whatever_the_order() -> None:
    tracker = Tracker(0.5)
    tracker.update(faces((0, 0), (500, 0)), NOW)
    tracked = tracker.update(faces((500, 0), (0, 0)), NOW + timedelta(seconds=0.1))
    assert len(tracked) == 2
    assert np.array_equal(tracked.data["landmarks"][:, 0], tracked.xyxy[:, :2])


def test_a_weak_detector_is_tracked_too() -> None:
    tracker = Tracker(0.5)
    assert [numbers(tracker, faces((0, 0), confidence=0.55), n / 10) for n in range(2)] == [[-1], [0]]


def test_times_that_stand_still_or_fall_back_are_borne() -> None:
    tracker = Tracker(0.5)
    got = [numbers(tracker, faces((0, 0)), seconds) for seconds in (1.0, 1.0, 0.5, 1.1)]
    assert got == [[-1], [0], [0], [0]]


def test_after_the_camera_was_away_nobody_is_the_same() -> None:
    tracker = Tracker(0.5)
    for n in range(5):
        numbers(tracker, faces((0, 0)), n / 10)
    assert numbers(tracker, faces((0, 0)), 30.0) == [-1]
    assert 0 not in tracker.alive()
