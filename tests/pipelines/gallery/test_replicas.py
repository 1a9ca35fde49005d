"""Two processes' galleries on one database: each follows what the other changes."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from pipelines.gallery import galleries as module
from pipelines.gallery.galleries import Galleries
from pipelines.gallery.replica import Replica
from pipelines.gallery.search_plan import SearchPlan
from pipelines.records.retention import Sweeper
from pipelines.records.store import Store
from pipelines.records.tables import TemplateRow
from pipelines.records.template_changes import Space
from tests.fakes import FakeEmbedder
from tests.pipelines.site import GALLERY, Site
from vision.errors import SealBroken

MODEL = "fake-v1"
PEOPLE = FakeEmbedder(MODEL)
DAY_S = 86_400.0


class Stopwatch:
    """Monotonic seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Node:
    """Another process's store and galleries on the site's database."""

    def __init__(self, site: Site) -> None:
        self.time = Stopwatch()
        self.store = Store.open(site.settings, site.clock)
        self.galleries = Galleries(self.store, 50_000, stale_after_s=10.0, clock=self.time)

    def follow(self) -> bool:
        return self.galleries.follow(GALLERY, [MODEL])

    def found(self, person: int) -> list[str]:
        """Whom this node takes for that person."""
        matches = self.galleries.identify(GALLERY, PEOPLE.embedding(person), 5)
        return [match.subject_id for match in matches if match.score > 0.9]


@pytest.fixture
def node(site: Site) -> Iterator[Node]:
    """A second process that has built its replica of the empty gallery."""
    node = Node(site)
    assert node.follow()
    yield node
    node.store.close()


def test_who_is_enrolled_elsewhere_is_found_here(site: Site, node: Node) -> None:
    subject_id = site.enrolled(0)
    assert node.follow()
    assert node.found(0) == [subject_id]


def test_who_is_erased_elsewhere_is_gone_here_with_all_bytes(site: Site, node: Node) -> None:
    gone, stays = site.enrolled(0), site.enrolled(1)
    assert node.follow()
    site.store.subjects.erase(gone, actor="test")
    assert node.follow()
    assert (node.found(0), node.found(1)) == ([], [stays])
    replica = node.galleries._replica((GALLERY, MODEL))
    rows = replica.index._structure.store._vectors
    assert len(rows) >= 1
    assert not (rows == PEOPLE.embedding(0).vector).all(axis=1).any()
    assert gone not in replica.owners.values()


@pytest.mark.parametrize("removal", ["enrolment", "consent", "erasure"])
def test_every_way_out_of_a_gallery_reaches_the_other_process(site: Site, node: Node, removal: str) -> None:
    subject_id = site.enrolled(0)
    assert node.follow()
    if removal == "enrolment":
        site.store.templates.remove(subject_id, GALLERY, actor="test")
    elif removal == "consent":
        [consent] = site.store.consents.list(subject_id).items
        site.store.consents.withdraw(consent.id, actor="test")
    else:
        site.store.subjects.erase(subject_id, actor="test")
    assert node.follow()
    assert node.found(0) == []


def test_a_deleted_gallery_is_empty_elsewhere_and_one_of_its_name_begins_anew(site: Site, node: Node) -> None:
    site.enrolled(0)
    assert node.follow()
    site.store.galleries.delete(GALLERY, actor="test")
    site.gallery()
    again = site.enrolled(1)
    assert node.follow()
    assert (node.found(0), node.found(1)) == ([], [again])


def test_erased_while_this_process_was_down(site: Site, node: Node) -> None:
    gone = site.enrolled(0)
    assert node.follow()
    node.store.close()
    site.store.subjects.erase(gone, actor="test")
    again = Node(site)
    assert again.follow()
    assert again.found(0) == []
    again.store.close()


def test_a_gap_in_the_sequence_is_answered_with_a_rebuild(site: Site, node: Node) -> None:
    gone = site.enrolled(0)
    assert node.follow()
    site.store.subjects.erase(gone, actor="test")
    came = site.enrolled(1)
    site.clock.advance(DAY_S)
    assert Sweeper(site.store, site.settings).sweep_once().template_changes == 3
    assert node.follow()
    assert (node.found(0), node.found(1)) == ([], [came])
    [status] = node.galleries.statuses()
    assert (status.rebuilds, status.version, status.behind, status.templates) == (1, 3, 0, 1)


def test_a_store_that_was_put_back_is_read_anew(site: Site, node: Node) -> None:
    """The replica has seen more changes than the store knows."""
    stays = site.enrolled(0)
    assert node.follow()
    node.galleries._replica((GALLERY, MODEL)).version = 99
    assert node.follow()
    assert node.found(0) == [stays]
    assert node.galleries.statuses()[0].version == 1


def test_version_and_lag_are_told(site: Site, node: Node) -> None:
    site.enrolled(0)
    site.enrolled(1)
    node.time.now += 4.0
    [status] = node.galleries.statuses()
    assert (status.state, status.version, status.behind, status.lag_s) == ("current", 0, 2, 4.0)
    node.time.now += 7.0
    [status] = node.galleries.statuses()
    assert (status.state, status.lag_s) == ("stale", 11.0)
    assert node.follow()
    [status] = node.galleries.statuses()
    assert (status.state, status.version, status.behind, status.lag_s) == ("current", 2, 0, 0.0)


def test_a_build_that_takes_long_ends_with_what_changed_meanwhile(
    site: Site, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, came = Replica.built, []

    def build_slowly(store: Store, space: Space, plan: SearchPlan) -> Replica:
        replica = build(store, space, plan)
        came.append(site.enrolled(len(came)))
        node.time.now += 60.0
        return replica

    monkeypatch.setattr(Replica, "built", build_slowly)
    assert node.galleries.follow(GALLERY, ["fake-v2"])
    node.galleries._replica((GALLERY, MODEL)).version = 99
    assert node.follow()
    assert [node.found(0), node.found(1)] == [[came[0]], [came[1]]]
    assert {status.model_id: status.lag_s for status in node.galleries.statuses()} == {MODEL: 0.0, "fake-v2": 60.0}


def test_while_another_thread_brings_it_up_to_date_a_young_replica_serves_and_an_old_one_does_not(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_S", 0.0)
    busy = node.galleries._entry((GALLERY, MODEL)).lock
    with busy:
        node.time.now += 10.0
        assert node.follow()
        node.time.now += 0.5
        assert not node.follow()


def test_a_replica_that_is_not_there_yet_serves_nobody(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT_S", 0.0)
    with node.galleries._entry((GALLERY, "fake-v2")).lock:
        assert not node.galleries.follow(GALLERY, [MODEL, "fake-v2"])
        states = {status.model_id: status.state for status in node.galleries.statuses()}
    assert states == {MODEL: "current", "fake-v2": "building"}


def test_a_template_that_was_changed_in_the_database_is_told_until_it_is_gone(site: Site, node: Node) -> None:
    broken, sound = site.enrolled(0), site.enrolled(1)
    with site.store.backing.database.writing() as transaction:
        template = transaction.session.scalars(select(TemplateRow).where(TemplateRow.subject_id == broken)).one()
        template.vector = bytes(len(template.vector))
    for _ in range(2):
        with pytest.raises(SealBroken):
            node.follow()
    site.store.subjects.erase(broken, actor="test")
    assert node.follow()
    assert node.found(1) == [sound]


def test_two_processes_that_enrol_and_erase_at_once_end_alike(site: Site, node: Node) -> None:
    def change(store: Store, persons: range) -> None:
        for person in persons:
            subject = store.subjects.create("x", None, actor="test")
            store.consents.record(subject.id, "building-access", evidence="e", expires_at=None, actor="test")
            store.templates.add(subject.id, GALLERY, [(PEOPLE.embedding(person), 0.9)], actor="test")
            if person % 2:
                store.subjects.erase(subject.id, actor="test")

    writers = [
        threading.Thread(target=change, args=(site.store, range(6))),
        threading.Thread(target=change, args=(node.store, range(6, 12))),
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert node.follow()
        assert site.galleries.follow(GALLERY, [MODEL])
    assert node.follow()
    assert site.galleries.follow(GALLERY, [MODEL])
    here, there = (one._replica((GALLERY, MODEL)) for one in (site.galleries, node.galleries))
    assert here.owners == there.owners
    assert len(here.owners) == site.store.templates.count() == 6
    assert here.index.ids().tolist() == there.index.ids().tolist() == sorted(here.owners)
