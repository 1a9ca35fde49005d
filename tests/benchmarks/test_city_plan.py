from datetime import UTC, datetime

import numpy as np

from benchmarks.city_day import Share
from benchmarks.city_plan import DECISION, KINDS, drawn_plan

BEGAN = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DISTRICT = drawn_plan(Share(25_000, 8, 60), seed=1)


def test_a_minute_of_a_district_is_its_rate_and_two_bursts() -> None:
    # 6,428 by the rate; at 15 and 45 s one camera in a hundred of 25,000 tells at once.
    assert DISTRICT.burst == 2 * 250
    assert DISTRICT.records == 6_428 + 500
    assert [int((DISTRICT.seen_s == at_s).sum()) for at_s in (15, 45)] == [250, 250]


def test_a_burst_is_of_neighbours_each_once() -> None:
    cameras = np.sort(DISTRICT.cameras[DISTRICT.seen_s == 15])
    assert np.diff(cameras).tolist() == [1] * 249


def test_the_kinds_are_as_frequent_as_the_mix_says() -> None:
    shares = np.bincount(DISTRICT.kinds, minlength=4) / DISTRICT.records
    assert KINDS == ("plate.read", "incident.reported", "camera.state", "face.decision")
    np.testing.assert_allclose(shares, [0.90, 0.04, 0.04, 0.02], atol=0.012)  # 5 standard deviations of 0.04


def test_what_a_cut_link_held_back_is_offered_all_at_once() -> None:
    first = DISTRICT.first_due_s()
    held = first != DISTRICT.seen_s
    assert int(held.sum()) == DISTRICT.held > 0
    # The link is away from 0.25 x 60 to 0.6 x 60 s, and 0.05 x 25,000 cameras lie behind it.
    assert set(first[held].tolist()) == {36.0}
    assert (DISTRICT.seen_s[held].min() >= 15, DISTRICT.seen_s[held].max() < 36) == (True, True)
    assert np.ptp(DISTRICT.cameras[held]) < 1_250


def test_each_fiftieth_record_is_offered_again_two_seconds_later_but_no_decision() -> None:
    fiftieth = np.arange(49, DISTRICT.records, 50)
    again = fiftieth[DISTRICT.kinds[fiftieth] != DECISION]
    assert DISTRICT.retries == len(again)
    assert len(DISTRICT.offers) == DISTRICT.records + DISTRICT.retries
    times = np.bincount(DISTRICT.offers)
    assert np.flatnonzero(times == 2).tolist() == again.tolist()
    moments = DISTRICT.due_s[DISTRICT.offers == again[0]]
    assert np.isclose(np.diff(moments), 2.0).all()


def test_offers_are_in_order_and_divide_into_decisions_and_what_travels() -> None:
    assert (np.diff(DISTRICT.due_s) >= 0).all()
    decisions, travelling = DISTRICT.part(decisions=True)[1], DISTRICT.part(decisions=False)[1]
    assert len(decisions) + len(travelling) == len(DISTRICT.offers)
    assert set(DISTRICT.kinds[decisions].tolist()) == {DECISION}


def test_the_same_seed_draws_the_same_plan_and_another_seed_another() -> None:
    same, other = drawn_plan(Share(25_000, 8, 60), seed=1), drawn_plan(Share(25_000, 8, 60), seed=2)
    assert DISTRICT.record(7, BEGAN) == same.record(7, BEGAN)
    assert DISTRICT.record(7, BEGAN).event_id != other.record(7, BEGAN).event_id
    assert (DISTRICT.due_s == same.due_s).all()


def test_every_record_is_another() -> None:
    assert len({DISTRICT.record(number, BEGAN).event_id for number in range(500)}) == 500


def test_one_camera_of_a_quiet_hour_may_have_nothing_to_tell() -> None:
    plan = drawn_plan(Share(1, 3, 1), seed=0)
    assert (plan.records, len(plan.offers), plan.held, plan.retries) == (0, 0, 0, 0)
