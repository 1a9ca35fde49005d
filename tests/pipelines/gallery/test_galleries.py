"""Galleries in memory follow the store."""

import threading

import numpy as np
import pytest

from pipelines.gallery.galleries import Galleries
from tests.fakes import DIMENSION, FakeEmbedder
from tests.pipelines.site import GALLERY, Site
from vision.types import Embedding

MODEL = "fake-v1"
PEOPLE = FakeEmbedder(MODEL)


def store_templates(site: Site, *embeddings: Embedding) -> str:
    """A new subject with these templates, straight into the store."""
    subject_id = site.subject()
    site.store.templates.add(subject_id, GALLERY, [(one, 0.9) for one in embeddings], actor="test")
    return subject_id


def between(one: int, other: int, share: float) -> Embedding:
    """A vector with cosine `share` to one person and the rest towards the other."""
    vector = np.zeros(DIMENSION, np.float32)
    vector[one], vector[other] = share, np.sqrt(1 - share**2)
    return Embedding(vector, MODEL)


def test_an_empty_gallery_finds_nobody(site: Site) -> None:
    assert site.galleries.identify(GALLERY, PEOPLE.embedding(0), 2) == []
    assert site.galleries.count(GALLERY, MODEL) == 0


def test_matches_are_subjects_best_first_each_with_its_best_template(site: Site) -> None:
    first = store_templates(site, between(0, 9, 0.9), between(0, 9, 0.7))
    second = store_templates(site, between(0, 8, 0.8))
    matches = site.galleries.identify(GALLERY, PEOPLE.embedding(0), 5)
    assert [match.subject_id for match in matches] == [first, second]
    assert [match.score for match in matches] == pytest.approx([0.9, 0.8])


def test_the_runner_up_is_another_subject_however_many_templates_the_first_has(site: Site) -> None:
    many = store_templates(site, *[between(0, 9, 0.99 - 0.001 * number) for number in range(40)])
    other = store_templates(site, between(0, 8, 0.5))
    matches = site.galleries.identify(GALLERY, PEOPLE.embedding(0), 2)
    assert [match.subject_id for match in matches] == [many, other]
    assert [match.score for match in matches] == pytest.approx([0.99, 0.5])


def test_templates_that_come_later_are_found(site: Site) -> None:
    assert site.galleries.identify(GALLERY, PEOPLE.embedding(0), 1) == []
    subject_id = store_templates(site, PEOPLE.embedding(0))
    assert site.galleries.follow(GALLERY, [MODEL])
    (match,) = site.galleries.identify(GALLERY, PEOPLE.embedding(0), 1)
    assert match.subject_id == subject_id
    assert site.galleries.count(GALLERY, MODEL) == 1


def test_an_erased_subject_is_found_no_more(site: Site) -> None:
    gone, stays = store_templates(site, PEOPLE.embedding(0)), store_templates(site, between(0, 8, 0.6))
    assert site.galleries.identify(GALLERY, PEOPLE.embedding(0), 1)[0].subject_id == gone
    site.store.subjects.erase(gone, actor="test")
    assert site.galleries.follow(GALLERY, [MODEL])
    (match,) = site.galleries.identify(GALLERY, PEOPLE.embedding(0), 2)
    assert match.subject_id == stays
    assert not site.galleries.enrolled(GALLERY, MODEL, gone)


def test_a_restart_finds_what_the_store_holds(site: Site) -> None:
    subject_id = store_templates(site, PEOPLE.embedding(3), PEOPLE.embedding(3, take=1))
    fresh = Galleries(site.store, exact_limit=50_000)
    (match,) = fresh.identify(GALLERY, PEOPLE.embedding(3), 1)
    assert match.subject_id == subject_id
    assert fresh.count(GALLERY, MODEL) == 2


def test_galleries_do_not_see_each_others_people(site: Site) -> None:
    site.gallery("visitors")
    store_templates(site, PEOPLE.embedding(0))
    assert site.galleries.identify("visitors", PEOPLE.embedding(0), 1) == []


def test_only_templates_of_the_probes_model_are_compared(site: Site) -> None:
    other = FakeEmbedder("fake-v2")
    store_templates(site, PEOPLE.embedding(0))
    assert site.galleries.identify(GALLERY, other.embedding(0), 1) == []
    assert site.galleries.count(GALLERY, "fake-v2") == 0


def test_subjects_enrolled_with_a_newer_model_are_left_out(site: Site) -> None:
    newer = FakeEmbedder("fake-v2")
    moved = store_templates(site, PEOPLE.embedding(0), newer.embedding(0))
    stays = store_templates(site, between(0, 8, 0.7))
    (match,) = site.galleries.identify(GALLERY, PEOPLE.embedding(0), 2, newer_models=["fake-v2"])
    assert match.subject_id == stays
    assert site.galleries.enrolled(GALLERY, "fake-v2", moved)


def test_compare_takes_the_subjects_best_template_of_the_probes_model(site: Site) -> None:
    subject_id = store_templates(site, between(0, 9, 0.6), between(0, 9, 0.8))
    assert site.galleries.compare(GALLERY, subject_id, PEOPLE.embedding(0)) == pytest.approx(0.8)
    assert site.galleries.compare(GALLERY, subject_id, FakeEmbedder("fake-v2").embedding(0)) is None
    site.store.subjects.erase(subject_id, actor="test")
    assert site.galleries.compare(GALLERY, subject_id, PEOPLE.embedding(0)) is None


def test_enrolling_and_erasing_while_others_search_loses_nobody_and_finds_no_ghost(site: Site) -> None:
    stays = store_templates(site, PEOPLE.embedding(0))
    stop = threading.Event()
    seen: list[int] = []

    def search() -> None:
        while not stop.is_set():
            site.galleries.follow(GALLERY, [MODEL])
            seen.append(len(site.galleries.identify(GALLERY, PEOPLE.embedding(0), 3)))

    searcher = threading.Thread(target=search)
    searcher.start()
    try:
        gone = [store_templates(site, PEOPLE.embedding(person)) for person in range(1, 8)]
        for subject_id in gone:
            site.store.subjects.erase(subject_id, actor="test")
    finally:
        stop.set()
        searcher.join()
    assert site.galleries.follow(GALLERY, [MODEL])
    assert len(seen) > 0
    assert min(seen) >= 1
    assert [match.subject_id for match in site.galleries.identify(GALLERY, PEOPLE.embedding(0), 9)] == [stays]
    assert site.galleries.count(GALLERY, MODEL) == 1


def test_a_gallery_that_outgrew_exact_search_is_tended(site: Site) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(1100, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    galleries = Galleries(site.store, exact_limit=500)
    probe = Embedding(vectors[7].copy(), MODEL)
    assert galleries.identify(GALLERY, probe, 1) == []
    subject_id = site.subject()
    site.store.templates.add(
        subject_id, GALLERY, [(Embedding(row.copy(), MODEL), 0.5) for row in vectors], actor="test"
    )
    assert galleries.follow(GALLERY, [MODEL])
    assert galleries.tend() == 1
    (match,) = galleries.identify(GALLERY, probe, 1)
    assert (match.subject_id, match.score) == (subject_id, pytest.approx(1.0, abs=1e-5))
