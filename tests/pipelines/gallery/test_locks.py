import threading
import time
from collections.abc import Callable

import pytest

from pipelines.gallery.locks import ReadWriteLock

WAIT_S = 5.0


def start(target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def test_two_readers_hold_it_at_once() -> None:
    lock, both = ReadWriteLock(), threading.Barrier(2)

    def read() -> None:
        with lock.reading():
            both.wait(WAIT_S)

    threads = [start(read), start(read)]
    for thread in threads:
        thread.join(WAIT_S)
    assert not both.broken
    assert not any(thread.is_alive() for thread in threads)


def test_a_writer_waits_for_the_reader_and_new_readers_for_the_writer() -> None:
    lock, order = ReadWriteLock(), []

    def write() -> None:
        with lock.writing():
            order.append("write")

    def read() -> None:
        with lock.reading():
            order.append("read")

    with lock.reading():
        writer = start(write)
        while not lock._writers_waiting:
            time.sleep(0.001)
        reader = start(read)
        assert order == []
    writer.join(WAIT_S)
    reader.join(WAIT_S)
    assert order == ["write", "read"]


def test_an_error_inside_lets_go() -> None:
    lock = ReadWriteLock()
    with pytest.raises(ValueError, match="x"), lock.writing():
        raise ValueError("x")
    with pytest.raises(ValueError, match="y"), lock.reading():
        raise ValueError("y")
    with lock.writing():
        pass
