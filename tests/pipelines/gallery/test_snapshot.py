from pathlib import Path

import numpy as np
import pytest

from pipelines.gallery.index import GalleryIndex
from pipelines.gallery.sealed_file import read_sealed
from pipelines.gallery.search_plan import SearchPlan
from tests.pipelines.gallery.vectors import FIRST, SECOND, THIRD, unit_vectors
from vision.errors import BadArray, ModelMismatch, SealBroken

KEY = bytes(range(32))
VECTORS = unit_vectors(1500, 64)


def small_index() -> GalleryIndex:
    index = GalleryIndex(3, "m")
    index.add([10, 20, 30], np.stack([FIRST, SECOND, THIRD]), model_id="m")
    return index


def fast_index() -> GalleryIndex:
    index = GalleryIndex(64, "m", SearchPlan(exact_up_to=1000))
    index.rebuild([(np.arange(1, 1501), VECTORS)], model_id="m")
    assert not index.is_exact
    return index


def contents(path: Path) -> bytes:
    return b"".join(bytes(part) for part in read_sealed(path, KEY)[1].values())


def test_an_empty_index_comes_back_empty(tmp_path: Path) -> None:
    GalleryIndex(3, "m").snapshot(tmp_path / "s", KEY)
    index = small_index()
    index.restore(tmp_path / "s", KEY)
    assert len(index) == 0


def test_an_exact_index_comes_back_and_can_change(tmp_path: Path) -> None:
    small_index().snapshot(tmp_path / "s", KEY)
    index = GalleryIndex(3, "m")
    index.restore(tmp_path / "s", KEY)
    assert index.ids().tolist() == [10, 20, 30]
    index.remove([10])
    index.add([40], FIRST[np.newaxis], model_id="m")
    assert index.search(FIRST[np.newaxis], 1, model_id="m")[0].tolist() == [[40]]


def test_a_fast_index_comes_back_with_its_measured_recall(tmp_path: Path) -> None:
    before = fast_index()
    before.snapshot(tmp_path / "s", KEY)
    index = GalleryIndex(64, "m", before.plan)
    index.restore(tmp_path / "s", KEY)
    assert (index.is_exact, index.recall, index.outgrown) == (False, before.recall, False)
    for ours, theirs in zip(
        index.search(VECTORS[:50], 5, model_id="m"), before.search(VECTORS[:50], 5, model_id="m"), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    index.remove([1])
    index.add([2000], VECTORS[:1], model_id="m")
    assert index.search(VECTORS[:1], 1, model_id="m")[0].tolist() == [[2000]]


def test_the_header_says_model_dimension_and_count(tmp_path: Path) -> None:
    small_index().snapshot(tmp_path / "s", KEY)
    facts = read_sealed(tmp_path / "s", KEY)[0].facts
    assert (facts["model_id"], facts["dim"], facts["count"]) == ("m", 3, 3)


def exact_index() -> GalleryIndex:
    index = GalleryIndex(64, "m")
    index.add(np.arange(1, 11), VECTORS[:10], model_id="m")
    return index


@pytest.mark.parametrize("make", [exact_index, fast_index])
def test_a_removed_vector_is_nowhere_in_the_next_snapshot(tmp_path: Path, make) -> None:
    index = make()
    index.snapshot(tmp_path / "s", KEY)
    assert VECTORS[1].tobytes() in contents(tmp_path / "s")
    index.remove([2])
    index.snapshot(tmp_path / "s", KEY)
    assert VECTORS[1].tobytes() not in contents(tmp_path / "s")
    assert 2 not in np.frombuffer(read_sealed(tmp_path / "s", KEY)[1]["ids"], np.int64)


def test_a_removed_vector_and_its_code_are_nowhere_in_memory() -> None:
    index = fast_index()
    store, fast = index._structure.store, index._structure.fast
    assert fast is not None
    vector, code = VECTORS[700], fast.codes._packer.unpack_1(fast.codes._block(700), 700 % 32)
    before = fast.codes.serialize().tobytes()
    index.remove([701])
    assert vector.tobytes() not in store._vectors.tobytes()
    assert 701 not in store._ids
    assert code.any()
    assert fast.codes.serialize().tobytes() != before
    packed = [fast.codes._packer.unpack_1(fast.codes._block(slot), slot % 32) for slot in range(1504)]
    assert not any((other == code).all() for other in packed)


@pytest.mark.parametrize(
    "damage",
    [lambda whole: whole[:-20], lambda whole: whole[:200], lambda whole: b"", lambda whole: whole[:-1] + b"\0\0"],
)
def test_a_damaged_snapshot_is_refused_and_the_index_is_as_it_was(tmp_path: Path, damage) -> None:
    path = tmp_path / "s"
    fast_index().snapshot(path, KEY)
    path.write_bytes(damage(path.read_bytes()))
    index = GalleryIndex(64, "m")
    index.add([5], VECTORS[:1], model_id="m")
    with pytest.raises(SealBroken):
        index.restore(path, KEY)
    assert index.ids().tolist() == [5]
    index.rebuild([([6], VECTORS[:1])], model_id="m")
    assert index.ids().tolist() == [6]


def test_a_snapshot_of_another_model_or_dimension_is_refused(tmp_path: Path) -> None:
    small_index().snapshot(tmp_path / "s", KEY)
    with pytest.raises(ModelMismatch, match="model n, got vectors of model m"):
        GalleryIndex(3, "n").restore(tmp_path / "s", KEY)
    with pytest.raises(BadArray, match="wanted vectors of 4 dimensions, got 3"):
        GalleryIndex(4, "m").restore(tmp_path / "s", KEY)


def test_a_missing_snapshot_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        GalleryIndex(3, "m").restore(tmp_path / "s", KEY)
