import numpy as np
import pytest

from pipelines.gallery.codes import ShortCodes, _balanced_axes
from tests.pipelines.gallery.vectors import face_like, nearest, unit_vectors


def bytes_of(codes: ShortCodes) -> np.ndarray:
    return np.concatenate([codes._block(slot).ravel() for slot in range(0, len(codes), 32)])


@pytest.mark.parametrize("dims_per_code", [2, 4, 8])
def test_codes_after_changes_are_those_of_a_fresh_build(dims_per_code: int) -> None:
    rows, rng = unit_vectors(1500, 32), np.random.default_rng(1)
    codes = ShortCodes.train(rows, dims_per_code)
    fresh = ShortCodes.train(rows, dims_per_code)
    codes.append(rows)
    kept = list(range(len(rows)))
    for _ in range(2000):
        if rng.random() < 0.6:
            slot = int(rng.integers(len(kept)))
            codes.remove(slot)
            kept[slot] = kept[-1]
            kept.pop()
        else:
            row = int(rng.integers(len(rows)))
            codes.append(rows[row : row + 1])
            kept.append(row)
    fresh.append(rows[kept])
    assert len(codes) == len(fresh) == len(kept) > 0
    np.testing.assert_array_equal(bytes_of(codes), bytes_of(fresh))


def test_removed_codes_are_zero_in_memory() -> None:
    rows = unit_vectors(1100, 16)
    codes = ShortCodes.train(rows, 2)
    codes.append(rows[:40])
    for _ in range(40):
        codes.remove(0)
    assert len(codes) == 0
    assert not codes._block(0).any()
    assert not codes._block(32).any()


@pytest.mark.parametrize("draw", [unit_vectors, face_like])
def test_the_nearest_are_among_few_candidates(draw) -> None:
    rows = draw(4000, 64)
    codes = ShortCodes.train(rows, 2)
    codes.append(rows)
    queries = rows[:200]
    found = codes.candidates(queries, 128)
    wanted = nearest(queries, rows, 2)
    assert found.shape == (200, 128)
    # The second nearest is another person's, or another picture's: 400 of which 396 must be there.
    assert sum(np.isin(wanted[row], found[row]).sum() for row in range(200)) >= 396


def test_axes_are_orthogonal_and_the_strongest_go_to_different_codes() -> None:
    strength = np.array([8, 7, 6, 5, 4, 3, 2, 1], np.float32)
    rows = np.random.default_rng(0).standard_normal((5000, 8)).astype(np.float32) * strength
    axes = _balanced_axes(rows, 2)
    np.testing.assert_allclose(axes.T @ axes, np.eye(8), atol=1e-5)
    # Each pair of columns is one code: strongest with weakest, 8 and 1, 7 and 2, 6 and 3, 5 and 4.
    strongest = np.abs(axes).argmax(axis=0).reshape(4, 2)
    assert [sorted(pair) for pair in strongest.tolist()] == [[0, 7], [1, 6], [2, 5], [3, 4]]
