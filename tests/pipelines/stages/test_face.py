"""The face stage: frames to visits that are ready for a decision."""

from dataclasses import replace
from datetime import timedelta
from itertools import groupby

import numpy as np
import pytest
import supervision as sv

from models.faces.detector import FaceDetector
from models.faces.lane import FaceLane
from pipelines.events import event_id
from pipelines.stages.face import FaceStage, FaceTrackReady
from pipelines.stages.visit import TrackRules
from tests.fakes import NOW, FakeEmbedder
from tests.pipelines.stages.street_corner import Corner, Stands
from vision.errors import BadArray
from vision.pose import head_yaw
from vision.types import Image

NOBODY: list[Stands] = []
FAR, NEAR = Stands(40, person=1, scale=0.5), Stands(500, person=2)
QUICK = TrackRules(retry_after_s=0.5)


def stage_of(corner: Corner, rules: TrackRules | None = None) -> FaceStage:
    return FaceStage(corner.lane, rules=rules, monotonic=lambda: 0.0)


def run(corner: Corner, stage: FaceStage | None = None) -> list[tuple[int, FaceTrackReady]]:
    """What came, each with the number of the frame; the end counts as one more frame."""
    stage = stage or stage_of(corner)
    came = [(number, ready) for number in range(len(corner)) for ready in stage.process(corner.frame(number))]
    return [*came, *((len(corner), ready) for ready in stage.finish())]


def test_nobody_makes_nothing() -> None:
    assert run(Corner([NOBODY] * 5)) == []


def test_a_stage_without_a_frame_has_nothing_to_say() -> None:
    assert stage_of(Corner([])).finish() == []


def test_three_good_frames_make_a_visit_ready_once() -> None:
    came = run(Corner([NOBODY, *[[NEAR]] * 20]))
    assert len(came) == 1
    number, ready = came[0]
    # Frame 0 shows nobody; the tracker takes 1 and 2 to be sure; 2, 3 and 4 are kept.
    assert number == 4
    assert (ready.camera_id, ready.reason, ready.faults, len(ready.observations)) == ("north", None, (), 3)
    assert ready.captured_at == NOW + timedelta(seconds=0.4)
    assert ready.visit == "north/20261121T080000.200000Z/0"


def test_the_same_frames_give_the_same_event_ids() -> None:
    corner = Corner([[NEAR]] * 6)
    ids = {event_id("north", ready.visit, "face.decision") for _ in range(2) for _, ready in run(corner)}
    assert len(ids) == 1


def test_two_persons_are_two_visits() -> None:
    came = run(Corner([[FAR, NEAR]] * 8))
    assert len(came) == 2
    assert len({ready.visit for _, ready in came}) == 2
    heights = sorted(ready.observations[0].xyxy[3] - ready.observations[0].xyxy[1] for _, ready in came)
    assert heights == pytest.approx([120, 240], abs=1)  # the drawn face is 240 high, the far one half of it


def test_a_walker_stays_one_visit() -> None:
    came = run(Corner([[replace(NEAR, x=20 * number)] for number in range(30)]))
    assert len({ready.visit for _, ready in came}) == 1


def test_who_comes_after_another_has_left_is_another_visit() -> None:
    came = run(Corner([*[[NEAR]] * 8, *[NOBODY] * 8, *[[replace(NEAR, person=3)]] * 8]))
    assert [number for number, _ in came] == [3, 19]
    assert len({ready.visit for _, ready in came}) == 2


def test_a_face_missed_for_a_moment_stays_one_visit() -> None:
    came = run(Corner([*[[NEAR]] * 8, *[NOBODY] * 2, *[[NEAR]] * 8]))
    assert len(came) == 1


def test_a_camera_looked_at_once_a_second_tracks_too() -> None:
    came = run(Corner([[NEAR]] * 6, fps=1))
    assert len(came) == 1
    assert came[0][1].reason is None


def test_a_visit_without_a_good_frame_ends_as_poor_quality_with_its_best_frame() -> None:
    blurred = replace(NEAR, blur=12.0)
    came = run(Corner([*[[blurred]] * 10, *[NOBODY] * 10]))
    assert len(came) == 1
    number, ready = came[0]
    assert 14 <= number <= 16  # gone for more than 0.5 s after frame 9
    assert (ready.reason, len(ready.observations)) == ("poor_quality", 1)
    assert "blurred" in ready.faults
    assert ready.captured_at == NOW + timedelta(seconds=0.9)


def test_a_visit_that_the_cameras_end_cuts_short_is_reported_too() -> None:
    came = run(Corner([[replace(NEAR, blur=12.0)]] * 10))
    assert [(number, ready.reason) for number, ready in came] == [(10, "poor_quality")]


def test_one_who_passes_with_few_good_frames_is_decided_on_those() -> None:
    came = run(Corner([*[[NEAR]] * 3, *[NOBODY] * 10]))
    assert len(came) == 1
    assert (came[0][1].reason, len(came[0][1].observations)) == (None, 2)


def test_a_flicker_of_the_detector_is_nobody() -> None:
    blurred = replace(NEAR, blur=12.0)
    assert run(Corner([NOBODY, [NEAR], NOBODY, NOBODY, *[[blurred]] * 3, *[NOBODY] * 10])) == []


def test_a_face_at_the_border_is_kept_with_what_is_there_of_it() -> None:
    corner = Corner([[Stands(700, 120)]] * 10)
    came = run(corner)
    assert len(came) == 1
    for observation in came[0][1].observations:
        height, width = observation.image.shape[:2]
        assert height <= 480
        assert width <= 300 + 0.75 * 170  # cut at the frame's right border
        assert observation.landmarks.min() > 0
        assert observation.landmarks[:, 0].max() < width


def test_an_unknown_is_tried_again_with_new_frames_a_few_times() -> None:
    corner = Corner([[NEAR]] * 60)
    stage = stage_of(corner, QUICK)
    came = []
    for number in range(len(corner)):
        for ready in stage.process(corner.frame(number)):
            came.append((number, ready))
            assert stage.retry(ready.visit)
    # Ready at frame 3, then each time 0.5 s later; no more than three attempts.
    assert [number for number, _ in came] == [3, 8, 13]
    first = came[0][1].visit
    assert [ready.visit for _, ready in came] == [first, f"{first}/2", f"{first}/3"]
    assert stage.finish() == []


def test_without_being_told_a_visit_is_not_tried_again() -> None:
    corner = Corner([[NEAR]] * 60)
    assert len(run(corner, stage_of(corner, QUICK))) == 1


def test_a_visit_that_is_over_cannot_be_tried_again() -> None:
    corner = Corner([*[[NEAR]] * 8, *[NOBODY] * 10])
    stage = stage_of(corner)
    came = run(corner, stage)
    assert not stage.retry(came[0][1].visit)


def test_the_current_track_is_the_nearest_one_in_order_of_time() -> None:
    corner = Corner([[FAR, NEAR]] * 8)
    stage = stage_of(corner)
    for number in range(8):
        stage.process(corner.frame(number))
    current = stage.current_track()
    assert len(current) == 5
    assert all(face.xyxy[3] - face.xyxy[1] == pytest.approx(240, abs=1) for face in current)


def test_nobody_is_current_after_two_seconds() -> None:
    now = [0.0]
    corner = Corner([[NEAR]] * 8)
    stage = FaceStage(corner.lane, monotonic=lambda: now[0])
    for number in range(8):
        stage.process(corner.frame(number))
    now[0] = 2.0
    assert len(stage.current_track()) == 5
    now[0] = 2.1
    assert stage.current_track() == []


def test_a_challenge_sees_the_turns_since_it_was_given_in_their_order() -> None:
    yaws = [0.4] * 5 + [0.0] * 8 + [0.3] * 6 + [0.0] * 6 + [-0.3] * 6
    corner = Corner([[replace(NEAR, yaw=yaw)] for yaw in yaws])
    stage = stage_of(corner)
    for number in range(len(corner)):
        stage.process(corner.frame(number))
    seen = stage.current_track(since=NOW + timedelta(seconds=0.8))
    turns = [round(head_yaw(face.landmarks), 1) for face in seen]
    # The turn before frame 8 is forgotten; each stance is there at its begin and at its end.
    assert 6 <= len(turns) <= 12
    assert [stance for stance, _ in groupby(np.sign(turns).tolist())] == [0, 1, 0, -1]


def test_landmarks_that_are_no_numbers_are_an_error_and_not_nobody() -> None:
    corner = Corner([[NEAR]] * 3)
    stage = FaceStage(FaceLane(NoLandmarks(corner.lane.detector), [FakeEmbedder()]))
    assert stage.process(corner.frame(0)) == []  # not yet a track
    with pytest.raises(BadArray, match="finite"):
        stage.process(corner.frame(1))


class NoLandmarks:
    """A detector whose network has gone mad."""

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector

    def detect(self, image: Image) -> sv.Detections:
        faces = self._detector.detect(image)
        faces.data["landmarks"] = np.full_like(faces.data["landmarks"], np.nan)
        return faces
