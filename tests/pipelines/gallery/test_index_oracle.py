"""Changes and searches in random order, against numpy comparing everything."""

import numpy as np
import pytest

from pipelines.gallery.index import GalleryIndex
from pipelines.gallery.search_plan import SearchPlan
from tests.pipelines.gallery.vectors import face_like, unit_vectors
from vision.types import FloatArray

STEPS = 400


class Oracle:
    """An index and what must be in it."""

    def __init__(self, index: GalleryIndex, pool: FloatArray, seed: int) -> None:
        self.index = index
        self.pool = pool
        self.rng = np.random.default_rng(seed)
        self.rows: dict[int, FloatArray] = {}
        self.next_id = 1

    def add(self, count: int) -> None:
        vectors = self.pool[self.rng.integers(len(self.pool), size=count)]
        ids = list(range(self.next_id, self.next_id + count))
        self.index.add(ids, vectors, model_id="m")
        self.rows.update(zip(ids, vectors, strict=True))
        self.next_id += count

    def remove(self, count: int) -> None:
        ids = self.rng.choice(list(self.rows), min(count, len(self.rows)), replace=False).tolist()
        assert self.index.remove(ids) == len(ids)
        for gone in ids:
            del self.rows[gone]

    def check(self, query: FloatArray, least_share: float) -> None:
        ids, scores = self.index.search(query[np.newaxis], 5, model_id="m")
        exact = np.sort(np.stack(list(self.rows.values())) @ query)[::-1][:5]
        assert scores.shape == (1, min(5, len(self.rows)))
        own = [float(self.rows[found] @ query) for found in ids[0].tolist()]
        np.testing.assert_allclose(scores[0], own, atol=1e-5)
        assert (scores[0] >= exact - 1e-5).mean() >= least_share
        assert len(set(ids[0].tolist())) == ids.shape[1]

    def step(self, least_share: float) -> None:
        draw = self.rng.random()
        if draw < 0.35:
            self.add(int(self.rng.integers(1, 4)))
        elif draw < 0.65 and len(self.rows) > 4:
            self.remove(int(self.rng.integers(1, 4)))
        elif self.rows:
            self.check(self.pool[int(self.rng.integers(len(self.pool)))], least_share)
        assert len(self.index) == len(self.rows)


@pytest.mark.parametrize("seed", range(3))
def test_exact_search_equals_comparing_everything(seed: int) -> None:
    oracle = Oracle(GalleryIndex(16, "m"), unit_vectors(60, 16), seed)
    for _ in range(STEPS):
        oracle.step(least_share=1.0)
    assert oracle.index.ids().tolist() == sorted(oracle.rows)


@pytest.mark.parametrize("draw", [unit_vectors, face_like])
def test_the_fast_structure_follows_every_change(draw) -> None:
    pool = draw(3000, 64)
    oracle = Oracle(GalleryIndex(64, "m", SearchPlan(exact_up_to=1000)), pool, seed=5)
    oracle.add(1500)
    oracle.index.retune()
    assert not oracle.index.is_exact
    for step in range(STEPS):
        oracle.step(least_share=0.8)
        if step == STEPS // 2:
            oracle.index.retune()
    assert not oracle.index.is_exact
    assert oracle.index.ids().tolist() == sorted(oracle.rows)
