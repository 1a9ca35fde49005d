"""Which frames are worth a look."""

from datetime import timedelta

import numpy as np
import pytest

from tests.fakes import NOW
from vision.motion_gate import Luma, MotionGate, MotionLimits

STILL = MotionLimits(hold_s=2.0, idle_s=1.0)


def scene(seed: int = 0, size_wh: tuple[int, int] = (1280, 720)) -> Luma:
    """A grey street with a sensor's noise."""
    noise = np.random.default_rng(seed).normal(120, 2.0, (size_wh[1], size_wh[0]))
    return noise.round().astype(np.uint8)


def passed(gate: MotionGate, pictures: list[Luma], fps: float = 10.0) -> list[int]:
    """The numbers of those that pass."""
    return [n for n, one in enumerate(pictures) if gate.passes(one, NOW + timedelta(seconds=n / fps))]


def test_the_first_frame_passes_and_a_still_scene_once_a_second_after_the_hold() -> None:
    # Motion was at 0 s, for there was nothing to compare with; held for 2 s: frames 0 to 20. Then one each second.
    assert passed(MotionGate(STILL), [scene(n) for n in range(45)]) == [*range(21), 30, 40]


def test_noise_is_no_motion_and_a_small_thing_is() -> None:
    gate = MotionGate(MotionLimits(hold_s=0.0, idle_s=60.0))
    pictures = [scene(n) for n in range(6)]
    pictures[4] = pictures[4].copy()
    pictures[4][400:424, 600:624] += 60  # three blocks of 8 x 8 in each direction
    # It is seen when it comes and when it is gone again.
    assert passed(gate, pictures) == [0, 4, 5]


def test_what_creeps_is_seen_because_the_last_look_counts_and_not_the_last_frame() -> None:
    gate = MotionGate(MotionLimits(hold_s=0.0, idle_s=60.0, change=10))
    brighter = [np.full((90, 160), 100 + 3 * n, np.uint8) for n in range(9)]
    # 3 grey levels a frame: 12 after four frames, again and again.
    assert passed(gate, brighter) == [0, 4, 8]


def test_everything_passes_for_a_while_after_motion() -> None:
    gate = MotionGate(MotionLimits(hold_s=0.5, idle_s=60.0))
    pictures = [scene(0)] * 20
    pictures[10] = np.full_like(pictures[0], 200)
    assert passed(gate, pictures) == [*range(6), *range(10, 17)]


def test_a_picture_of_another_size_passes() -> None:
    gate = MotionGate(MotionLimits(hold_s=0.0, idle_s=60.0))
    assert passed(gate, [scene(0), scene(1), scene(2, (640, 360))]) == [0]
    assert passed(MotionGate(MotionLimits(hold_s=0.0, idle_s=60.0)), [scene(0), scene(0, (1280, 1024))]) == [0, 1]


def test_a_time_that_falls_back_lets_a_frame_pass() -> None:
    gate = MotionGate(MotionLimits(hold_s=0.0, idle_s=60.0))
    times = [0.0, 1.0, -3600.0, -3599.0]
    assert [gate.passes(scene(0), NOW + timedelta(seconds=second)) for second in times] == [True, False, True, False]


def test_limits_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="idle_s"):
        MotionLimits(idle_s=0)
