"""Searches and changes while a rebuild is at work."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from pipelines.gallery.index import Batch, GalleryIndex
from pipelines.gallery.search_plan import SearchPlan
from tests.pipelines.gallery.vectors import FIRST, SECOND, THIRD, unit_vectors

WAIT_S = 10.0


class HeldRebuild:
    """A rebuild to FIRST and SECOND (ids 1, 2), stopped between its two batches."""

    def __init__(self, index: GalleryIndex) -> None:
        self._index = index
        self._begun, self._go_on = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._rebuild, daemon=True)
        self._thread.start()
        assert self._begun.wait(WAIT_S)

    def finish(self) -> None:
        self._go_on.set()
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive()

    def _rebuild(self) -> None:
        self._index.rebuild(self._batches(), model_id="m")

    def _batches(self) -> Iterator[Batch]:
        yield [1], FIRST[np.newaxis]
        self._begun.set()
        assert self._go_on.wait(WAIT_S)
        yield [2], SECOND[np.newaxis]


@pytest.fixture
def index() -> GalleryIndex:
    index = GalleryIndex(3, "m")
    index.add([9], THIRD[np.newaxis], model_id="m")
    return index


def test_a_search_during_a_rebuild_answers_from_the_old_index(index: GalleryIndex) -> None:
    rebuild = HeldRebuild(index)
    assert index.search(FIRST[np.newaxis], 5, model_id="m")[0].tolist() == [[9]]
    rebuild.finish()
    assert index.ids().tolist() == [1, 2]


def test_what_is_added_during_a_rebuild_is_in_both(index: GalleryIndex) -> None:
    rebuild = HeldRebuild(index)
    index.add([5], THIRD[np.newaxis], model_id="m")
    assert index.ids().tolist() == [5, 9]
    rebuild.finish()
    assert index.ids().tolist() == [1, 2, 5]
    assert index.search(THIRD[np.newaxis], 1, model_id="m")[0].tolist() == [[5]]


def test_what_the_rebuild_reads_and_is_added_meanwhile_is_there_once(index: GalleryIndex) -> None:
    rebuild = HeldRebuild(index)
    index.add([2], SECOND[np.newaxis], model_id="m")
    rebuild.finish()
    assert index.ids().tolist() == [1, 2]


def test_what_is_removed_during_a_rebuild_does_not_come_back(index: GalleryIndex) -> None:
    rebuild = HeldRebuild(index)
    assert index.remove([1]) == 0
    rebuild.finish()
    assert index.ids().tolist() == [2]


def test_changes_after_a_rebuild_are_not_kept_twice(index: GalleryIndex) -> None:
    HeldRebuild(index).finish()
    index.add([3], THIRD[np.newaxis], model_id="m")
    index.remove([3])
    HeldRebuild(index).finish()
    assert index.ids().tolist() == [1, 2]


def test_searches_side_by_side_with_changes_and_retuning_stay_right() -> None:
    vectors = unit_vectors(3000, 64)
    index = GalleryIndex(64, "m", SearchPlan(exact_up_to=1000))
    index.rebuild([(np.arange(1, 2001), vectors[:2000])], model_id="m")
    stop, failures, answers = threading.Event(), [], []

    def search(seed: int) -> None:
        rng = np.random.default_rng(seed)
        while not stop.is_set():
            row = int(rng.integers(2000))
            ids, scores = index.search(vectors[row : row + 1], 3, model_id="m")
            answers.append(row)
            if ids[0, 0] != row + 1 or abs(scores[0, 0] - 1.0) > 1e-4:
                failures.append((row, ids, scores))

    threads = [threading.Thread(target=search, args=(seed,), daemon=True) for seed in range(3)]
    for thread in threads:
        thread.start()
    for row in range(2000, 2300):
        index.add([row + 1], vectors[row : row + 1], model_id="m")
        if row % 3:
            index.remove([row + 1])
    index.retune()
    stop.set()
    for thread in threads:
        thread.join(WAIT_S)
    assert failures == []
    assert len(answers) > 0
    # 2,001, 2,004, ... 2,298 divided by 3 (as rows 2,001 to 2,298) stay: 100 of 300.
    assert len(index) == 2100
