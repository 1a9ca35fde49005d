"""Turning the head as asked: frontal is up to 0.15, turned from 0.25 on, left is positive."""

import pytest

from vision.challenge import Action, Verdict, challenge_verdict

LEFT, RIGHT = "turn_left", "turn_right"


@pytest.mark.parametrize(
    ("yaws", "actions", "verdict"),
    [
        ([0.0, 0.3], [LEFT], "passed"),
        ([0.0, -0.3], [RIGHT], "passed"),
        ([0.1, 0.2, 0.31, 0.4, 0.2, 0.0, -0.2, -0.3], [LEFT, RIGHT], "passed"),
        ([0.0, 0.3, -0.3], [LEFT, RIGHT], "passed"),
        ([0.0, 0.3, 0.0, 0.3], [LEFT, LEFT], "passed"),
        ([0.0, 0.3, 0.0], [LEFT], "passed"),
        ([0.0, 0.3, 0.2, 0.3], [LEFT, LEFT], "not_turned"),
        ([0.0, 0.2], [LEFT], "not_turned"),
        ([0.0, 0.0, 0.1], [LEFT], "not_turned"),
        ([0.0, -0.3, 0.3], [LEFT, RIGHT], "turned_otherwise"),
        ([0.0, -0.3], [LEFT], "turned_otherwise"),
        ([0.0, 0.3, -0.3, 0.3], [LEFT, RIGHT], "turned_otherwise"),
        ([0.3, 0.0, -0.3], [LEFT, RIGHT], "not_frontal"),
        ([0.2, 0.2], [LEFT], "not_frontal"),
        ([], [LEFT], "not_frontal"),
    ],
)
def test_the_verdict_follows_the_order_of_turns(yaws: list[float], actions: list[Action], verdict: Verdict) -> None:
    assert challenge_verdict(yaws, actions) == verdict


def test_the_limits_themselves_count() -> None:
    assert challenge_verdict([0.15, 0.25], [LEFT]) == "passed"
    assert challenge_verdict([0.16, 0.25], [LEFT]) == "not_frontal"
    assert challenge_verdict([0.15, 0.24], [LEFT]) == "not_turned"
