"""What a detector saw is believed while nothing moves."""

import numpy as np
import supervision as sv

from pipelines.stages.sparing import SparingDetector
from tests.vision.street_pictures import at, street
from vision.flicker import FlickerLimits
from vision.types import Frame, Image

PICTURE = street()
LIMITS = FlickerLimits()


class CountedDetector:
    """Sees one car, a pixel farther right each time that it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, image: Image) -> sv.Detections:
        self.asked += 1
        return sv.Detections(
            xyxy=np.array([[self.asked, 0, 20, 20]], np.float32),
            confidence=np.ones(1, np.float32),
            class_id=np.zeros(1, int),
            data={"class_name": np.array(["car"])},
        )


def asked(believed_s: float, *seconds: tuple[float, float | None]) -> list[int]:
    """How often the detector was asked after each frame, given when it was taken and when something moved before it."""
    counted = CountedDetector()
    sparing = SparingDetector(counted, LIMITS, believed_s)
    counts = []
    for number, (taken_s, moved_s) in enumerate(seconds):
        moved_at = None if moved_s is None else at(moved_s)
        seen = sparing.seen(Frame("north", number, at(taken_s), PICTURE, moved_at))
        assert seen.xyxy[0, 0] == counted.asked
        counts.append(counted.asked)
    return counts


def test_while_nothing_moves_it_is_asked_again_only_after_a_while() -> None:
    assert asked(5.0, (0, 0), (1, 0), (4.9, 0), (5.0, 0), (9.9, 0), (10, 0)) == [1, 1, 1, 2, 2, 3]


def test_what_moved_since_it_was_asked_is_looked_at_though_the_frame_that_showed_it_was_dropped() -> None:
    # Something moved at 1.5 s; the frame of 2 s never came.
    assert asked(5.0, (1, 0), (3, 1.5), (4, 1.5)) == [1, 2, 2]


def test_without_a_motion_gate_it_is_asked_about_every_frame() -> None:
    assert asked(5.0, (0, None), (1, None), (2, None)) == [1, 2, 3]


def test_a_clock_that_was_set_back_asks_again() -> None:
    assert asked(5.0, (10, 0), (3, 0)) == [1, 2]


def test_nothing_is_believed_for_no_time() -> None:
    assert asked(0.0, (0, 0), (1, 0)) == [1, 2]


def test_what_a_tracker_writes_into_one_answer_is_not_in_the_next() -> None:
    sparing = SparingDetector(CountedDetector(), LIMITS, 5.0)
    first = sparing.seen(Frame("north", 0, at(0), PICTURE, at(0)))
    first.tracker_id = np.array([7])
    first.data["marked"] = np.array([True])
    second = sparing.seen(Frame("north", 1, at(1), PICTURE, at(0)))
    assert second.tracker_id is None
    assert "marked" not in second.data
