"""How long a lost camera is left alone."""

from random import Random

import pytest

from pipelines.ingest.backoff import STAGES_S, Backoff


def test_the_waits_grow_in_stages_and_stay_at_the_last() -> None:
    backoff = Backoff(Random(1))
    delays = [backoff.delay_s(0.0) for _ in range(8)]
    assert len(delays) == 8
    for delay, stage in zip(delays, (*STAGES_S, 60.0, 60.0), strict=True):
        assert 0.8 * stage <= delay <= 1.2 * stage


def test_two_cameras_do_not_come_back_in_the_same_moment() -> None:
    assert Backoff(Random(1)).delay_s(0.0) != Backoff(Random(2)).delay_s(0.0)


def test_the_same_seed_gives_the_same_waits() -> None:
    one, other = Backoff(Random(7)), Backoff(Random(7))
    assert [one.delay_s(0.0) for _ in range(4)] == [other.delay_s(0.0) for _ in range(4)]


@pytest.mark.parametrize(("lasted_s", "stage_s"), [(29.9, 10.0), (30.0, 1.0)])
def test_a_stable_connection_begins_again_at_the_first_stage(lasted_s: float, stage_s: float) -> None:
    backoff = Backoff(Random(1))
    for _ in range(3):
        backoff.delay_s(0.0)
    assert 0.8 * stage_s <= backoff.delay_s(lasted_s) <= 1.2 * stage_s
