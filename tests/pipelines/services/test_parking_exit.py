"""Cars that go: which session is theirs, what they owe, and whom only an operator can tell."""

from datetime import timedelta

import pytest

from pipelines.records.event_log import EventFilter
from tests.pipelines.garage import LOT, OTHER, PLATE, Garage, cny

# 0, O, D and Q are taken for each other; so are 8 and B.
ZERO, OH, DEE = "京A80000", "京A8000O", "京A8000D"


def test_a_short_stay_is_free_and_ends_the_session(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(15)
    passage = garage.leave()
    assert (passage.decision, passage.reason, passage.due) == ("accepted", "within_free_time", cny("0"))
    session = garage.records.sessions.get(entry.session_id or "")
    assert (session.state, session.left_at, session.exit_lane_id) == ("closed", garage.clock(), "out")
    assert (session.fee, session.closed_at) == (cny("0"), garage.clock())
    (stored,) = garage.store.events.list(passing=EventFilter(kinds=("parking.exit",)))
    assert stored.event.session_id == session.id
    assert [order.reason for order in garage.orders("out")] == ["within_free_time"]


def test_who_owes_money_stays_and_is_told_how_much(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(61)
    passage = garage.leave()
    # 5 + 2
    assert (passage.decision, passage.reason, passage.due) == ("rejected", "payment_due", cny("7"))
    assert garage.records.sessions.get(entry.session_id or "").state == "open"
    assert garage.orders("out") == ()


def test_cars_with_a_right_go_for_free(garage: Garage) -> None:
    garage.right("permit")
    garage.right("whitelist", OTHER)
    garage.enter()
    garage.enter(OTHER)
    garage.wait(6000)
    assert [garage.leave().reason, garage.leave(OTHER).reason] == ["permit", "whitelisted"]


def test_a_right_that_ended_inside_covers_its_part_only(garage: Garage) -> None:
    right = garage.right("permit")
    garage.enter()
    garage.wait(600)
    garage.records.rights.end(right.id, actor="test")
    garage.wait(10)
    assert garage.parking.look_up(LOT, PLATE, actor="test").reason == "within_free_time"
    garage.wait(80)
    # 90 min after its end: 5 + 2
    assert garage.leave().due == cny("7")


def test_a_permit_that_is_renewed_while_the_car_is_inside_costs_nothing_more(garage: Garage) -> None:
    ends = garage.clock() + timedelta(days=1)
    garage.right("permit", valid_until=ends, max_inside=1)
    garage.enter()
    renewed = garage.right("permit", valid_from=ends, max_inside=1)
    garage.wait(3 * 24 * 60)
    passage = garage.leave()
    assert (passage.reason, passage.due) == ("permit", cny("0"))
    assert garage.records.sessions.get(passage.session_id or "").right_id == renewed.id


def test_a_permit_that_was_bought_inside_counts_from_then_on(garage: Garage) -> None:
    garage.enter()
    garage.wait(60)
    right = garage.right("permit", valid_from=garage.clock())
    garage.wait(600)
    passage = garage.leave()
    assert (passage.reason, passage.due) == ("payment_due", cny("5"))
    garage.pay(passage.session_id, "5")
    assert garage.records.sessions.get(passage.session_id or "").right_id == right.id


def test_a_car_that_was_read_with_one_confusable_character_is_found(garage: Garage) -> None:
    entry = garage.enter(ZERO)
    garage.enter(PLATE)
    garage.wait(60)
    passage = garage.leave(OH)
    assert (passage.reason, passage.session_id, passage.due) == ("payment_due", entry.session_id, cny("5"))
    garage.pay(passage.session_id, "5")
    # The session keeps the plate that it began with, the observation what was read.
    assert garage.records.sessions.get(entry.session_id or "").plate == ZERO
    assert garage.records.observations.get(passage.observation_id).plate == OH


def test_two_cars_within_one_confusable_character_are_the_operators(garage: Garage) -> None:
    sessions = [garage.enter(plate).session_id for plate in (ZERO, DEE)]
    passage = garage.leave(OH)
    assert (passage.decision, passage.reason, passage.session_id) == ("unknown", "needs_operator", None)
    assert [candidate.session_id for candidate in passage.candidates] == sessions
    assert [candidate.plate for candidate in passage.candidates] == [ZERO, DEE]
    assert garage.orders("out") == ()
    assert garage.parking.occupancy(LOT).occupied == 2


def test_exactly_the_plate_wins_over_one_that_is_near(garage: Garage) -> None:
    garage.enter(ZERO)
    mine = garage.enter(OH)
    garage.enter(DEE)
    assert garage.leave(OH).session_id == mine.session_id


@pytest.mark.parametrize("read", ["京A8O00O", "京A80001", "京A8000", "京A800000", "沪A80000"])
def test_what_differs_by_more_than_one_confusable_character_is_another_car(garage: Garage, read: str) -> None:
    garage.enter(ZERO)
    passage = garage.leave(read)
    assert (passage.decision, passage.reason) == ("unknown", "no_session")


def test_a_near_session_that_has_ended_or_is_elsewhere_does_not_count(garage: Garage) -> None:
    garage.enter(ZERO)
    garage.leave(ZERO)
    second = garage.enter(DEE)
    assert garage.leave(OH).session_id == second.session_id
    assert garage.leave(OH).reason == "no_session"


def test_a_car_with_a_right_of_its_own_takes_no_neighbours_session(garage: Garage) -> None:
    visitor = garage.enter(ZERO)
    garage.right("permit", OH)
    passage = garage.leave(OH)
    assert (passage.decision, passage.reason) == ("accepted", "permit")
    missed = garage.records.sessions.get(passage.session_id or "")
    assert (missed.state, missed.entered_at, missed.left_at) == ("missed_entry", None, garage.clock())
    assert garage.records.sessions.get(visitor.session_id or "").state == "open"


def test_a_visitor_whom_nobody_saw_enter_is_the_operators(garage: Garage) -> None:
    passage = garage.leave()
    assert (passage.decision, passage.reason, passage.due) == ("unknown", "no_session", None)
    assert garage.records.sessions.list().items == ()
    assert garage.orders("out") == ()


def test_a_blocked_car_is_not_let_out_by_a_misreading(garage: Garage) -> None:
    garage.enter(ZERO)
    garage.right("blocklist", ZERO)
    assert garage.leave(ZERO).reason == "blocklisted"
    assert garage.leave(OH).reason == "blocklisted"


def test_a_look_up_says_what_the_lane_would_say_and_changes_nothing(garage: Garage) -> None:
    coming = garage.parking.look_up(LOT, "粤b·12345", actor="key_1")
    assert (coming.decision, coming.reason, coming.plate) == ("accepted", "new_session", PLATE)
    assert garage.records.sessions.list().items == ()
    entry = garage.enter()
    garage.wait(61)
    leaving = garage.parking.look_up(LOT, PLATE, actor="key_1")
    assert (leaving.decision, leaving.reason, leaving.due) == ("rejected", "payment_due", cny("7"))
    assert leaving.session_id == entry.session_id
    assert garage.parking.look_up(LOT, PLATE, lane_id="both", actor="key_1").reason == "payment_due"
    assert garage.parking.look_up(LOT, PLATE, lane_id="in", actor="key_1").reason == "needs_operator"
    assert garage.parking.look_up(LOT, OTHER, lane_id="out", actor="key_1").reason == "no_session"
    assert len(garage.records.observations.list().items) == 1
    asked = [entry.note for entry in garage.store.audit.list(limit=500).items if entry.note.actor == "key_1"]
    assert {note.action for note in asked} == {"parking.looked_up"}
    assert len(asked) == 5
