"""Liveness by asking: did a head that faced the camera turn as it was told?

What it stops: a printed portrait, however it is moved, tilted or turned, for a flat thing keeps its reading of
`vision.pose.head_yaw`; and a recording made before, unless it holds the very turns that are asked this time.
What it does not stop: a screen that shows a head which can be steered, a mask, a bent print. It is no substitute for
a liveness network and a guard's eye where much depends on it.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

Action = Literal["turn_left", "turn_right"]
"""The person's own left or right."""
Verdict = Literal["passed", "not_frontal", "not_turned", "turned_otherwise"]

FRONTAL_YAW = 0.15
"""Up to here a face looks at the camera: seven of ten LFW faces do."""
TURNED_YAW = 0.25
"""From here on a head is turned, about 25 degrees; between both lies neither."""

_Stance = Literal["frontal", "turn_left", "turn_right"]


def challenge_verdict(yaws: Sequence[float], actions: Sequence[Action]) -> Verdict:
    """Whether the head began frontal and then made just the turns of `actions`, in their order.

    The same turn twice needs a frontal look in between; two different turns do not. What follows after the last
    turn must not be another turn.

    Args:
        yaws: of the frames in their order, as `vision.pose.head_yaw` gives them; positive is the person's left.
        actions: what was asked.
    """
    stances = [stance for stance, _ in groupby(_stances(yaws))]
    if not stances or stances[0] != "frontal":
        return "not_frontal"
    turns = [stance for stance in stances if stance != "frontal"]
    if turns == list(actions):
        return "passed"
    return "not_turned" if turns == list(actions[: len(turns)]) else "turned_otherwise"


def _stances(yaws: Sequence[float]) -> list[_Stance]:
    """The clear ones in their order; a head on its way is left out."""
    stances: list[_Stance] = []
    for yaw in yaws:
        if abs(yaw) <= FRONTAL_YAW:
            stances.append("frontal")
        elif abs(yaw) >= TURNED_YAW:
            stances.append("turn_left" if yaw > 0 else "turn_right")
    return stances
