import re
from datetime import timedelta

import pytest

from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.fakes import FakeClock
from vision.errors import BadInput, ForbiddenPurpose, NotFound


def test_a_key_is_shown_once_and_kept_as_a_hash(store: Store, settings: Settings) -> None:
    key, secret = store.keys.create("gate service", ["gates", "read"], ["parking"], None, actor="test")
    assert re.fullmatch(r"cg_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", secret)
    assert store.keys.authenticate(secret) == key == store.keys.get(key.id)
    assert (key.scopes, key.purposes) == (("gates", "read"), ("parking",))
    assert store.keys.list().items == (key,)
    kept = b"".join(file.read_bytes() for file in settings.home.iterdir())
    assert secret[-43:].encode() not in kept


@pytest.mark.parametrize(
    "token", ["", "cg_", "Bearer x", "cg_0123456789abcdef_short", "cg_" + "0" * 16 + "_" + "x" * 43]
)
def test_what_is_no_key_is_refused_without_saying_why(store: Store, token: str) -> None:
    with pytest.raises(NotFound, match=r"^no such API key$"):
        store.keys.authenticate(token)


def test_the_secret_of_another_key_is_refused(store: Store) -> None:
    one, other = (store.keys.create("x", [], [], None, actor="test")[1] for _ in range(2))
    with pytest.raises(NotFound):
        store.keys.authenticate(one[:20] + other[20:])


def test_a_key_ends_when_it_expires(store: Store, clock: FakeClock) -> None:
    until = clock() + timedelta(seconds=10)
    key, secret = store.keys.create("x", [], [], until, actor="test")
    clock.advance(9.9)
    assert store.keys.authenticate(secret).id == key.id
    clock.advance(0.1)
    with pytest.raises(NotFound):
        store.keys.authenticate(secret)


def test_a_revoked_key_ends_at_once_and_revoking_again_changes_nothing(store: Store, clock: FakeClock) -> None:
    key, secret = store.keys.create("x", [], [], None, actor="test")
    first = store.keys.revoke(key.id, actor="test")
    with pytest.raises(NotFound):
        store.keys.authenticate(secret)
    clock.advance(1)
    assert store.keys.revoke(key.id, actor="test") == first
    assert [entry.note.action for entry in store.audit.list().items] == ["key.created", "key.revoked"]


def test_a_key_has_its_purposes_and_no_other(store: Store) -> None:
    parking, _ = store.keys.create("x", [], ["parking"], None, actor="test")
    every, _ = store.keys.create("x", [], ["*"], None, actor="test")
    none, _ = store.keys.create("x", [], [], None, actor="test")
    parking.require_purpose("parking")
    every.require_purpose("boarding")
    for key in (parking, none):
        with pytest.raises(ForbiddenPurpose):
            key.require_purpose("boarding")


def test_a_purpose_that_is_no_slug_is_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="purpose"):
        store.keys.create("x", [], ["Every Thing"], None, actor="test")


def test_an_unknown_key_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        store.keys.get("key_0")
    with pytest.raises(NotFound):
        store.keys.revoke("key_0", actor="test")
