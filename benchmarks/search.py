"""The benchmark `search`: the gallery index against FAISS's exact flat search, in unit vectors drawn at random."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.options import BenchOptions
from benchmarks.result import Metrics, Result, this_machine
from benchmarks.timing import in_turn, percentiles_ms, timed
from pipelines.gallery.exact import use_one_thread
from pipelines.gallery.index import GalleryIndex
from vision.errors import ConfigurationError
from vision.types import FloatArray

COSINE = 0.75
"""Of a query with the enrolled vector it is made from: a new picture of an enrolled person."""
QUERIES = 2_000
RESULTS = 16
"""Asked for by each search, as an identifying gate asks: two subjects of up to eight templates."""
ROUND = 20
"""Queries that flat search and the index answer in turn."""
SWEPT_QUERIES = 200
WARM_UPS = 5
_MODEL = "random"


@dataclass(frozen=True, slots=True, eq=False)
class SearchTask:
    """Vectors to enrol and the queries whose answers are known.

    Attributes:
        vectors: (N, D) unit vectors; the id of each is its row number plus 1.
        queries: (Q, D) unit vectors.
        answers: (Q,) the id that each query is made from.
    """

    vectors: FloatArray
    queries: FloatArray
    answers: NDArray[np.int64]


def run(options: BenchOptions, *, vectors: int = 1_000_000, dim: int = 128) -> Result:
    """Measure the gallery index and flat search in turn, one query at a time, both on one thread.

    Args:
        options: `limit` is the number of queries, 2,000 unless given.
        vectors: how many are enrolled.
        dim: of the vectors.

    Raises:
        ConfigurationError: more than one thread, fewer than one vector, or a peer (flat search is always measured).
    """
    options.check_peers(())
    if options.threads != 1 or vectors < 1:
        raise ConfigurationError(f"search: wanted 1 thread, 1 vector or more, got {options.threads} and {vectors}")
    task = draw_task(vectors, dim, options.limit or QUERIES, options.seed)
    metrics, conditions = measure(task)
    return Result(
        benchmark="search",
        command=options.command,
        models=(),
        machine=this_machine(options.provider, options.threads),
        n=len(task.queries),
        metrics=metrics,
        ratios={"search_speed_vs_flat": float(str(metrics["speedup_vs_flat"]))},
        conditions={"vectors": vectors, "dim": dim, "cosine": COSINE, "results": RESULTS, "round": ROUND, **conditions},
    )


def draw_task(vectors: int, dim: int, queries: int, seed: int) -> SearchTask:
    """Unit vectors drawn evenly from the sphere, and queries turned from some of them to cosine 0.75."""
    rng = np.random.default_rng(seed)
    enrolled = rng.standard_normal((vectors, dim), dtype=np.float32)
    enrolled /= np.linalg.norm(enrolled, axis=1, keepdims=True)
    chosen = rng.choice(vectors, queries, replace=queries > vectors)
    return SearchTask(enrolled, turned(enrolled[chosen], COSINE, rng), chosen + 1)


def turned(vectors: FloatArray, cosine: float, rng: np.random.Generator) -> FloatArray:
    """Unit vectors that have this cosine with the given unit vectors (N, D >= 2), in random directions."""
    aside = rng.standard_normal(vectors.shape).astype(np.float32)
    aside -= (aside * vectors).sum(axis=1, keepdims=True) * vectors
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    return (np.float32(cosine) * vectors + np.float32(np.sqrt(1.0 - cosine**2)) * aside).astype(np.float32)


def measure(task: SearchTask) -> tuple[Metrics, Metrics]:
    """The contract's metrics, and the conditions they hold for.

    Flat search and the index answer 20 queries each in turn. Flat search sweeps the processor's caches, as another
    program may: `swept_ms_p50` is the index's time for a single query right after one of flat search.
    """
    count, dim = task.vectors.shape
    index = GalleryIndex(dim, _MODEL)
    everyone = [(np.arange(1, count + 1), task.vectors)]
    build_s, _ = timed(lambda: index.rebuild(everyone, model_id=_MODEL))
    ours = _Searcher(task, lambda query: index.search(query, RESULTS, model_id=_MODEL)[0])
    flat = _Searcher(task, _flat_search(task.vectors))
    for start in range(0, len(task.queries), ROUND):
        for searcher in (flat, ours):
            searcher.answer(range(start, min(start + ROUND, len(task.queries))))
    swept = in_turn({"flat": flat.search, "ours": ours.search}, min(SWEPT_QUERIES, len(task.queries)), WARM_UPS)
    metrics: Metrics = {
        **percentiles_ms(flat.seconds, "flat_ms", (50,)),
        **percentiles_ms(ours.seconds),
        **percentiles_ms(swept["ours"], "swept_ms", (50,)),
        "speedup_vs_flat": flat.median_s / ours.median_s,
        "swept_speedup_vs_flat": float(np.median(swept["flat"]) / np.median(swept["ours"])),
        "recall_at_1": ours.recall_at_1,
        "flat_recall_at_1": flat.recall_at_1,
        "build_s": build_s,
        "bytes_per_vector": index.nbytes / count,
    }
    return metrics, {"exact": index.is_exact, "measured_recall": index.recall, "warm_ups": WARM_UPS}


class _Searcher:
    """One implementation, its answers and its times.

    Args:
        task: the queries.
        nearest: from a query (1, D) to ids (1, k), best first.
    """

    def __init__(self, task: SearchTask, nearest: Callable[[FloatArray], NDArray[np.int64]]) -> None:
        self.seconds: list[float] = []
        self._task = task
        self._nearest = nearest
        self._found = np.zeros_like(task.answers)
        for _ in range(WARM_UPS):
            self.search(0)

    def search(self, number: int) -> None:
        """Answer one query."""
        self._found[number] = self._nearest(self._task.queries[number : number + 1])[0, 0]

    def answer(self, numbers: Iterable[int]) -> None:
        """Answer queries and keep the time of each."""
        self.seconds += [timed(partial(self.search, number))[0] for number in numbers]

    @property
    def median_s(self) -> float:
        """Of one query."""
        return float(np.median(self.seconds))

    @property
    def recall_at_1(self) -> float:
        """Share of the queries whose best answer is the vector they were made from."""
        return float((self._found == self._task.answers).mean())


def _flat_search(vectors: FloatArray) -> Callable[[FloatArray], NDArray[np.int64]]:
    use_one_thread()
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)

    def nearest(query: FloatArray) -> NDArray[np.int64]:
        ids: NDArray[np.int64] = flat.search(query, RESULTS)[1] + 1
        return ids

    return nearest
