"""After a change of the embedder both models serve, and their embeddings never meet."""

import pytest

from pipelines.records.gate_values import Decision
from tests.fakes import FakeEmbedder, fake_lane, observed, portrait
from tests.pipelines.site import GALLERY, Site

OLD, NEW = FakeEmbedder("fake-v1"), FakeEmbedder("fake-v2")


def words(decision: Decision) -> tuple[str, str]:
    return decision.decision, decision.reason


@pytest.fixture
def changed(site: Site) -> tuple[Site, str, str]:
    """Persons 0 and 1 enrolled with fake-v1, then 1 anew with fake-v2, which is the current one now."""
    site.gate()
    site.gate("identify", "south")
    stays, moved = site.enrolled(0), site.enrolled(1)
    site.use(fake_lane(None, NEW, OLD))
    site.enrolments.enrol(moved, GALLERY, [portrait(1)], "test")
    return site, stays, moved


def test_who_was_not_enrolled_anew_is_verified_by_the_old_model_and_its_threshold(
    changed: tuple[Site, str, str],
) -> None:
    site, stays, _ = changed
    decision = site.gates.verify("north", stays, [observed(0)])
    assert (words(decision), decision.model_id, decision.threshold) == (("accepted", "match"), "fake-v1", 0.8)


def test_who_was_enrolled_anew_is_verified_by_the_new_model(changed: tuple[Site, str, str]) -> None:
    site, _, moved = changed
    decision = site.gates.verify("north", moved, [observed(1)])
    assert (words(decision), decision.model_id, decision.threshold) == (("accepted", "match"), "fake-v2", 0.6)


def test_identify_finds_people_of_both_models(changed: tuple[Site, str, str]) -> None:
    site, stays, moved = changed
    assert site.gates.identify("south", [observed(0)]).subject_id == stays
    found = site.gates.identify("south", [observed(1)])
    assert (found.subject_id, found.model_id) == (moved, "fake-v2")
    assert words(site.gates.identify("south", [observed(7)])) == ("unknown", "no_match")


def test_the_old_templates_of_who_was_enrolled_anew_count_no_more(changed: tuple[Site, str, str]) -> None:
    site, _, moved = changed
    # The new model takes person 7 for the moved one and person 1 for nobody; the old one would know person 1.
    site.use(fake_lane(None, FakeEmbedder("fake-v2", looks={1: [0.0] * 9 + [1.0], 7: [0.0, 1.0]}), OLD))
    assert words(site.gates.identify("south", [observed(1)])) == ("unknown", "no_match")
    assert site.gates.identify("south", [observed(7)]).subject_id == moved


def test_two_models_that_name_two_people_are_ambiguous(changed: tuple[Site, str, str]) -> None:
    site, _, _ = changed
    # The new model takes person 0 for the moved one, the old one knows better: scores of two models do not compare.
    site.use(fake_lane(None, FakeEmbedder("fake-v2", looks={0: [0.0, 1.0]}), OLD))
    assert words(site.gates.identify("south", [observed(0)])) == ("unknown", "ambiguous")


def test_without_the_old_model_its_people_are_not_enrolled(changed: tuple[Site, str, str]) -> None:
    site, stays, _ = changed
    site.use(fake_lane(None, NEW))
    assert words(site.gates.verify("north", stays, [observed(0)])) == ("unknown", "not_enrolled")
    assert words(site.gates.identify("south", [observed(0)])) == ("unknown", "no_match")
