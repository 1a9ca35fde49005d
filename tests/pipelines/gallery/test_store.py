import numpy as np
import pytest

from pipelines.gallery.store import VectorStore
from tests.pipelines.gallery.vectors import FIRST, SECOND, THIRD, unit_vectors
from vision.errors import Conflict


@pytest.fixture
def three() -> VectorStore:
    store = VectorStore(3)
    store.append(np.array([10, 20, 30]), np.stack([FIRST, SECOND, THIRD]))
    return store


def test_a_new_store_is_empty() -> None:
    store = VectorStore(3)
    assert len(store) == 0
    assert store.vectors.shape == (0, 3)
    assert not store.holds(np.array([1]))


def test_rows_stay_beside_their_ids(three: VectorStore) -> None:
    assert three.ids.tolist() == [10, 20, 30]
    np.testing.assert_array_equal(three.vectors, np.eye(3))
    assert three.slots_of(np.array([30, 10, 99])).tolist() == [0, 2]


def test_an_id_that_is_here_is_refused_and_nothing_added(three: VectorStore) -> None:
    with pytest.raises(Conflict, match="got 1 that are"):
        three.append(np.array([40, 20]), np.stack([FIRST, SECOND]))
    assert three.ids.tolist() == [10, 20, 30]


def test_removing_fills_the_gap_with_the_last_row_and_zeroes_that(three: VectorStore) -> None:
    three.remove(0)
    assert three.ids.tolist() == [30, 20]
    np.testing.assert_array_equal(three.vectors, [THIRD, SECOND])
    assert three._ids.tolist() == [30, 20, 0]
    np.testing.assert_array_equal(three._vectors[2], [0, 0, 0])


def test_removing_the_last_row_leaves_nothing_of_it(three: VectorStore) -> None:
    three.remove(2)
    assert three.ids.tolist() == [10, 20]
    assert not three._vectors[2].any()


def test_single_additions_keep_every_row() -> None:
    store, rows = VectorStore(4), unit_vectors(100, 4)
    for number, row in enumerate(rows):
        store.append(np.array([number + 1]), row[np.newaxis])
    assert store.ids.tolist() == list(range(1, 101))
    np.testing.assert_array_equal(store.vectors, rows)


def test_bytes_are_those_of_ids_and_vectors(three: VectorStore) -> None:
    assert three.nbytes == 3 * (8 + 3 * 4)
