"""Two thresholds, two times: when something begins and when it is over."""

import pytest

from tests.vision.street_pictures import at
from vision.errors import BadInput
from vision.evidence import ABSENT, Evidence, Limits

LIMITS = Limits(start=10, end=7, start_after_s=3, end_after_s=2)


def changes(values: list[float | None], limits: Limits = LIMITS) -> list[tuple[int, str]]:
    """One value a second: when something changed, and to what."""
    evidence = Evidence(limits)
    told = [(second, evidence.update(value, at(second))) for second, value in enumerate(values)]
    return [(second, change) for second, change in told if change]


def test_it_starts_when_the_time_is_full_and_is_dated_back_to_its_beginning() -> None:
    evidence = Evidence(LIMITS)
    assert [evidence.update(11, at(second)) for second in range(4)] == [None, None, None, "start"]
    assert evidence.active
    assert evidence.since == at(0)


def test_nothing_starts_in_a_single_frame() -> None:
    assert changes([0, 99, 0], Limits(10, 7, 0, 0)) == []
    assert changes([0, 99, 99], Limits(10, 7, 0, 0)) == [(2, "start")]


def test_one_frame_without_it_ends_nothing() -> None:
    assert changes([11, 11, 11, 11, ABSENT, 11, ABSENT, 11, 11]) == [(3, "start")]


def test_it_ends_once_when_it_was_absent_long_enough() -> None:
    # absent from 4 on: 4 to 5 and 5 to 6 are two seconds
    assert changes([11, 11, 11, 11, 0, 0, 0, 0, 0]) == [(3, "start"), (6, "end")]


def test_between_both_thresholds_nothing_changes() -> None:
    assert changes([8] * 20) == []
    assert changes([11, 11, 11, 11, *[8] * 20]) == [(3, "start")]


def test_contrary_frames_take_back_what_was_gathered() -> None:
    assert changes([11, 11, 0, 0] * 10) == []
    # 2 s, less the one that ends in the contrary frame, and from 4 on one more each second: 3 s at 6
    assert changes([11, 11, 11, 0, 11, 11, 11]) == [(6, "start")]


def test_what_is_not_known_counts_neither_way() -> None:
    assert changes([11, None, 11, None, 11, None, 11]) == []
    assert changes([11, 11, 11, 11, *[None] * 50, 11]) == [(3, "start")]


def test_a_long_pause_of_the_stream_is_no_evidence() -> None:
    evidence = Evidence(Limits(10, 7, 60, 60))
    assert evidence.update(11, at(0)) is None
    assert evidence.update(11, at(3600)) is None


def test_it_can_begin_again_after_its_end() -> None:
    assert changes([11] * 4 + [0] * 3 + [11] * 4) == [(3, "start"), (6, "end"), (10, "start")]


@pytest.mark.parametrize(("end", "after_s"), [(10.0, 1.0), (11.0, 1.0), (7.0, -1.0)])
def test_an_end_that_is_not_below_the_start_and_negative_times_are_refused(end: float, after_s: float) -> None:
    with pytest.raises(BadInput, match="wanted"):
        Limits(10, end, after_s, 1)
