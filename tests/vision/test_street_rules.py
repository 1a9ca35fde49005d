"""What each rule says of the tracks in its zone, and when that is an incident."""

from datetime import time

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from tests.vision.street_pictures import at
from vision.incidents import Watch
from vision.street_rules import (
    CongestionRule,
    CountRule,
    FallRule,
    IntrusionRule,
    ParkingRule,
    QueueRule,
    TrackRule,
    WrongWayRule,
)
from vision.track_history import Track

AREA = 100_000.0


def track(
    number: int = 1,
    name: str = "car",
    velocity: tuple[float, float] | None = (0, 0),
    size: tuple[float, float] = (100, 50),
) -> Track:
    box = np.array([10 * number, 0, 10 * number + size[0], size[1]], np.float32)
    return Track(number, name, box, None if velocity is None else np.array(velocity, np.float32))


def values(rule: TrackRule, *tracks: Track) -> list[float | None]:
    return [signal.value for signal in rule.signals(tracks, AREA)]


def phases(rule: TrackRule, *runs: tuple[list[Track], int]) -> list[tuple[str, int]]:
    """Each run's tracks for so many seconds, one frame a second: what is told, and when."""
    watch = Watch("north", "zone", rule.kind, rule.limits())
    frames = [tracks for tracks, seconds in runs for _ in range(seconds)]
    return [
        (one.phase, second)
        for second, tracks in enumerate(frames)
        for one in watch.update(rule.signals(tracks, AREA), at(second))
    ]


def test_a_car_that_stands_long_enough_is_parked_until_it_has_driven_off() -> None:
    rule = ParkingRule(rule="parking", kind="09009", start_after_s=20, end_after_s=10)
    still, creeping, driving = [track()], [track(velocity=(0.2, 0))], [track(velocity=(1, 0))]
    assert phases(rule, (still, 15), (driving, 30)) == []
    assert phases(rule, (still, 30), (creeping, 25), (driving, 5), ([], 30)) == [("start", 20), ("end", 65)]


def test_a_parked_car_is_one_incident_though_it_is_hidden_and_renumbered() -> None:
    rule = ParkingRule(rule="parking", kind="09009", start_after_s=20, end_after_s=10)
    again = Track(7, "car", track().xyxy, track().velocity)
    assert phases(rule, ([track()], 30), ([], 8), ([again], 20)) == [("start", 20)]


def test_who_was_seen_too_briefly_neither_stands_nor_drives() -> None:
    assert values(ParkingRule(rule="parking", kind="09009"), track(velocity=None)) == [None]


def test_an_intruder_is_told_after_two_seconds() -> None:
    rule = IntrusionRule(rule="intrusion", kind="L04")
    assert phases(rule, ([track(name="person")], 5), ([], 10)) == [("start", 2), ("end", 10)]


def test_a_crowd_begins_at_ten_and_ends_below_seven() -> None:
    rule = CountRule(rule="count", kind="L03")
    people = [track(number, "person") for number in range(10)]
    assert phases(rule, (people[:9], 20), (people, 5), (people[:7], 20), (people[:6], 10)) == [
        ("start", 22),
        ("end", 50),
    ]


def test_a_single_fire_may_be_counted_too() -> None:
    rule = CountRule(rule="count", kind="L02", classes=("fire", "smoke"), start=1, end=1)
    assert phases(rule, ([track(name="smoke")], 5), ([], 10)) == [("start", 2), ("end", 10)]


def test_only_who_waits_is_in_the_queue() -> None:
    rule = QueueRule(rule="queue", kind="L08", start=3, end=2)
    walking, waiting = track(1, "person", (1, 0)), [track(number, "person") for number in range(2, 5)]
    assert values(rule, walking, *waiting) == [3.0]
    assert values(rule, walking, track(2, "person", None)) == []


def test_the_wrong_way_is_against_the_zone_and_not_across_it() -> None:
    rule = WrongWayRule(rule="wrong_way", kind="L05", direction=(0, -2))
    got = values(rule, track(velocity=(0, 1)), track(velocity=(0, -1)), track(velocity=(1, 0)), track(velocity=None))
    assert got == [1.0, -1.0, 0.0, None]
    assert phases(rule, ([track(velocity=(0, 1))], 3), ([], 6)) == [("start", 1), ("end", 6)]


def test_who_lies_still_fell_and_who_crouches_or_rolls_on_did_not() -> None:
    rule = FallRule(rule="fall", kind="L06")
    lying = track(name="person", size=(90, 45))
    assert values(rule, lying, track(name="person", size=(40, 100))) == [2.0, 0.4]
    assert values(rule, track(name="person", velocity=(1, 0), size=(90, 45))) == [float("-inf")]
    assert phases(rule, ([lying], 6), ([track(name="person", size=(40, 100))], 8)) == [("start", 3), ("end", 11)]


def test_a_full_and_slow_road_is_congested_and_a_single_lorry_or_a_fast_column_is_not() -> None:
    rule = CongestionRule(rule="congestion", kind="L10")
    slow = [track(number, "bus", (0.1, 0), (200, 100)) for number in range(4)]
    assert values(rule, *slow) == [0.8]  # 4 x 20,000 of 100,000
    assert values(rule, *slow[:1]) == [0.0]
    assert values(rule, *[track(number, "bus", (2, 0), (200, 100)) for number in range(4)]) == []


@pytest.mark.parametrize(
    ("local", "holds"), [((6, 59), False), ((7, 0), True), ((21, 59), True), ((22, 0), False), ((23, 30), False)]
)
def test_hours_hold_from_their_first_minute_to_before_their_last(local: tuple[int, int], holds: bool) -> None:
    rule = ParkingRule(rule="parking", kind="09009", hours=((time(7), time(22)),))
    assert rule.holds_at(time(*local)) is holds
    night = ParkingRule(rule="parking", kind="09009", hours=((time(22), time(7)),))
    assert night.holds_at(time(*local)) is not holds
    assert ParkingRule(rule="parking", kind="09009").holds_at(time(*local))


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": "count", "kind": "L03", "start": 5, "end": 6},
        {"rule": "wrong_way", "kind": "L05", "direction": [0, 1], "start": 0.2, "end": 0.3},
        {"rule": "parking", "kind": "09009", "stands": 0.3, "drives": 0.2},
        {"rule": "parking", "kind": "09009", "classes": []},
        {"rule": "parking", "kind": "09009", "speed": 1},
    ],
)
def test_an_end_above_the_start_and_unknown_keys_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[TrackRule](TrackRule).validate_python(wrong)
