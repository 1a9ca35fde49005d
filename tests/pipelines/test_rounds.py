"""Work in rounds: it goes on after a failure, comes when it is woken, and ends."""

import logging
import threading

import pytest

from pipelines.rounds import Rounds

PATIENCE_S = 30.0
NEVER_S = 3600.0


def test_rounds_go_on_after_failures_which_are_counted_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[int] = []
    well = threading.Event()

    def work() -> None:
        seen.append(rounds.failures)
        if len(seen) <= 3:
            raise OSError("disk full")
        if len(seen) == 5:
            well.set()

    rounds = Rounds("sweeper", work, 0.001)
    rounds.start()
    assert well.wait(PATIENCE_S)
    rounds.close()
    assert seen[:5] == [0, 1, 2, 3, 0]
    [record] = caplog.records
    assert (record.levelno, record.message) == (logging.ERROR, "sweeper failed, and will try again")


def test_who_is_woken_does_not_wait() -> None:
    worked = threading.Semaphore(0)
    rounds = Rounds("follower", worked.release, NEVER_S)
    rounds.start()
    assert worked.acquire(timeout=PATIENCE_S)
    rounds.wake()
    assert worked.acquire(timeout=PATIENCE_S)
    rounds.close()
    assert "follower" not in [thread.name for thread in threading.enumerate()]


def test_a_long_round_sees_that_it_is_time_to_end() -> None:
    began = threading.Event()

    def work() -> None:
        began.set()
        assert rounds.pause(NEVER_S)

    rounds = Rounds("sweeper", work, NEVER_S)
    rounds.start()
    assert began.wait(PATIENCE_S)
    assert not rounds.closing
    rounds.close()
    assert rounds.closing
    assert rounds.failures == 0


def test_a_round_that_hangs_is_left_behind() -> None:
    began, freed = threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        freed.wait(PATIENCE_S)

    rounds = Rounds("tender", work, NEVER_S, join_s=0.01)
    rounds.start()
    assert began.wait(PATIENCE_S)
    rounds.close()
    assert "tender" in [thread.name for thread in threading.enumerate()]
    freed.set()
    for thread in threading.enumerate():
        if thread.name == "tender":
            thread.join(PATIENCE_S)


def test_what_was_never_started_can_be_closed() -> None:
    Rounds("sweeper", lambda: None, NEVER_S).close()
