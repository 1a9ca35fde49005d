"""An index that is older than the database lets nobody in."""

from collections.abc import Sequence

import pytest

from pipelines.gallery.galleries import Galleries
from pipelines.records.gate_values import Decision
from tests.fakes import observed
from tests.pipelines.site import GALLERY, Site


class FrozenGalleries(Galleries):
    """Holds what it held when it was built, and says that this is current."""

    def follow(self, gallery_id: str, model_ids: Sequence[str]) -> bool:
        return True


class LaggingGalleries(Galleries):
    """Knows that it cannot keep up."""

    def follow(self, gallery_id: str, model_ids: Sequence[str]) -> bool:
        return False


@pytest.fixture
def north(site: Site) -> Site:
    """A site with a gate that identifies."""
    site.gate("identify")
    return site


def _identify(site: Site, galleries: Galleries, person: int) -> Decision:
    object.__setattr__(site.gates, "galleries", galleries)
    return site.gates.identify("north", [observed(person)])


def test_who_left_the_gallery_is_not_let_in_by_an_index_that_still_holds_him(north: Site) -> None:
    gone, stays = north.enrolled(0), north.enrolled(1)
    frozen = FrozenGalleries(north.store, 50_000)
    assert _identify(north, frozen, 0).subject_id == gone
    north.store.templates.remove(gone, GALLERY, actor="test")
    decision = _identify(north, frozen, 0)
    assert (decision.decision, decision.reason, decision.subject_id) == ("unknown", "index_stale", None)
    assert _identify(north, frozen, 1).subject_id == stays


def test_who_was_erased_is_not_let_in_by_an_index_that_still_holds_him(north: Site) -> None:
    gone = north.enrolled(0)
    frozen = FrozenGalleries(north.store, 50_000)
    assert _identify(north, frozen, 0).decision == "accepted"
    north.store.subjects.erase(gone, actor="test")
    decision = _identify(north, frozen, 0)
    assert (decision.decision, decision.reason, decision.subject_id) == ("unknown", "no_consent", None)


def test_who_was_enrolled_anew_with_another_face_is_not_let_in_by_the_old_one(north: Site) -> None:
    subject_id = north.enrolled(0)
    frozen = FrozenGalleries(north.store, 50_000)
    assert _identify(north, frozen, 0).decision == "accepted"
    north.store.templates.remove(subject_id, GALLERY, actor="test")
    north.store.templates.add(subject_id, GALLERY, [(north.lane.embed(observed(5)), 0.9)], actor="test")
    assert _identify(north, frozen, 0).reason == "index_stale"


def test_a_replica_that_fell_behind_answers_index_stale(north: Site) -> None:
    north.enrolled(0)
    decision = _identify(north, LaggingGalleries(north.store, 50_000), 0)
    assert (decision.decision, decision.reason) == ("unknown", "index_stale")
    assert north.recorded(decision).reason == "index_stale"


def test_a_gate_of_one_process_knows_at_once_what_another_one_did(north: Site) -> None:
    other = Site(north.home, clock=north.clock)
    subject_id = other.enrolled(0)
    assert north.gates.identify("north", [observed(0)]).subject_id == subject_id
    other.store.subjects.erase(subject_id, actor="test")
    assert north.gates.identify("north", [observed(0)]).reason == "gallery_empty"
    other.close()
