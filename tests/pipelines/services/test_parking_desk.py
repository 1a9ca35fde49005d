"""What an operator does, and what the audit log tells of it."""

import pytest

from tests.pipelines.garage import LOT, OTHER, PLATE, Garage, cny
from vision.errors import BadInput, Conflict, NotFound

ZERO, OH, DEE = "京A80000", "京A8000O", "京A8000D"


def test_the_operator_names_the_session_of_a_car_at_the_exit(garage: Garage) -> None:
    garage.enter(ZERO)
    mine = garage.enter(DEE)
    asked = garage.leave(OH)
    passage = garage.parking.resolve(asked.observation_id, session_id=mine.session_id, reason="looked", actor="ann")
    assert (passage.decision, passage.reason, passage.session_id) == ("accepted", "within_free_time", mine.session_id)
    observation = garage.records.observations.get(asked.observation_id)
    assert (observation.plate, observation.resolved_at) == (OH, garage.clock())
    assert garage.records.observations.list(waiting=True).items == ()
    assert [order.decision_id for order in garage.orders("out")] == [asked.observation_id]


def test_the_operator_decides_minutes_later_and_the_barrier_still_opens(garage: Garage) -> None:
    asked = garage.enter(confidence=0.3)
    seen_at = garage.clock()
    garage.wait(3)
    passage = garage.parking.resolve(asked.observation_id, plate=PLATE, reason="read-it", actor="ann")
    assert (passage.decision, passage.reason) == ("accepted", "new_session")
    session = garage.records.sessions.get(passage.session_id or "")
    assert (session.plate, session.entered_at) == (PLATE, seen_at)
    assert [order.outcome for order in garage.orders("in")] == ["opened"]


def test_the_operator_cannot_let_a_car_go_that_owes_money(garage: Garage) -> None:
    entry = garage.enter(ZERO)
    garage.wait(61)
    asked = garage.leave("京A81111")
    passage = garage.parking.resolve(asked.observation_id, session_id=entry.session_id, reason="looked", actor="ann")
    assert (passage.decision, passage.reason, passage.due) == ("rejected", "payment_due", cny("7"))
    assert garage.orders("out") == ()


def test_what_an_operator_may_not_resolve(garage: Garage) -> None:
    entry = garage.enter()
    asked, ended = garage.leave(OTHER), garage.enter("A0001")
    garage.leave("A0001")
    again = garage.enter()
    with pytest.raises(Conflict, match="let through already"):
        garage.parking.resolve(entry.observation_id, plate=PLATE, reason="looked", actor="ann")
    with pytest.raises(Conflict, match="wanted an open one of this lot"):
        garage.parking.resolve(asked.observation_id, session_id=ended.session_id, reason="looked", actor="ann")
    with pytest.raises(Conflict, match="for a car at an exit"):
        garage.parking.resolve(again.observation_id, session_id=entry.session_id, reason="looked", actor="ann")
    with pytest.raises(BadInput, match="wanted one of them"):
        garage.parking.resolve(asked.observation_id, reason="looked", actor="ann")
    with pytest.raises(NotFound):
        garage.parking.resolve("obs_0", plate=PLATE, reason="looked", actor="ann")


def test_a_missed_exit_is_closed_by_hand_with_what_is_owed_or_without(garage: Garage) -> None:
    first, second = garage.enter(), garage.enter(OTHER)
    garage.wait(60)
    closed = garage.parking.close_session(first.session_id or "", reason="left-unseen", actor="ann")
    waived = garage.parking.close_session(second.session_id or "", reason="left-unseen", actor="ann", waive=True)
    assert (closed.state, closed.left_at, closed.fee) == ("missed_exit", None, cny("5"))
    assert (waived.state, waived.fee) == ("missed_exit", cny("0"))
    garage.wait(600)
    assert garage.parking.due(closed.id) == cny("5")
    assert garage.pay(closed.id, "5").covered_until is None
    assert garage.parking.occupancy(LOT).occupied == 0
    with pytest.raises(Conflict, match="has ended"):
        garage.parking.close_session(closed.id, reason="left-unseen", actor="ann")
    assert garage.enter().reason == "new_session"


def test_a_corrected_session_gets_the_plate_and_its_right(garage: Garage) -> None:
    garage.right("permit", PLATE, max_inside=1)
    entry = garage.enter("粤B1234S")
    garage.wait(600)
    corrected = garage.parking.correct(entry.session_id or "", PLATE, reason="misread", actor="ann")
    assert corrected.plate == PLATE
    passage = garage.leave()
    assert (passage.session_id, passage.reason) == (entry.session_id, "permit")


def test_a_plate_that_is_inside_already_is_not_given_to_another_session(garage: Garage) -> None:
    garage.enter()
    entry = garage.enter(OTHER)
    with pytest.raises(Conflict, match="another open session"):
        garage.parking.correct(entry.session_id or "", PLATE, reason="misread", actor="ann")
    assert garage.records.sessions.get(entry.session_id or "").plate == OTHER


def test_a_reason_is_a_word_so_that_no_plate_gets_into_the_audit_log(garage: Garage) -> None:
    entry = garage.enter()
    for reason in ("", "was " + PLATE, "a b"):
        with pytest.raises(BadInput, match="reason: wanted"):
            garage.parking.correct(entry.session_id or "", OTHER, reason=reason, actor="ann")
        with pytest.raises(BadInput, match="reason: wanted"):
            garage.parking.open_by_hand(LOT, "in", reason=reason, actor="ann")


def test_every_act_is_audited_without_a_plate(garage: Garage) -> None:
    entry = garage.enter()
    asked = garage.leave(OTHER)
    garage.parking.dismiss(asked.observation_id, reason="drove-on", actor="ann")
    garage.parking.correct(entry.session_id or "", DEE, reason="misread", actor="ann")
    garage.parking.correct_occupancy(LOT, 3, reason="counted", actor="ann")
    garage.parking.open_by_hand(LOT, "out", reason="ambulance", actor="ann")
    garage.parking.close_session(entry.session_id or "", reason="left-unseen", actor="ann")
    entries = garage.store.audit.list(limit=500).items
    assert [entry.note.action for entry in entries if entry.note.actor == "ann"] == [
        "parking.dismissed",
        "parking.corrected",
        "parking.counted",
        "barrier.opened_manually",
        "parking.session_closed",
    ]
    assert not [entry for entry in entries if any(plate in str(entry) for plate in (PLATE, OTHER, DEE))]
    assert garage.store.audit.verify_chain() is None


def test_a_count_by_hand_holds_while_cars_come_and_go(garage: Garage) -> None:
    garage.rules(capacity=10)
    garage.enter()
    counted = garage.parking.correct_occupancy(LOT, 4, reason="counted", actor="ann")
    assert (counted.inside, counted.adjustment, counted.occupied, counted.free) == (1, 3, 4, 6)
    garage.enter(OTHER)
    assert garage.parking.occupancy(LOT).occupied == 5
    garage.leave()
    assert garage.parking.occupancy(LOT).occupied == 4
    assert garage.parking.correct_occupancy(LOT, 0, reason="counted", actor="ann").adjustment == -1
    with pytest.raises(BadInput, match="wanted 0 or more"):
        garage.parking.correct_occupancy(LOT, -1, reason="counted", actor="ann")


def test_opening_by_hand_changes_no_session(garage: Garage) -> None:
    garage.enter()
    command = garage.parking.open_by_hand(LOT, "out", reason="ambulance", actor="ann")
    assert (command.outcome, command.manual, command.gate_id) == ("opened", True, "north/out")
    assert garage.parking.occupancy(LOT).occupied == 1
