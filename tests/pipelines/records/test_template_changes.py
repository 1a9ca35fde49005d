"""The change sequence of templates: in the transaction of the change, in order, trimmed, and never silently short."""

import pytest

from pipelines.records.retention import Sweeper
from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.fakes import FakeClock
from tests.pipelines.records.people import GALLERY, MODEL, agreed, embedding, enrolled, gallery

SPACE = (GALLERY, MODEL)
HOUR_S = 3600.0


def _told(store: Store, since: int = 0) -> list[tuple[int, bool]]:
    changes = store.template_changes.since(SPACE, since)
    assert changes is not None
    return [(change.template_id, change.removed) for change in changes.items]


def test_a_new_store_has_no_changes(store: Store) -> None:
    changes = store.template_changes.since(SPACE, 0)
    assert changes is not None
    assert (changes.items, changes.upto, changes.whole) == ((), 0, True)
    assert store.template_changes.latest() == 0


def test_what_came_and_went_is_told_in_its_order_and_by_its_space(store: Store) -> None:
    gallery(store)
    gallery(store, "other")
    subject = agreed(store)
    both = [(embedding(1), 0.5), (embedding(2, "model-b"), 0.5)]
    first, second = store.templates.add(subject.id, GALLERY, both, actor="test")
    [third] = store.templates.add(subject.id, "other", [(embedding(3), 0.5)], actor="test")
    store.subjects.erase(subject.id, actor="test")
    assert _told(store) == [(first.id, False), (first.id, True)]
    other = store.template_changes.since(("other", MODEL), 0)
    assert other is not None
    assert [(one.template_id, one.removed) for one in other.items] == [(third.id, False), (third.id, True)]
    assert second.id not in [template_id for template_id, _ in _told(store)]
    # Three came and three went; whoever follows one space knows that he has seen all of it.
    assert (store.template_changes.latest(), other.upto) == (6, 6)


def test_a_change_that_was_rolled_back_is_not_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    gallery(store)
    subject = enrolled(store)

    def refuse(*_: object) -> None:
        raise OSError("no")

    with monkeypatch.context() as patch:
        patch.setattr(store.audit, "write", refuse)
        with pytest.raises(OSError, match="no"):
            store.subjects.erase(subject.id, actor="test")
    assert store.template_changes.latest() == 1


def test_a_change_names_no_person(store: Store) -> None:
    gallery(store)
    subject = enrolled(store)
    with store.backing.database.reading() as session:
        [row] = session.connection().exec_driver_sql("SELECT * FROM template_changes").all()
    assert subject.id not in map(str, row)


def test_long_stretches_come_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.records.template_changes.READ_CHANGES", 2)
    gallery(store)
    made = store.templates.add(agreed(store).id, GALLERY, [(embedding(seed), 0.5) for seed in range(3)], actor="test")
    part = store.template_changes.since(SPACE, 0)
    assert part is not None
    assert ([one.template_id for one in part.items], part.whole) == ([made[0].id, made[1].id], False)
    rest = store.template_changes.since(SPACE, part.upto)
    assert rest is not None
    assert ([one.template_id for one in rest.items], rest.upto, rest.whole) == ([made[2].id], 3, True)
    assert store.template_changes.count_behind(SPACE, part.upto) == 1


def test_old_changes_are_swept_and_who_misses_them_is_told(store: Store, settings: Settings, clock: FakeClock) -> None:
    gallery(store)
    enrolled(store, 1)
    clock.advance(23 * HOUR_S)
    enrolled(store, 2)
    sweeper = Sweeper(store, settings)
    assert sweeper.sweep_once().template_changes == 0
    clock.advance(HOUR_S)
    assert sweeper.sweep_once().template_changes == 1
    assert store.template_changes.since(SPACE, 0) is None
    assert len(_told(store, 1)) == 1
    clock.advance(23 * HOUR_S)
    assert sweeper.sweep_once().template_changes == 1
    # Nothing is left, and the number is still known.
    assert store.template_changes.latest() == 2
    assert _told(store, 2) == []


def test_a_number_that_the_store_has_not_reached_is_a_gap(store: Store) -> None:
    """As after a backup was put back under a running process."""
    gallery(store)
    enrolled(store)
    assert store.template_changes.since(SPACE, 7) is None
