"""Who walks where in the gate clip."""

import math
from dataclasses import dataclass
from itertools import pairwise

from sample_videos.people import PersonName


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a person's face is at a moment.

    Attributes:
        time_s: of the clip.
        x, y: middle of the face, pixels.
        height: from the hairline to the chin, pixels.
        tilt_deg: of the head and all, clockwise.
    """

    time_s: float
    x: float
    y: float
    height: float
    tilt_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Appearance:
    """When a person is in the picture.

    Attributes:
        from_s, to_s: the middle of the face is within the picture.
        stands_from_s, stands_to_s: the person stands before the gate.
        box: left, top, right, bottom of the face while it stands there, pixels, roughly.
    """

    person: PersonName
    from_s: float
    to_s: float
    stands_from_s: float
    stands_to_s: float
    box: tuple[int, int, int, int]


# The gate hides the lower ends of the portraits only as long as y + 3.1 (astronaut) or y + 1.8 (grace_hopper) times
# the height is beyond its upper edge.
_WALKS: dict[PersonName, tuple[Pose, ...]] = {
    "astronaut": (
        Pose(0.8, 1380, 300, 74),
        Pose(2.2, 900, 296, 84),
        Pose(3.6, 650, 268, 136),
        Pose(5.6, 640, 266, 140),
        Pose(6.9, -160, 258, 156),
    ),
    "grace_hopper": (
        Pose(7.8, -130, 322, 112),
        Pose(9.2, 390, 316, 122),
        Pose(10.6, 634, 284, 158),
        Pose(12.6, 640, 282, 162),
        Pose(14.2, 1440, 276, 180),
    ),
}
_FACE_ASPECT = 0.78
_STEPS_HZ = 1.8
_SWAY_HZ = 0.35
_FINE_STEP_S = 0.01


def pose(person: PersonName, time_s: float) -> Pose | None:
    """Where the person is; None before they come and after they have left."""
    for start, end in pairwise(_WALKS[person]):
        if start.time_s <= time_s < end.time_s:
            return _between(start, end, time_s)
    return None


def appearance(person: PersonName, width: int) -> Appearance:
    """When the person is within a picture of this width."""
    walk = _WALKS[person]
    steps = range(round(walk[0].time_s / _FINE_STEP_S), round(walk[-1].time_s / _FINE_STEP_S))
    poses = [found for step in steps if (found := pose(person, step * _FINE_STEP_S)) is not None]
    within = [one.time_s for one in poses if 0 <= one.x < width]
    stands = walk[2]
    halves = (stands.height * _FACE_ASPECT / 2, stands.height / 2)
    left, top, right, bottom = (
        round(middle + sign * half)
        for sign in (-1, 1)
        for middle, half in zip((stands.x, stands.y), halves, strict=True)
    )
    return Appearance(
        person, round(within[0], 2), round(within[-1], 2), stands.time_s, walk[3].time_s, (left, top, right, bottom)
    )


def _between(start: Pose, end: Pose, time_s: float) -> Pose:
    """On the way, with the bobbing of steps and the swaying of one who waits."""
    share = (time_s - start.time_s) / (end.time_s - start.time_s)
    share = share * share * (3 - 2 * share)
    pace = min(1.0, math.hypot(end.x - start.x, end.height - start.height) / 200)
    bob = 0.03 * pace * math.sin(2 * math.pi * _STEPS_HZ * time_s)
    sway = math.sin(2 * math.pi * _SWAY_HZ * time_s)
    height = start.height + (end.height - start.height) * share
    return Pose(
        time_s,
        start.x + (end.x - start.x) * share + 0.03 * height * sway,
        start.y + (end.y - start.y) * share + bob * height,
        height,
        2.0 * sway,
    )
