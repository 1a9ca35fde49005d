import pytest

from pipelines.records.paging import decode_cursor, encode_cursor
from pipelines.records.store import Store
from vision.errors import BadInput


def _names(store: Store, count: int) -> list[str]:
    return [store.subjects.create(f"person {number}", None, actor="test").label for number in range(count)]


def test_an_empty_list_is_one_empty_page(store: Store) -> None:
    page = store.subjects.list()
    assert page.items == ()
    assert page.next is None


def test_pages_hold_every_item_once_and_in_order(store: Store) -> None:
    names, found, cursor = _names(store, 5), [], None
    sizes = []
    while True:
        page = store.subjects.list(cursor, limit=2)
        found += [subject.label for subject in page.items]
        sizes.append(len(page.items))
        cursor = page.next
        if cursor is None:
            break
    assert sizes == [2, 2, 1]
    assert found == names


def test_a_last_page_that_is_full_has_no_next(store: Store) -> None:
    _names(store, 2)
    assert store.subjects.list(limit=2).next is None


def test_items_that_come_while_a_list_is_read_do_not_shift_it(store: Store) -> None:
    names = _names(store, 2)
    first = store.subjects.list(limit=1)
    store.subjects.erase(first.items[0].id, actor="test")
    store.subjects.create("late", None, actor="test")
    assert [subject.label for subject in store.subjects.list(first.next).items] == [names[1], "late"]


@pytest.mark.parametrize(
    "cursor", ["", "x", "!!!", "ä", encode_cursor("gates", 3), encode_cursor("subjects", -1), "A" * 99]
)
def test_a_cursor_of_something_else_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(BadInput, match="cursor"):
        store.subjects.list(cursor)


def test_a_number_that_no_database_can_hold_is_refused() -> None:
    assert decode_cursor("subjects", encode_cursor("subjects", 10**18 - 1)) == 10**18 - 1
    with pytest.raises(BadInput):
        decode_cursor("subjects", encode_cursor("subjects", 10**18))


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_limit_out_of_range_is_refused(store: Store, limit: int) -> None:
    with pytest.raises(BadInput, match="wanted 1 to 500"):
        store.subjects.list(limit=limit)
