import numpy as np
import pytest

from pipelines.gallery.index import GalleryIndex
from pipelines.gallery.search_plan import SearchPlan
from tests.pipelines.gallery.vectors import FIRST, HALFWAY, SECOND, THIRD, face_like, nearest, unit_vectors
from vision.errors import BadArray, BadInput, Conflict, ModelMismatch
from vision.types import FloatArray

QUERY = HALFWAY[np.newaxis]
FAST = SearchPlan(exact_up_to=1000)


@pytest.fixture
def three() -> GalleryIndex:
    index = GalleryIndex(3, "m")
    index.add([10, 20, 30], np.stack([FIRST, SECOND, THIRD]), model_id="m")
    return index


def fast_index(vectors: FloatArray) -> GalleryIndex:
    index = GalleryIndex(vectors.shape[1], "m", FAST)
    index.rebuild([(np.arange(1, len(vectors) + 1), vectors)], model_id="m")
    assert not index.is_exact
    return index


def test_an_empty_index_answers_with_no_columns() -> None:
    ids, scores = GalleryIndex(3, "m").search(QUERY, 5, model_id="m")
    assert ids.shape == scores.shape == (1, 0)


def test_one_vector_is_found_with_its_cosine() -> None:
    index = GalleryIndex(3, "m")
    index.add([7], FIRST[np.newaxis], model_id="m")
    ids, scores = index.search(QUERY, 5, model_id="m")
    assert ids.tolist() == [[7]]
    np.testing.assert_allclose(scores, [[0.6]], atol=1e-6)


def test_the_nearest_come_best_first(three: GalleryIndex) -> None:
    ids, scores = three.search(np.stack([HALFWAY, THIRD]), 2, model_id="m")
    assert ids[0].tolist() == [20, 10]
    assert ids[1, 0] == 30
    np.testing.assert_allclose(scores[0], [0.8, 0.6], atol=1e-6)


def test_no_query_has_no_rows(three: GalleryIndex) -> None:
    assert three.search(QUERY[:0], 2, model_id="m")[0].shape == (0, 2)


def test_one_vector_may_stand_under_two_ids(three: GalleryIndex) -> None:
    three.add([40], SECOND[np.newaxis], model_id="m")
    ids, _ = three.search(SECOND[np.newaxis], 2, model_id="m")
    assert sorted(ids[0].tolist()) == [20, 40]


def test_length_contents_and_ids(three: GalleryIndex) -> None:
    assert len(three) == 3
    assert 20 in three
    assert 21 not in three
    assert three.ids().tolist() == [10, 20, 30]
    assert three.is_exact
    assert three.recall == 1.0


@pytest.mark.parametrize(
    "query", [QUERY.astype(np.float64), np.full((1, 3), np.nan, np.float32), QUERY * 2, QUERY[:, :2], HALFWAY]
)
def test_bad_vectors_neither_search_nor_enter(three: GalleryIndex, query: np.ndarray) -> None:
    with pytest.raises(BadArray, match="wanted"):
        three.search(query, 1, model_id="m")
    with pytest.raises(BadArray, match="wanted"):
        three.add([40], query, model_id="m")
    assert len(three) == 3


def test_another_models_vectors_are_refused(three: GalleryIndex) -> None:
    with pytest.raises(ModelMismatch, match="model m, got vectors of model n"):
        three.search(QUERY, 1, model_id="n")
    with pytest.raises(ModelMismatch):
        three.add([40], QUERY, model_id="n")
    with pytest.raises(ModelMismatch):
        three.rebuild([([40], QUERY)], model_id="n")
    assert three.ids().tolist() == [10, 20, 30]


@pytest.mark.parametrize("ids", [[20, 40], [40, 40]])
def test_an_id_twice_is_refused_and_nothing_enters(three: GalleryIndex, ids: list[int]) -> None:
    with pytest.raises(Conflict):
        three.add(ids, np.stack([FIRST, SECOND]), model_id="m")
    assert three.ids().tolist() == [10, 20, 30]


def test_ids_and_vectors_must_be_as_many(three: GalleryIndex) -> None:
    with pytest.raises(BadInput, match="2 ids and 1 vectors"):
        three.add([40, 50], QUERY, model_id="m")


def test_at_least_one_answer_must_be_asked_for(three: GalleryIndex) -> None:
    with pytest.raises(BadInput, match="got 0"):
        three.search(QUERY, 0, model_id="m")


def test_what_was_removed_is_not_found(three: GalleryIndex) -> None:
    assert three.remove([20, 99]) == 1
    assert three.search(QUERY, 5, model_id="m")[0].tolist() == [[10, 30]]
    assert three.remove([20]) == 0
    assert three.remove([10, 30]) == 2
    assert len(three) == 0


def test_a_removed_id_may_come_again(three: GalleryIndex) -> None:
    three.remove([20])
    three.add([20], THIRD[np.newaxis], model_id="m")
    assert three.search(THIRD[np.newaxis], 2, model_id="m")[1].tolist() == [[1.0, 1.0]]


def test_a_rebuild_replaces_everything(three: GalleryIndex) -> None:
    three.rebuild([([1], FIRST[np.newaxis]), ([2], SECOND[np.newaxis])], model_id="m")
    assert three.ids().tolist() == [1, 2]


def test_a_rebuild_from_nothing_empties(three: GalleryIndex) -> None:
    three.rebuild([], model_id="m")
    assert len(three) == 0


def test_a_rebuild_that_fails_changes_nothing(three: GalleryIndex) -> None:
    with pytest.raises(Conflict):
        three.rebuild([([1], FIRST[np.newaxis]), ([1], SECOND[np.newaxis])], model_id="m")
    three.add([40], FIRST[np.newaxis], model_id="m")
    assert three.ids().tolist() == [10, 20, 30, 40]


def test_the_fast_structure_finds_what_exact_search_finds() -> None:
    vectors = face_like(6000, 64)
    index = fast_index(vectors)
    wanted = nearest(vectors[:300], vectors, 10) + 1
    ids, scores = index.search(vectors[:300], 10, model_id="m")
    assert index.recall >= 0.99
    assert (ids[:, :2] == wanted[:, :2]).mean() >= 0.99
    found = np.mean([np.isin(wanted[row], ids[row]).mean() for row in range(300)])
    assert found >= 0.98
    np.testing.assert_allclose(scores[:, 0], 1.0, atol=1e-5)
    assert (np.diff(scores, axis=1) <= 0).all()


def test_queries_turned_from_enrolled_vectors_find_them() -> None:
    vectors = unit_vectors(6000, 128)
    aside = unit_vectors(2000, 128, seed=1)
    aside -= (aside * vectors[:2000]).sum(axis=1, keepdims=True) * vectors[:2000]
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    # 0.75 squared is 0.5625; the rest, 0.4375, is the square of 0.66144.
    queries = (0.75 * vectors[:2000] + 0.66144 * aside).astype(np.float32)
    ids, scores = fast_index(vectors).search(queries, 1, model_id="m")
    assert (ids[:, 0] == np.arange(1, 2001)).mean() >= 0.995
    assert np.median(scores) == pytest.approx(0.75, abs=1e-3)


def test_asking_the_fast_structure_for_nearly_all_gives_nearly_all() -> None:
    vectors = unit_vectors(1200, 64)
    ids, _ = fast_index(vectors).search(vectors[:1], 1199, model_id="m")
    assert np.unique(ids[0]).size == 1199
    assert ids[0, 0] == 1


def test_an_index_that_grew_past_exact_search_is_outgrown_until_retuned() -> None:
    index, vectors = GalleryIndex(64, "m", FAST), unit_vectors(2500, 64)
    index.add(np.arange(1, 1001), vectors[:1000], model_id="m")
    assert not index.outgrown
    index.add(np.arange(1001, 1201), vectors[1000:1200], model_id="m")
    assert index.outgrown
    index.retune()
    assert not index.outgrown
    assert not index.is_exact
    assert index.ids().tolist() == list(range(1, 1201))
    index.add(np.arange(1201, 2401), vectors[1200:2400], model_id="m")
    # Made for 1,200, now 2,400.
    assert index.outgrown


def test_bytes_are_those_of_vectors_ids_and_codes() -> None:
    index = fast_index(unit_vectors(6016, 128))
    # 4 x 128 of the vector, 8 of the id, 4 bits for each 4 dimensions; 6,016 is 188 blocks of 32 codes.
    assert index.nbytes / 6016 == 512 + 8 + 16


def test_a_removed_vector_and_its_code_are_nowhere_in_memory() -> None:
    vectors = unit_vectors(1500, 64)
    index = fast_index(vectors)
    store, fast = index._structure.store, index._structure.fast
    assert fast is not None
    vector, code = vectors[700], fast.codes._packer.unpack_1(fast.codes._block(700), 700 % 32)
    index.remove([701])
    assert vector.tobytes() not in store._vectors.tobytes()
    assert 701 not in store._ids
    assert code.any()
    packed = [fast.codes._packer.unpack_1(fast.codes._block(slot), slot % 32) for slot in range(1504)]
    assert not any((other == code).all() for other in packed)
