"""The slot between grabber and stage."""

import threading

import numpy as np

from pipelines.ingest.slot import FrameSlot
from tests.fakes import NOW
from vision.types import Frame


def frame(seq: int) -> Frame:
    return Frame("north", seq, NOW, np.zeros((2, 2, 3), np.uint8))


def taken(slot: FrameSlot) -> int:
    got = slot.take()
    assert got is not None
    return got.seq


def test_a_live_slot_keeps_the_newest_frame_and_says_that_it_dropped_one() -> None:
    slot = FrameSlot(waits=False)
    assert [slot.put(frame(seq)) for seq in range(3)] == [False, True, True]
    assert taken(slot) == 2
    assert slot.put(frame(3)) is False


def test_a_waiting_slot_drops_nothing() -> None:
    slot = FrameSlot(waits=True)
    dropped: list[bool] = []

    def put_all() -> None:
        dropped.extend(slot.put(frame(seq)) for seq in range(20))
        slot.close()

    thread = threading.Thread(target=put_all)
    thread.start()
    got = []
    while (one := slot.take()) is not None:
        got.append(one.seq)
    thread.join()
    assert got == list(range(20))
    assert dropped == [False] * 20


def test_a_closed_slot_still_gives_its_frame_and_then_none() -> None:
    slot = FrameSlot(waits=False)
    slot.put(frame(0))
    slot.close()
    assert taken(slot) == 0
    assert slot.take() is None


def test_closing_frees_whoever_waits_to_put() -> None:
    slot = FrameSlot(waits=True)
    slot.put(frame(0))
    dropped: list[bool] = []
    thread = threading.Thread(target=lambda: dropped.append(slot.put(frame(1))))
    thread.start()
    slot.close()
    thread.join(10)
    assert dropped == [True]
