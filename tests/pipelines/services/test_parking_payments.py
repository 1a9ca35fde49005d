"""Money: counted once, never in another currency, and grace that cannot be bought with a coin."""

from decimal import Decimal

import pytest

from pipelines.records.event_log import EventFilter
from tests.pipelines.garage import PLATE, Garage, cny
from vision.errors import BadInput, Conflict, NotFound


def test_who_has_paid_may_leave_within_the_grace(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(60)
    payment = garage.pay(entry.session_id, "5")
    assert (payment.money, payment.due_after, payment.overpaid) == (cny("5"), cny("0"), cny("0"))
    garage.wait(10)
    # 70 min cost 7, and the ten minutes of grace are just over
    passage = garage.leave()
    assert (passage.decision, passage.reason, passage.due) == ("accepted", "within_grace", cny("0"))
    assert garage.records.sessions.get(entry.session_id or "").fee == cny("5")


def test_who_stays_beyond_the_grace_pays_the_rest(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(60)
    garage.pay(entry.session_id, "5")
    garage.wait(10 + 1 / 60)
    # 7 - 5
    assert garage.leave().due == cny("2")
    garage.pay(entry.session_id, "2", "wx-2")
    assert garage.records.sessions.get(entry.session_id or "").fee == cny("7")


def test_who_paid_and_owes_nothing_more_may_leave_after_the_grace_too(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(20)
    garage.pay(entry.session_id, "5")
    garage.wait(40)
    assert garage.leave().reason == "paid"


def test_a_payment_is_told_in_the_audit_log_and_as_an_event(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(60)
    payment = garage.pay(entry.session_id, "5")
    note = garage.store.audit.list(limit=500).items[-1].note
    assert (note.actor, note.action, note.target, note.details["amount"]) == (
        "till",
        "parking.paid",
        payment.id,
        "5.00 CNY",
    )
    (stored,) = garage.store.events.list(passing=EventFilter(kinds=("parking.payment",)))
    assert (stored.event.session_id, stored.event.lot_id) == (entry.session_id, "north")


def test_the_same_reference_is_the_same_payment(garage: Garage) -> None:
    entry = garage.enter()
    other = garage.enter("A0001")
    garage.wait(120)
    first = garage.pay(entry.session_id, "5")
    garage.wait(1)
    assert garage.pay(entry.session_id, "5.00") == first
    assert garage.records.payments.list(entry.session_id or "") == (first,)
    with pytest.raises(Conflict, match="no other payment used"):
        garage.pay(entry.session_id, "6")
    with pytest.raises(Conflict, match="no other payment used"):
        garage.pay(other.session_id, "5")


def test_an_underpayment_counts_and_buys_no_grace(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(61)
    payment = garage.pay(entry.session_id, "5")
    assert (payment.due_after, payment.covered_until) == (cny("2"), None)
    assert garage.leave().due == cny("2")
    rest = garage.pay(entry.session_id, "2", "wx-2")
    assert rest.due_after == cny("0")


def test_an_overpayment_is_to_be_given_back_and_pays_for_nothing_later(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(60)
    payment = garage.pay(entry.session_id, "20")
    assert (payment.due_after, payment.overpaid) == (cny("0"), cny("15"))
    garage.wait(30)
    # 90 min cost 7, 5 of the 20 count
    assert garage.leave().due == cny("2")


def test_a_coin_within_the_free_time_buys_no_grace(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(14)
    payment = garage.pay(entry.session_id, "0.01")
    assert (payment.overpaid, payment.covered_until) == (cny("0.01"), None)
    garage.wait(5)
    assert garage.leave().due == cny("5")


def test_another_currency_or_no_amount_is_refused(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(60)
    session_id = entry.session_id or ""
    with pytest.raises(BadInput, match="currency: wanted CNY, got EUR"):
        garage.parking.pay(session_id, Decimal(5), "EUR", reference="r", actor="till")
    for amount in ("0", "-5", "0.001", "NaN"):
        with pytest.raises(BadInput, match="amount: wanted"):
            garage.pay(session_id, amount)
    with pytest.raises(BadInput, match="reference: wanted"):
        garage.pay(session_id, "5", "")
    with pytest.raises(NotFound):
        garage.pay("ses_0", "5")
    assert garage.records.payments.list(session_id) == ()
    assert garage.parking.due(session_id) == cny("5")


def test_a_session_that_ended_and_owes_nothing_takes_no_money(garage: Garage) -> None:
    entry = garage.enter()
    garage.leave()
    with pytest.raises(Conflict, match="has ended and owes nothing"):
        garage.pay(entry.session_id, "5")


def test_the_car_that_waits_at_the_exit_is_let_out_when_it_has_paid(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(60)
    refused = garage.leave(camera_id="cam-out", visit="v1")
    garage.wait(2)
    garage.pay(entry.session_id, "7")
    observation = garage.records.observations.get(refused.observation_id)
    assert (observation.decision, observation.reason, observation.plate) == ("accepted", "paid", PLATE)
    assert garage.records.sessions.get(entry.session_id or "").state == "closed"
    assert [(order.decision_id, order.outcome) for order in garage.orders("out")] == [(refused.id, "opened")]


def test_nobody_is_let_out_for_a_car_that_has_gone_or_paid_too_little(garage: Garage) -> None:
    entry = garage.enter()
    garage.enter("A0001")
    garage.wait(60)
    garage.leave()
    garage.pay(entry.session_id, "4")
    garage.leave("A0001")  # another car stands there now
    garage.pay(entry.session_id, "1", "wx-2")
    assert garage.records.sessions.get(entry.session_id or "").state == "open"
    assert garage.orders("out") == ()


def test_nobody_is_let_out_five_minutes_after_the_refusal(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(20)
    garage.leave()
    garage.wait(5.1)
    garage.pay(entry.session_id, "5")
    assert garage.orders("out") == ()
