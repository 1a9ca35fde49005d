"""Who posts at the same time is committed together, and acknowledged after that commit or not at all."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from pipelines.bus.bus import Letter
from pipelines.bus.spool import Spool
from tests.pipelines.bus.conftest import eventually
from tests.pipelines.bus.letters import letters
from vision.errors import NotTaken


class Posters:
    """Threads that each put some letters, and what they were told."""

    def __init__(self, spool: Spool, posts: Sequence[Sequence[Letter]]) -> None:
        self._spool = spool
        self._threads = [threading.Thread(target=self._put, args=(post,)) for post in posts]
        self.acknowledged: list[str] = []
        self.refused: dict[str, str] = {}

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _put(self, post: Sequence[Letter]) -> None:
        try:
            self._spool.put(post)
        except NotTaken as error:
            self.refused[post[0].id] = str(error)
        else:
            self.acknowledged += [letter.id for letter in post]


@contextmanager
def _all_at_once(spool: Spool, posts: Sequence[Sequence[Letter]]) -> Iterator[Posters]:
    """All posts wait when the block ends, as if the disk had been busy until then; then they are decided."""
    posters = Posters(spool, posts)
    with spool._lock:
        posters.start()
        eventually(lambda: len(spool._waiting) == len(posts))
        yield posters
    posters.join()


def _in_spool(spool: Spool) -> set[str]:
    return {letter.id for _, letter in spool.after(0, 10_000)}


def test_who_waits_is_committed_with_one_commit(spool: Spool) -> None:
    statements: list[str] = []
    with _all_at_once(spool, [letters(2, first) for first in range(0, 40, 2)]) as posters:
        spool._connection.set_trace_callback(statements.append)
    assert statements.count("COMMIT") == 1
    assert sorted(posters.acknowledged) == sorted(letter.id for letter in letters(40))
    assert _in_spool(spool) == set(posters.acknowledged)
    assert spool.depth == 40


def test_nobody_is_acknowledged_before_the_commit(spool: Spool) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold_the_commit(statement: str) -> None:
        if statement == "COMMIT":
            begun.set()
            go_on.wait(60)

    posters = Posters(spool, [letters(1, first) for first in range(5)])
    with spool._lock:
        posters.start()
        eventually(lambda: len(spool._waiting) == 5)
        spool._connection.set_trace_callback(hold_the_commit)
    assert begun.wait(60)
    assert (posters.acknowledged, posters.refused, spool.depth) == ([], {}, 0)
    go_on.set()
    posters.join()
    assert len(posters.acknowledged) == 5


def test_a_commit_that_fails_fails_for_all_that_waited_and_loses_nothing(spool: Spool) -> None:
    spool.put(letters(10))
    pages = spool._connection.execute("PRAGMA page_count").fetchone()[0]
    with _all_at_once(spool, [letters(30, 10), letters(30, 40), letters(30, 70)]) as posters:
        spool._connection.execute(f"PRAGMA max_page_count={pages}")
    assert posters.acknowledged == []
    assert len(posters.refused) == 3
    assert all("full" in reason for reason in posters.refused.values())
    assert _in_spool(spool) == {letter.id for letter in letters(10)}
    assert spool.depth == 10
    spool._connection.execute("PRAGMA max_page_count=100000")
    spool.put(letters(90, first=10))
    assert spool.depth == 100


def test_one_that_does_not_fit_is_refused_and_the_others_of_its_group_are_not(spool: Spool) -> None:
    large = letters(101)
    with _all_at_once(spool, [letters(40, 200), large, letters(40, 300)]) as posters:
        pass
    assert set(posters.refused) == {large[0].id}
    assert len(posters.acknowledged) == spool.depth == 80


def test_a_letter_that_cannot_be_written_leaves_the_spool_of_use(spool: Spool) -> None:
    with pytest.raises(UnicodeEncodeError):
        spool.put([*letters(1), Letter("half-\ud800", "event", "{}")])
    assert spool.depth == 0
    spool.put(letters(2))
    assert _in_spool(spool) == {letter.id for letter in letters(2)}


def test_many_that_post_one_by_one_lose_nothing(spool: Spool) -> None:
    posters = Posters(spool, [letters(1, number) for number in range(100)])
    posters.start()
    posters.join()
    assert len(posters.acknowledged) == spool.depth == 100
    assert _in_spool(spool) == set(posters.acknowledged)
