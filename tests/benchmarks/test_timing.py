"""Percentiles and the order of runs; no duration is asserted."""

import cv2
import pytest

from benchmarks.timing import in_turn, opencv_threads, percentiles_ms, timed


def test_percentiles_are_interpolated_and_in_milliseconds() -> None:
    # 1 to 5 ms: the middle is 3; 99 % of the 4 steps is 3.96, so 4.96 ms
    found = percentiles_ms([0.001, 0.002, 0.003, 0.004, 0.005], percents=(50, 99))
    assert found == pytest.approx({"ms_p50": 3.0, "ms_p99": 4.96})


def test_one_duration_is_every_percentile() -> None:
    assert percentiles_ms([0.002], "read_ms") == pytest.approx(
        {"read_ms_p50": 2.0, "read_ms_p95": 2.0, "read_ms_p99": 2.0}
    )


def test_no_durations_have_no_percentiles() -> None:
    assert percentiles_ms([]) == {}


def test_steps_run_in_turn_after_their_warm_ups() -> None:
    calls: list[tuple[str, int]] = []
    seconds = in_turn(
        {"ours": lambda run: calls.append(("ours", run)), "peer": lambda run: calls.append(("peer", run))},
        runs=2,
        warm_ups=1,
    )
    assert calls == [("ours", 0), ("peer", 0), ("ours", 0), ("peer", 0), ("ours", 1), ("peer", 1)]
    assert {name: len(values) for name, values in seconds.items()} == {"ours": 2, "peer": 2}


def test_a_timed_call_gives_its_value() -> None:
    seconds, value = timed(lambda: 7)
    assert value == 7
    assert seconds >= 0


def test_opencv_gets_its_threads_back() -> None:
    before = cv2.getNumThreads()
    with opencv_threads(1):
        assert cv2.getNumThreads() == 1
    assert cv2.getNumThreads() == before
