"""The lists that the service makes, read as a controller reads them."""

from datetime import timedelta

import pytest

from pipelines.parking.offline import OfflineList, judge, open_list
from tests.pipelines.garage import LOT, OTHER, PLATE, Garage
from vision.errors import Conflict, NotFound, SealBroken


def fetched(garage: Garage) -> OfflineList:
    """A new list, as the lot's controller opens it."""
    signed = garage.parking.offline_list(LOT, actor="key_1")
    return open_list(signed.document, garage.parking.public_key(), lot_id=LOT, now=garage.clock())


def test_a_controller_can_tell_permits_payers_and_the_blocked_by_its_list(garage: Garage) -> None:
    garage.right("permit", "A0001")
    garage.right("whitelist", "A0002", lot_id=LOT)
    garage.right("blocklist", "A0003")
    garage.right("permit", "A0004", valid_until=garage.clock())
    entry = garage.enter()
    garage.enter(OTHER)
    garage.wait(60)
    garage.pay(entry.session_id, "5")
    listed, key = fetched(garage), garage.parking.controller_key(LOT, actor="key_1")
    reasons = [judge(listed, key, f"A000{number}", "entry", garage.clock())[1] for number in range(1, 5)]
    assert reasons == ["permit", "whitelisted", "blocklisted", "needs_operator"]
    assert judge(listed, key, PLATE, "exit", garage.clock()) == ("accepted", "paid")
    assert judge(listed, key, OTHER, "exit", garage.clock()) == ("unknown", "needs_operator")
    # A0001 to A0003, and the two that are inside
    assert len(listed.grants) == 5


def test_two_lists_have_nothing_in_common_but_the_controllers_key(garage: Garage) -> None:
    garage.right("permit", "A0001")
    first, second = fetched(garage), fetched(garage)
    assert first.salt != second.salt
    assert not set(first.grants) & set(second.grants)
    assert first.serial < second.serial


def test_a_list_expires_when_the_lot_says(garage: Garage) -> None:
    garage.rules(offline_ttl_h=2.0)
    signed = garage.parking.offline_list(LOT, actor="key_1")
    assert signed.expires_at == garage.clock() + timedelta(hours=2)
    with pytest.raises(Conflict):
        open_list(signed.document, garage.parking.public_key(), lot_id=LOT, now=signed.expires_at)


def test_keys_stay_over_a_restart_and_differ_between_lots_and_installations(garage: Garage) -> None:
    vault = garage.store.backing.vault
    assert garage.parking.controller_key(LOT, actor="a") == garage.parking.controller_key(LOT, actor="b")
    assert vault.controller_key("parking-lot/north") != vault.controller_key("parking-lot/south")
    other = type(vault)(bytes(32))
    assert other.controller_key("parking-lot/north") != vault.controller_key("parking-lot/north")
    signed = garage.parking.offline_list(LOT, actor="key_1")
    theirs = other.signer.public_key().public_bytes_raw()
    with pytest.raises(SealBroken):
        open_list(signed.document, theirs, lot_id=LOT, now=garage.clock())


def test_who_fetched_a_list_or_the_secret_is_audited(garage: Garage) -> None:
    garage.parking.offline_list(LOT, actor="key_1")
    garage.parking.controller_key(LOT, actor="key_2")
    notes = [entry.note for entry in garage.store.audit.list(limit=500).items][-2:]
    assert [(note.actor, note.action, note.target) for note in notes] == [
        ("key_1", "parking.offline_list_issued", LOT),
        ("key_2", "parking.controller_key_read", LOT),
    ]
    with pytest.raises(NotFound):
        garage.parking.offline_list("none", actor="key_1")
    with pytest.raises(NotFound):
        garage.parking.controller_key("none", actor="key_1")
