"""Where each car is at each moment, and how high the barrier's arm."""

import math

from sample_videos.parking.bodies import BODIES
from sample_videos.parking.scene import STOP_M
from sample_videos.parking.story import CARS, CHAPTERS, VISITS, LaneName, Visit

_BRAKING_S, _BRAKING_M = 2.6, 10.3
_SPEED = 2 * _BRAKING_M / _BRAKING_S
_START, _BACK_START = 2.2, 2.0
"""How a car speeds up from standing, forwards and backwards, metres per second squared."""
_BACK_SPEED = 4.5
_FOLLOW_START, _FOLLOW_SPEED, _FOLLOW_GAP_M = 1.8, 3.4, 3.0
_FARTHEST_M = 60.0
_ARM_S = 0.8
_TREMBLE_M = 0.004


def distance(visit: Visit, time_s: float) -> float | None:
    """How far the car's front is from the camera's foot, metres along the lane; None when it is not there.

    Args:
        visit: whose.
        time_s: into its chapter.
    """
    if not 0 <= time_s < CHAPTERS[visit.chapter].length_s:
        return None
    z = _following(visit, time_s) if visit.behind else _alone(visit, time_s)
    return z if -_length(visit) < z < _FARTHEST_M else None


def arm_raised(lane: LaneName, chapter: int, time_s: float) -> float:
    """0 shut, 1 upright."""
    raised = 0.0
    for visit in VISITS:
        if (visit.lane, visit.chapter, visit.end) == (lane, chapter, "through"):
            opens = visit.stops_s if visit.behind else visit.stops_s + visit.stands_s
            begin, end = opens - _ARM_S - 0.1, _gone_s(visit)
            raised = max(raised, _eased((time_s - begin) / _ARM_S) * (1 - _eased((time_s - end) / _ARM_S)))
    return raised


def _alone(visit: Visit, time_s: float) -> float:
    before = visit.stops_s - time_s
    if before > _BRAKING_S:
        return STOP_M + _BRAKING_M + (before - _BRAKING_S) * _SPEED
    if before > 0:
        return STOP_M + _BRAKING_M * (before / _BRAKING_S) ** 2
    moving = -before - visit.stands_s
    if moving <= 0 or visit.end == "stay":
        return STOP_M + _TREMBLE_M * math.sin(17 * time_s)
    if visit.end == "back":
        return STOP_M + _run(moving, _BACK_START, _BACK_SPEED)
    return STOP_M - _START / 2 * moving**2


def _following(visit: Visit, time_s: float) -> float:
    """Behind the other car while that one stands, and then after it without a stop."""
    leader = next(
        one for one in VISITS if (one.car, one.chapter, one.lane) == (visit.behind, visit.chapter, visit.lane)
    )
    behind = _length(leader) + _FOLLOW_GAP_M
    moving = time_s - visit.stops_s - visit.stands_s
    if moving <= 0:
        return behind + max(_alone(leader, time_s), STOP_M)
    return behind + STOP_M - _run(moving, _FOLLOW_START, _FOLLOW_SPEED)


def _run(moving_s: float, start: float, speed: float) -> float:
    """Metres after so long, with a start and then at this speed."""
    starting_s = min(moving_s, speed / start)
    return start / 2 * starting_s**2 + speed * (moving_s - starting_s)


def _gone_s(visit: Visit) -> float:
    """When the car has passed the barrier, seconds into its chapter."""
    way = STOP_M + 1.0
    if visit.behind:
        return visit.stops_s + 6.0
    return visit.stops_s + visit.stands_s + math.sqrt(2 * way / _START)


def _length(visit: Visit) -> float:
    return BODIES[CARS[visit.car].body].size[2]


def _eased(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
