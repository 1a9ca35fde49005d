import numpy as np
import pytest

from pipelines.gallery.checks import as_ids, check_model, check_vectors
from tests.pipelines.gallery.vectors import FIRST, HALFWAY
from vision.errors import BadArray, Conflict, ModelMismatch


def test_unit_vectors_pass() -> None:
    check_vectors(np.stack([FIRST, HALFWAY]), 3)


def test_no_vectors_pass() -> None:
    check_vectors(np.empty((0, 3), np.float32), 3)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (FIRST[np.newaxis].astype(np.float64), r"wanted \(N, 3\) float32, got \(1, 3\) float64"),
        (FIRST[np.newaxis, :2], r"wanted \(N, 3\) float32, got \(1, 2\) float32"),
        (FIRST, r"wanted \(N, 3\) float32, got \(3,\) float32"),
        (np.array([[np.nan, 0, 0]], np.float32), "wanted finite values, got length nan in 1 of 1 rows"),
        (np.array([[np.inf, 0, 0]], np.float32), "wanted finite values, got length inf"),
        (np.array([[1, 0, 0], [3, 4, 0]], np.float32), "wanted unit length, got length 5.0000 in 1 of 2 rows"),
        (np.zeros((1, 3), np.float32), "wanted unit length, got length 0.0000"),
    ],
)
def test_other_vectors_are_refused_with_wanted_and_got(vectors: np.ndarray, message: str) -> None:
    with pytest.raises(BadArray, match=message):
        check_vectors(vectors, 3)


def test_a_length_off_by_the_rounding_of_float16_passes() -> None:
    check_vectors(HALFWAY[np.newaxis] * np.float32(1.0005), 3)


def test_ids_become_int64() -> None:
    ids = as_ids([3, 1])
    assert ids.dtype == np.int64
    assert ids.tolist() == [3, 1]


def test_no_ids_are_an_empty_row() -> None:
    assert as_ids([]).shape == (0,)


@pytest.mark.parametrize("ids", [[0], [-1], [1.5], [[1, 2]], ["a"]])
def test_ids_that_are_no_row_of_positive_whole_numbers_are_refused(ids: list[int]) -> None:
    with pytest.raises(BadArray, match="whole numbers above 0"):
        as_ids(ids)


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(Conflict, match="1 repeated"):
        as_ids([4, 5, 4])


def test_another_model_is_refused_by_name() -> None:
    check_model("a", "a")
    with pytest.raises(ModelMismatch, match="wanted vectors of model a, got vectors of model b"):
        check_model("a", "b")
