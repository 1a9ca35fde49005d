"""How fast tracks go, in their own sizes a second."""

import numpy as np
import pytest
import supervision as sv

from tests.vision.street_pictures import at
from vision.track_history import Track, TrackHistory


def boxes(x: float, number: int = 1) -> sv.Detections:
    """One car of 100x100, 100 in size."""
    return sv.Detections(
        xyxy=np.array([[x, 0, x + 100, 100]], np.float32),
        class_id=np.array([2]),
        tracker_id=np.array([number]),
        data={"class_name": np.array(["car"])},
    )


def tracks_of(*places: float) -> Track:
    """Its state at the end, with a sight every half second."""
    history = TrackHistory()
    return [history.update(boxes(x), at(step / 2)) for step, x in enumerate(places)][-1][0]


def test_speed_is_in_own_sizes_a_second() -> None:
    track = tracks_of(0, 25, 50, 75, 100)  # 100 pixels in 2 s: half its size a second
    assert (track.number, track.name) == (1, "car")
    assert track.velocity is not None
    assert track.velocity.tolist() == pytest.approx([0.5, 0.0])
    assert track.speed == pytest.approx(0.5)


def test_only_the_last_two_seconds_count() -> None:
    assert tracks_of(0, 100, 200, 200, 200, 200, 200).speed == 0.0


def test_seen_once_it_has_no_speed() -> None:
    assert tracks_of(0).speed is None


def test_unconfirmed_tracks_and_empty_frames_give_nothing() -> None:
    history = TrackHistory()
    assert history.update(boxes(0, number=-1), at(0)) == []
    assert history.update(sv.Detections.empty(), at(1)) == []


def test_a_track_that_was_away_for_long_begins_anew() -> None:
    history = TrackHistory()
    history.update(boxes(0), at(0))
    history.update(sv.Detections.empty(), at(60))
    assert history.update(boxes(500), at(61))[0].speed is None
