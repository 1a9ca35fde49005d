"""One visit is one session, whoever tells it how often; and no answer is used after its time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from pipelines.parking.sessions import Passage
from pipelines.records.event_log import EventFilter
from tests.pipelines.garage import LOT, OTHER, PLATE, Garage, cny, seen

VISIT = {"camera_id": "cam-in", "visit": "cam-in/1"}


def at_once(*calls: object) -> list[object]:
    """What the calls gave, all begun in the same moment."""
    begin = threading.Barrier(len(calls))

    def call(one: object) -> object:
        begin.wait(timeout=30)
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def test_the_same_visit_twice_is_one_session_one_event_and_one_opening(garage: Garage) -> None:
    first = garage.enter(**VISIT)
    garage.clock.advance(1)
    again = garage.enter(**VISIT)
    assert (again.observation_id, again.session_id, again.repeated) == (first.observation_id, first.session_id, True)
    assert (again.decision, again.reason, again.expires_at) == ("accepted", "new_session", first.expires_at)
    assert len(garage.records.sessions.list().items) == 1
    assert len(garage.store.events.list(passing=EventFilter(kinds=("parking.entry",)))) == 1
    assert len(garage.orders("in")) == 1


def test_a_visit_that_is_told_again_too_late_gets_expired(garage: Garage) -> None:
    garage.enter(**VISIT)
    garage.clock.advance(5)
    late = garage.enter(**VISIT)
    assert (late.decision, late.reason, late.repeated) == ("unknown", "expired", True)
    assert not late.opens_at(garage.clock())
    assert len(garage.records.sessions.list().items) == 1
    assert len(garage.orders("in")) == 1


def test_a_visit_that_was_not_accepted_is_decided_anew_on_the_same_record(garage: Garage) -> None:
    first = garage.enter(agreeing=1, **VISIT)
    second = garage.enter(**VISIT)
    assert (first.decision, second.decision) == ("unknown", "accepted")
    assert second.observation_id == first.observation_id
    assert len(garage.records.observations.list().items) == 1
    assert garage.enter(**VISIT).repeated


def test_eight_threads_with_one_visit_make_one_session(garage: Garage) -> None:
    passages = at_once(*[lambda: garage.enter(**VISIT)] * 8)
    assert len({passage.session_id for passage in passages if isinstance(passage, Passage)}) == 1
    assert sorted(passage.repeated for passage in passages if isinstance(passage, Passage)) == [False] + [True] * 7
    assert len(garage.records.sessions.list().items) == 1
    assert len(garage.records.observations.list().items) == 1
    assert len(garage.orders("in")) == 1


def test_eight_threads_with_one_plate_and_eight_visits_make_one_session(garage: Garage) -> None:
    calls = [lambda visit=visit: garage.enter(camera_id="cam-in", visit=visit) for visit in "abcdefgh"]
    passages = [passage for passage in at_once(*calls) if isinstance(passage, Passage)]
    assert sorted(passage.reason for passage in passages) == ["needs_operator"] * 7 + ["new_session"]
    assert len(garage.records.sessions.list().items) == 1


def test_eight_threads_with_one_reference_pay_once(garage: Garage) -> None:
    entry = garage.enter()
    garage.wait(60)
    payments = at_once(*[lambda: garage.pay(entry.session_id, "5")] * 8)
    assert len({payment.id for payment in payments}) == 1
    assert len(garage.records.payments.list(entry.session_id or "")) == 1


def test_the_last_free_place_is_given_once(garage: Garage) -> None:
    garage.rules(capacity=1)
    passages = at_once(*[lambda number=number: garage.enter(f"A000{number}") for number in range(6)])
    assert sorted(passage.reason for passage in passages) == ["lot_full"] * 5 + ["new_session"]


def test_the_database_itself_refuses_a_second_open_session_and_a_second_visit(garage: Garage) -> None:
    garage.enter(**VISIT)
    columns = {"parking_sessions": "id", "parking_observations": "id"}
    for table, unique in columns.items():
        with garage.store.backing.database.writer.connect() as connection:
            names = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
            copied = ", ".join(f"'other'" if name == unique else name for name in names if name != "seq")  # noqa: F541
            kept = ", ".join(name for name in names if name != "seq")
            with pytest.raises(IntegrityError, match="UNIQUE constraint failed"):
                connection.exec_driver_sql(f"INSERT INTO {table} ({kept}) SELECT {copied} FROM {table}")  # noqa: S608


def test_what_is_told_late_is_recorded_as_it_was_and_opens_nothing(garage: Garage) -> None:
    seen_at = garage.clock()
    garage.clock.advance(31)
    passage = garage.parking.enter(LOT, "in", seen(PLATE, seen_at), actor="test")
    assert (passage.decision, passage.expires_at) == ("accepted", garage.clock())
    assert not passage.opens_at(garage.clock())
    assert garage.records.sessions.get(passage.session_id or "").entered_at == seen_at
    assert garage.orders("in") == ()


def test_a_camera_whose_clock_runs_ahead_makes_no_stay_shorter(garage: Garage) -> None:
    ahead = seen(PLATE, garage.clock() + timedelta(hours=1))
    entry = garage.parking.enter(LOT, "in", ahead, actor="test")
    assert garage.records.sessions.get(entry.session_id or "").entered_at == garage.clock()
    garage.wait(60)
    assert garage.leave().due == cny("5")


def test_a_clock_that_was_set_back_charges_nothing_and_ends_no_stay_before_it_began(garage: Garage) -> None:
    entry = garage.enter()
    entered_at = garage.clock()
    garage.clock.advance(-3600)
    passage = garage.leave()
    assert (passage.decision, passage.due) == ("accepted", cny("0"))
    session = garage.records.sessions.get(entry.session_id or "")
    assert (session.entered_at, session.left_at) == (entered_at, entered_at)


def test_a_lot_may_state_its_own_time_to_live(garage: Garage) -> None:
    garage.rules(decision_ttl_s=2.0)
    assert garage.enter().expires_at == garage.clock() + timedelta(seconds=2)
    assert garage.parking.look_up(LOT, OTHER, actor="test").expires_at == garage.clock() + timedelta(seconds=2)


def test_a_lane_without_a_barrier_leaves_the_opening_to_who_asks(garage: Garage) -> None:
    garage.records.lanes.delete(LOT, "in", actor="test")
    garage.records.lanes.create(
        type(garage.records.lanes.get(LOT, "out"))(LOT, "in", "entry", garage.clock()), actor="test"
    )
    assert garage.enter().decision == "accepted"
    assert garage.orders("in") == ()
