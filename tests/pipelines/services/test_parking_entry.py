"""Cars that come in: rights, blocklist, room, anti-passback, and texts that nobody may act on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.parking.places import Lane
from pipelines.parking.sessions import Sighting
from pipelines.records.event_log import EventFilter
from tests.pipelines.garage import LOT, OTHER, PLATE, Garage, cny, rate, seen
from vision.errors import BadInput, NotFound


def test_a_visitor_gets_a_session_and_the_barrier_opens(garage: Garage) -> None:
    passage = garage.enter(kind="blue")
    assert (passage.decision, passage.reason, passage.due) == ("accepted", "new_session", None)
    assert passage.expires_at == garage.clock() + timedelta(seconds=5)
    session = garage.records.sessions.get(passage.session_id or "")
    assert (session.plate, session.state, session.kind) == (PLATE, "open", "blue")
    assert (session.entered_at, session.entry_lane_id, session.rate_version) == (garage.clock(), "in", 1)
    (order,) = garage.orders("in")
    assert (order.decision_id, order.reason, order.outcome) == (passage.id, "new_session", "opened")


def test_session_observation_event_and_audit_entry_tell_the_same(garage: Garage) -> None:
    passage = garage.enter()
    observation = garage.records.observations.get(passage.observation_id)
    assert (observation.plate, observation.decision, observation.session_id) == (PLATE, "accepted", passage.session_id)
    (stored,) = garage.store.events.list(passing=EventFilter(kinds=("parking.entry",)))
    told = stored.event
    assert (told.lot_id, told.lane_id, told.session_id, told.direction) == (LOT, "in", passage.session_id, "entry")
    assert (told.decision, told.reason, told.purpose) == ("accepted", "new_session", "parking")
    assert told.plate_hash == garage.records.plates.hash("event", PLATE)
    note = garage.store.audit.list(limit=500).items[-1].note
    assert (note.action, note.target, note.details["session_id"]) == ("parking.entry", passage.id, passage.session_id)


@pytest.mark.parametrize(
    ("sighting", "reason"),
    [
        ({"agreeing": 1}, "not_enough_reads"),
        ({"plate": None, "confidence": 0.0, "agreeing": 0}, "not_enough_reads"),
        ({"plate": None, "confidence": 0.0, "vouched": True}, "not_enough_reads"),
        ({"plausible": False}, "implausible_text"),
        ({"confidence": 0.79}, "low_confidence"),
    ],
)
def test_a_text_that_cannot_be_trusted_opens_nothing_and_is_on_record(
    garage: Garage, sighting: dict[str, object], reason: str
) -> None:
    garage.right("whitelist")
    passage = garage.enter(**sighting)
    assert (passage.decision, passage.reason, passage.session_id) == ("unknown", reason, None)
    assert garage.records.observations.list(waiting=True).items[0].id == passage.observation_id
    assert garage.parking.occupancy(LOT).occupied == 0
    (stored,) = garage.store.events.list()
    assert (stored.event.kind, stored.event.reason) == ("parking.operator_needed", reason)
    assert garage.orders("in") == ()


def test_one_read_is_enough_for_a_still_picture_that_the_caller_stands_for(garage: Garage) -> None:
    assert garage.enter(agreeing=1, vouched=True).decision == "accepted"
    assert garage.enter(OTHER, agreeing=1, vouched=True, confidence=0.5).reason == "low_confidence"


def test_rights_count_only_while_they_hold_and_in_their_lanes(garage: Garage) -> None:
    now = garage.clock()
    garage.rules(visitors=False)
    garage.right("permit", "A0001", valid_from=now + timedelta(hours=1))
    garage.right("permit", "A0002", valid_until=now)
    garage.right("permit", "A0003", lane_ids=("both",))
    garage.right("permit", "A0004", lane_ids=("in",), valid_until=now + timedelta(seconds=1))
    garage.right("whitelist", "A0005", lot_id=LOT)
    reasons = [garage.enter(f"A000{number}").reason for number in range(1, 6)]
    assert reasons == ["no_right", "no_right", "no_right", "permit", "whitelisted"]


def test_a_right_of_another_lot_is_none_here(garage: Garage) -> None:
    garage.records.lots.create(replace(garage.records.lots.get(LOT), id="south", visitors=False), actor="test")
    garage.records.lanes.create(Lane("south", "in", "entry", garage.clock()), actor="test")
    garage.right("permit", PLATE, lot_id=LOT)
    assert garage.parking.enter("south", "in", seen(PLATE, garage.clock()), actor="test").reason == "no_right"
    assert garage.enter().reason == "permit"


def test_a_blocked_car_is_refused_even_with_a_permit(garage: Garage) -> None:
    garage.right("permit")
    block = garage.right("blocklist")
    passage = garage.enter()
    assert (passage.decision, passage.reason) == ("rejected", "blocklisted")
    garage.records.rights.end(block.id, actor="test")
    assert garage.enter().reason == "permit"


def test_one_permit_of_two_cars_lets_one_in_at_a_time(garage: Garage) -> None:
    right = garage.right("permit", PLATE, OTHER, max_inside=1)
    assert garage.enter(PLATE).reason == "permit"
    second = garage.enter(OTHER)
    assert second.reason == "new_session"
    assert garage.records.sessions.get(second.session_id or "").right_id is None
    garage.leave(PLATE)
    garage.wait(60)
    assert garage.leave(OTHER).due == cny("5")
    assert garage.records.sessions.list(plate=PLATE).items[0].right_id == right.id


def test_visitors_are_refused_when_the_lot_is_full_and_permits_are_not(garage: Garage) -> None:
    garage.rules(capacity=1)
    garage.right("permit", OTHER)
    assert garage.enter("A0001").decision == "accepted"
    full = garage.enter("A0002")
    assert (full.decision, full.reason) == ("rejected", "lot_full")
    assert garage.enter(OTHER).reason == "permit"
    assert garage.parking.occupancy(LOT).free == 0


def test_a_car_that_is_inside_is_refused_or_asked_about_as_the_lot_says(garage: Garage) -> None:
    first = garage.enter()
    asked = garage.enter()
    assert (asked.decision, asked.reason) == ("unknown", "needs_operator")
    assert [candidate.session_id for candidate in asked.candidates] == [first.session_id]
    garage.rules(anti_passback="refuse")
    refused = garage.enter()
    assert (refused.decision, refused.reason, refused.session_id) == ("rejected", "already_inside", first.session_id)
    assert len(garage.records.sessions.list().items) == 1
    assert len(garage.orders("in")) == 1


def test_where_the_old_session_is_closed_it_becomes_a_missed_exit(garage: Garage) -> None:
    garage.rules(anti_passback="close_old", capacity=1)
    first = garage.enter()
    garage.wait(90)
    second = garage.enter()
    assert (second.decision, second.reason) == ("accepted", "new_session")
    old = garage.records.sessions.get(first.session_id or "")
    assert (old.state, old.left_at, old.fee, old.closed_at) == ("missed_exit", None, None, garage.clock())
    assert garage.records.sessions.get(second.session_id or "").entered_at == garage.clock()
    assert garage.parking.occupancy(LOT).occupied == 1


def test_a_car_that_two_cameras_see_enter_has_one_session_where_old_ones_are_closed(garage: Garage) -> None:
    garage.rules(anti_passback="close_old")
    first = garage.enter(camera_id="front", visit="1")
    garage.clock.advance(59)
    second = garage.enter(camera_id="rear", visit="1")
    assert (second.decision, second.session_id) == ("accepted", first.session_id)
    assert len(garage.records.sessions.list().items) == 1


def test_a_change_of_the_tariff_does_not_touch_who_is_inside(garage: Garage) -> None:
    garage.enter()
    garage.records.rates.put(rate(steps=[{"minutes": 60, "price": "50.00"}]), actor="test")
    garage.enter(OTHER)
    garage.wait(60)
    assert garage.leave().due == cny("5")
    assert garage.leave(OTHER).due == cny("50")


def test_a_lane_lets_cars_pass_one_way_only(garage: Garage) -> None:
    sighting = seen(PLATE, garage.clock())
    with pytest.raises(BadInput, match="lane north/out: wanted one for an entry, got one for an exit"):
        garage.parking.enter(LOT, "out", sighting, actor="test")
    with pytest.raises(BadInput, match="wanted one for an exit"):
        garage.parking.leave(LOT, "in", sighting, actor="test")
    assert garage.parking.enter(LOT, "both", sighting, actor="test").decision == "accepted"
    with pytest.raises(NotFound):
        garage.parking.enter(LOT, "none", sighting, actor="test")
    with pytest.raises(NotFound):
        garage.parking.enter("none", "in", sighting, actor="test")


def test_a_sighting_is_checked_when_it_is_made(garage: Garage) -> None:
    with pytest.raises(BadInput, match="aware UTC"):
        Sighting(PLATE, 0.9, garage.clock().replace(tzinfo=None))
    with pytest.raises(BadInput, match="confidence: wanted"):
        Sighting(PLATE, 1.1, garage.clock())
    with pytest.raises(BadInput, match="camera_id and visit"):
        Sighting(PLATE, 0.9, garage.clock(), camera_id="cam-1")
    assert PLATE not in repr(seen(PLATE, garage.clock()))
    assert PLATE not in repr(garage.enter())
