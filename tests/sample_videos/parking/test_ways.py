from itertools import pairwise

from sample_videos.parking.scene import STOP_M
from sample_videos.parking.story import CHAPTERS, VISITS, Visit
from sample_videos.parking.ways import arm_raised, distance


def _visit(lane: str, car: str) -> Visit:
    return next(visit for visit in VISITS if (visit.lane, visit.car) == (lane, car))


def test_a_car_comes_stands_at_the_line_and_drives_on() -> None:
    visit = _visit("entry", "visitor")
    far, near, standing, gone = (distance(visit, time_s) for time_s in (0.0, 2.0, 3.8, 8.0))
    assert far is not None
    assert near is not None
    assert far > near > STOP_M
    assert standing is not None
    assert abs(standing - STOP_M) < 0.01
    assert gone is None


def test_a_refused_car_backs_away_before_a_shut_barrier() -> None:
    visit = _visit("entry", "debtor")
    end_s = CHAPTERS[visit.chapter].length_s
    last = distance(visit, end_s - 0.1)
    assert last is not None
    assert last > STOP_M + 10
    assert {arm_raised("entry", visit.chapter, time_s) for time_s in (visit.stops_s, end_s - 0.1)} == {0.0}


def test_the_arm_opens_for_the_minibus_and_stays_open_for_who_follows_closely() -> None:
    leader, follower = _visit("entry", "minibus"), _visit("entry", "guest")
    goes_s = leader.stops_s + leader.stands_s
    assert arm_raised("entry", 1, goes_s - 2.0) == 0.0
    assert arm_raised("entry", 1, goes_s) == 1.0
    assert arm_raised("entry", 1, goes_s + 4.0) == 1.0
    ahead, behind = distance(leader, goes_s), distance(follower, goes_s)
    assert ahead is not None
    assert behind is not None
    # The minibus is 5.2 m long, and 3 m of road are between them.
    assert behind - ahead > 8.0


def test_nobody_drives_through_anybody() -> None:
    for lane in ("entry", "exit"):
        for number, chapter in enumerate(CHAPTERS):
            visits = [visit for visit in VISITS if (visit.lane, visit.chapter) == (lane, number)]
            for step in range(round(chapter.length_s * 10)):
                places = sorted(z for visit in visits if (z := distance(visit, step / 10)) is not None)
                assert all(far - near > 4.0 for near, far in pairwise(places))
