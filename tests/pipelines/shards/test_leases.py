"""Until when a member may act on its leases, and which cameras hang."""

import pytest

from pipelines.ingest.status import CameraStatus
from pipelines.ingest.turns import LaneBeat
from pipelines.shards.leases import MARGIN_S, Leases
from pipelines.shards.stalls import StallWatch
from tests.pipelines.shards.fleet import Seconds


def test_a_lease_counts_from_before_it_was_asked_for_and_ends_before_anybody_else_may_have_it() -> None:
    now_s = Seconds()
    leases = Leases(5.0, now_s)

    def slowly(camera_ids: object) -> list[str]:
        now_s.now_s += 2.0
        return ["x"]

    assert leases.renew(["x", "y"], slowly) == {"x"}
    assert (leases.holds("x"), leases.holds("y"), leases.holds("z")) == (True, False, False)
    now_s.now_s += 3.0 - MARGIN_S - 0.01
    assert leases.holds("x")
    now_s.now_s += 0.02
    assert not leases.holds("x")


def test_what_is_not_given_again_is_lost_and_others_are_left_alone() -> None:
    leases = Leases(5.0, Seconds())
    leases.renew(["x", "y"], lambda ids: ids)
    leases.renew(["z"], lambda ids: ids)
    leases.renew(["x"], lambda ids: [])
    assert [leases.holds(one) for one in "xyz"] == [False, True, True]
    leases.drop("y")
    assert not leases.holds("y")


def test_while_nobody_can_be_asked_a_lease_is_held_until_its_time_is_up() -> None:
    now_s = Seconds()
    leases = Leases(5.0, now_s)
    leases.renew(["x"], lambda ids: ids)

    def away(camera_ids: object) -> list[str]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        leases.renew(["x"], away)
    assert leases.holds("x")
    now_s.now_s += 5.0
    assert not leases.holds("x")


def looks(watch: StallWatch, now_s: Seconds, *statuses: CameraStatus) -> list[dict[str, str]]:
    """What the watch says of each, 40 s after the other."""
    found = []
    for status in statuses:
        found.append(dict(watch.look({"cam": status})))
        now_s.now_s += 40.0
    return found


def running(read: int, analysed: int, **counts: int) -> CameraStatus:
    return CameraStatus("cam", "running", read, analysed, **counts)


def test_a_camera_of_which_no_frame_comes_any_more_hangs_in_reading() -> None:
    now_s = Seconds()
    watch = StallWatch(60.0, now_s)
    still = running(10, 10)
    assert looks(watch, now_s, still, still, still) == [{}, {}, {"cam": "reading"}]
    assert looks(watch, now_s, running(11, 11)) == [{}]


def test_frames_in_which_nothing_moves_are_a_sign_of_life() -> None:
    now_s = Seconds()
    found = looks(StallWatch(60.0, now_s), now_s, *(running(10, 10, frames_still=n) for n in range(4)))
    assert found == [{}, {}, {}, {}]


def test_a_camera_whose_frames_nobody_takes_hangs_in_its_analysis() -> None:
    now_s = Seconds()
    watch = StallWatch(60.0, now_s)
    # One frame is in the analysis that hangs, one in the slot; from then on each new one drops the one before.
    hung = [running(10, 9), running(20, 9, frames_dropped=9), running(30, 9, frames_dropped=19)]
    assert looks(watch, now_s, *hung) == [{}, {}, {"cam": "analysis"}]


def test_a_camera_that_is_lost_says_so_and_does_not_hang() -> None:
    now_s = Seconds()
    lost = CameraStatus("cam", "lost", 10, 10)
    assert looks(StallWatch(60.0, now_s), now_s, lost, lost, lost) == [{}, {}, {}]


def test_a_network_that_takes_too_long_is_stuck() -> None:
    beats = {"face": LaneBeat(7, 61.0), "plate": LaneBeat(3, 2.0)}
    assert StallWatch(60.0).stuck_lanes(beats) == ("face",)
