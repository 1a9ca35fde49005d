"""Durations: measured in turn, so that a busy moment of the machine hits ours and the peer alike."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

import cv2
import numpy as np

T = TypeVar("T")
Step = Callable[[int], object]
"""One run of what is measured; it is given the run's number, to choose its input by."""


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """How many seconds `call` took, and what it gave."""
    start = time.perf_counter()
    value = call()
    return time.perf_counter() - start, value


def in_turn(steps: Mapping[str, Step], runs: int, warm_ups: int = 3) -> dict[str, list[float]]:
    """Seconds of every run of every step: all steps once, then all again, after unmeasured warm-ups.

    Args:
        steps: ours and the peers', by name; each is called with 0, 1, ... runs - 1.
        runs: measured runs of each step.
        warm_ups: runs of each step before, with number 0.
    """
    for _ in range(warm_ups):
        for step in steps.values():
            step(0)
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for run in range(runs):
        for name, step in steps.items():
            start = time.perf_counter()
            step(run)
            seconds[name].append(time.perf_counter() - start)
    return seconds


def percentiles_ms(
    seconds: Sequence[float], prefix: str = "ms", percents: Sequence[int] = (50, 95, 99)
) -> dict[str, float]:
    """`{"ms_p50": ..., "ms_p95": ..., "ms_p99": ...}` in milliseconds; empty when nothing was measured.

    Between two measured durations the percentile is interpolated linearly.
    """
    if not seconds:
        return {}
    values = np.percentile(np.asarray(seconds) * 1000.0, percents)
    return {f"{prefix}_p{percent}": float(value) for percent, value in zip(percents, values, strict=True)}


@contextmanager
def opencv_threads(threads: int) -> Iterator[None]:
    """Resizing and warping run on so many threads meanwhile: "one thread" holds for them too."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(threads)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
