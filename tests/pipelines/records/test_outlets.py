"""Outlets as they are kept."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.records.outlet_deliveries import Hand
from pipelines.records.outlet_values import Delivery, Wanted
from pipelines.records.retention import Sweeper
from pipelines.records.store import Store
from pipelines.settings import Settings
from tests.fakes import NOW, FakeClock
from tests.pipelines.outlets.receivers import SECRET, append, webhook
from vision.errors import Conflict, NotFound

URL = "https://example.org/hook?token=visible-nowhere"


def test_address_and_secrets_lie_sealed_in_the_database(store: Store, settings: Settings) -> None:
    store.outlets.create(webhook(URL), actor="test")
    kept = store.outlets.get("whk_1").target
    assert kept is not None
    assert (kept.url, kept.secrets) == (URL, (SECRET,))
    written = b"".join(path.read_bytes() for path in Path(settings.home).glob("citygate.db*"))
    assert b"visible-nowhere" not in written
    assert SECRET.encode() not in written
    assert SECRET not in repr(store.outlets.get("whk_1"))


def test_an_id_is_taken_once(store: Store) -> None:
    store.outlets.create(webhook(URL), actor="test")
    with pytest.raises(Conflict, match="exists already"):
        store.outlets.create(webhook(URL), actor="test")


def test_a_viewer_sees_those_that_see_no_more_than_itself(store: Store) -> None:
    key, _ = store.keys.create("k", ["webhooks:read"], ["parking"], None, actor="test")
    store.outlets.create(webhook(URL, "whk_all"), actor="test")
    store.outlets.create(webhook(URL, "whk_parking", Wanted(("parking",))), actor="test")
    assert [one.id for one in store.outlets.list(viewer=key).items] == ["whk_parking"]
    with pytest.raises(NotFound):
        store.outlets.get("whk_all", key)


def test_it_pauses_when_its_key_ends(store: Store, clock: FakeClock) -> None:
    key, _ = store.keys.create("k", ["events:read"], ["*"], NOW + timedelta(days=1), actor="test")
    store.outlets.create(webhook(URL, key_id=key.id), actor="test")
    assert store.outlets.get("whk_1").state == "ok"
    clock.advance(86_400)
    assert (store.outlets.get("whk_1").state, store.outlets.get("whk_1").why) == ("paused", "key_ended")


def test_a_rotation_keeps_the_secret_before_for_the_overlap(store: Store, clock: FakeClock) -> None:
    store.outlets.create(webhook(URL), actor="test")
    target = store.outlets.rotate("whk_1", "whsec_bmV3", timedelta(hours=1), actor="test").target
    assert target is not None
    assert target.secrets_at(NOW) == ("whsec_bmV3", SECRET)
    assert target.secrets_at(NOW + timedelta(hours=1)) == ("whsec_bmV3",)
    assert store.audit.list().items[-1].note.action == "webhook.secret_rotated"


def test_a_late_hand_moves_no_cursor_back(store: Store) -> None:
    outlet = store.outlets.create(webhook(URL), actor="test")
    hand = Hand("work", "me")
    with store.backing.database.writing() as transaction:
        transaction.session.connection().exec_driver_sql("INSERT INTO leases VALUES ('work', 'me', 1)")
    assert store.deliveries.save(outlet, replace(outlet.progress, cursor=7), hand)
    assert not store.deliveries.save(outlet, replace(outlet.progress, cursor=6), hand)
    assert not store.deliveries.save(outlet, replace(outlet.progress, cursor=8), Hand("work", "other"))
    assert store.outlets.get("whk_1").progress.cursor == 7


def test_status_counts_what_waits(store: Store) -> None:
    outlet = store.outlets.create(webhook(URL), actor="test")
    (event_id, *_) = append(store, 1, 2, 3)
    with store.backing.database.writing() as transaction:
        transaction.session.connection().exec_driver_sql("INSERT INTO leases VALUES ('work', 'me', 1)")
    dead = Delivery("whk_1", 1, event_id, "dead", 15, "status_500", NOW, NOW)
    assert store.deliveries.save(outlet, replace(outlet.progress, cursor=1), Hand("work", "me"), aside=[dead])
    (status,) = store.outlets.statuses()
    assert (status.lag, status.set_aside, status.dead) == (2, 0, 1)


def test_what_was_set_aside_goes_with_its_event_and_with_its_outlet(
    store: Store, settings: Settings, clock: FakeClock
) -> None:
    outlet = store.outlets.create(webhook(URL), actor="test")
    (event_id,) = append(store, 1)
    with store.backing.database.writing() as transaction:
        transaction.session.connection().exec_driver_sql("INSERT INTO leases VALUES ('work', 'me', 1)")
    dead = Delivery("whk_1", 1, event_id, "dead", 15, "status_500", NOW, NOW)
    assert store.deliveries.save(outlet, outlet.progress, Hand("work", "me"), aside=[dead])
    clock.advance(31 * 86_400)
    assert Sweeper(store, settings).sweep_once().outlet_deliveries == 1
    (event_id,) = append(store, 2)
    again = replace(dead, event_seq=2, event_id=event_id)
    assert store.deliveries.save(outlet, outlet.progress, Hand("work", "me"), aside=[again])
    store.outlets.delete("whk_1", actor="test")
    assert store.deliveries.list("whk_1").items == ()
