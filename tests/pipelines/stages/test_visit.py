"""Which frames of a visit are kept."""

from datetime import timedelta

import numpy as np
import pytest

from pipelines.stages.visit import TrackRules, Visit, crop_around, look
from tests.fakes import NOW, blurred, observed
from vision.quality import QualityLimits
from vision.types import FaceObservation

SHARP = observed(1)
POOR = blurred(SHARP)


def visit_of(*sights: tuple[float, FaceObservation], rules: TrackRules | None = None) -> Visit:
    """A visit with an observation at each of these seconds."""
    visit = Visit("north/1", rules or TrackRules())
    for seconds, observation in sights:
        visit.add(look(observation, NOW + timedelta(seconds=seconds), QualityLimits()))
    return visit


def test_a_visit_without_a_frame_has_nothing() -> None:
    visit = visit_of()
    assert not visit.ready(NOW)
    assert visit.last_word() == ()
    assert visit.observations(None) == []


def test_poor_frames_do_not_make_a_visit_ready() -> None:
    visit = visit_of((0.0, SHARP), (0.1, POOR), (0.2, POOR), (0.3, SHARP))
    assert not visit.ready(NOW)
    assert visit.faults[0] == "blurred"
    assert len(visit.observations(None)) == 2


def test_the_best_frames_are_kept_in_the_order_of_time() -> None:
    faces = [observed(1, yaw=yaw) for yaw in (0.0, 0.3, 0.0, 0.2, 0.1)]
    visit = visit_of(*enumerate(faces), rules=TrackRules(frames_kept=3))
    # The least turned ones are the best: those with yaw 0, 0 and 0.1.
    assert [id(face) for face in visit.observations(None)] == [id(faces[0]), id(faces[2]), id(faces[4])]


def test_frames_older_than_recent_are_forgotten() -> None:
    faces = [observed(1, take=take) for take in range(3)]
    visit = visit_of((0.0, faces[0]), (3.0, faces[1]), (6.0, faces[2]))
    assert [id(face) for face in visit.observations(None)] == [id(faces[1]), id(faces[2])]


def test_a_second_attempt_sees_no_frame_of_the_first() -> None:
    old, new = observed(1, take=0), observed(1, take=1)
    visit = visit_of((0.0, old), (0.1, old), (0.2, old))
    visit.attempt()
    visit.retry(NOW)
    for seconds in (2.5, 2.6, 2.7):
        visit.add(look(new, NOW + timedelta(seconds=seconds), QualityLimits()))
    assert not visit.ready(NOW + timedelta(seconds=1.9))
    assert visit.ready(NOW + timedelta(seconds=2.0))
    assert [id(face) for face in visit.attempt()] == [id(new)] * 3


def test_the_turns_that_are_remembered_are_bounded() -> None:
    turned = [observed(1, yaw=0.4 if number % 2 else -0.4) for number in range(40)]
    visit = visit_of(*((number / 10, face) for number, face in enumerate(turned)))
    # A turn in every frame: the last 12 of them, and the 5 best frames.
    assert 12 <= len(visit.observations(NOW)) <= 12 + 5


def test_a_blurred_turn_is_no_turn() -> None:
    assert visit_of((0.0, blurred(observed(1, yaw=0.4)))).observations(NOW) == []


@pytest.mark.parametrize(
    ("xyxy", "size_wh", "moved_to"),
    [
        # 40x20 px with 0.75 of it on each side: 100 wide, 50 high; the box begins at 30, 15.
        ((100, 100, 140, 120), (100, 50), (30, 15)),
        ((0, 0, 40, 20), (70, 35), (0, 0)),
        ((-20, -10, 20, 10), (50, 25), (-20, -10)),
        ((260, 180, 300, 200), (70, 35), (30, 15)),
        ((290, 190, 330, 210), (40, 25), (30, 15)),
        ((400, 400, 440, 420), (1, 1), (101, 201)),
    ],
)
def test_a_crop_reaches_three_quarters_beyond_the_face_but_not_beyond_the_frame(
    xyxy: tuple[int, ...], size_wh: tuple[int, int], moved_to: tuple[int, int]
) -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    box = np.array(xyxy, np.float32)
    face = crop_around(image, box, np.tile(box[:2], (5, 1)), 0.9)
    assert face.image.shape[1::-1] == size_wh
    assert tuple(face.xyxy[:2]) == moved_to
    assert tuple(face.landmarks[0]) == moved_to
    assert tuple(face.xyxy[2:] - face.xyxy[:2]) == (40, 20)


def test_a_crop_is_a_copy_of_the_frame() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    box = np.array((100, 100, 140, 120), np.float32)
    face = crop_around(image, box, np.zeros((5, 2), np.float32), 0.9)
    assert not np.shares_memory(face.image, image)
