"""Whose turn it is."""

import threading

import pytest

from pipelines.ingest.turns import LaneBeat, Turns
from tests.pipelines.ingest.fakes import PATIENCE_S, until


def test_cameras_take_turns_in_the_order_in_which_they_asked() -> None:
    turns, served = Turns(1), []

    def ask(name: str) -> None:
        with turns.turn("street"):
            served.append(name)

    threads = []
    with turns.turn("street"):
        for number, name in enumerate("abcde"):
            threads.append(threading.Thread(target=ask, args=(name,)))
            threads[-1].start()
            until(lambda wanted=number + 1: len(turns._waiting) == wanted)
    for thread in threads:
        thread.join(PATIENCE_S)
    assert served == list("abcde")


def test_a_camera_that_asks_again_stands_behind_those_who_wait() -> None:
    turns, served, both = Turns(1), [], threading.Barrier(2)

    def analyst(name: str) -> None:
        both.wait(PATIENCE_S)
        for _ in range(200):
            with turns.turn("street"):
                served.append(name)

    threads = [threading.Thread(target=analyst, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert (served.count("a"), served.count("b")) == (200, 200)


def test_no_more_than_the_slots_are_at_work_at_once() -> None:
    turns, inside, most, lock = Turns(2), 0, 0, threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(50):
            with turns.turn("face"):
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert most <= 2
    assert turns.beats() == {"face": LaneBeat(300, 0.0)}


def test_a_lane_that_hangs_shows_for_how_long() -> None:
    now_s = [10.0]
    turns = Turns(2, lambda: now_s[0])
    with turns.turn("plate"):
        now_s[0] = 52.0
        assert turns.beats() == {"plate": LaneBeat(0, 42.0)}
    assert turns.beats() == {"plate": LaneBeat(1, 0.0)}


def test_a_turn_that_breaks_is_given_back() -> None:
    turns = Turns(1)
    with pytest.raises(ValueError, match="broken"), turns.turn("face"):
        raise ValueError("broken")
    with turns.turn("face"):
        pass
    assert turns.beats()["face"].finished == 2
