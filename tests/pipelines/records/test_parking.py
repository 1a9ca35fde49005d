"""Lots, lanes, rates and rights as the store keeps them, and how a plate is found among many."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex

from pipelines.parking.places import Lane, Lot
from pipelines.parking.rights import Right
from pipelines.records.gate_values import BarrierSpec, Camera
from pipelines.records.parking_tables import SessionRow
from tests.pipelines.garage import LOT, OTHER, PLATE, Garage, rate
from tests.servers.databases import ON_BOTH
from vision.errors import BadInput, Conflict, NotFound

pytestmark = ON_BOTH

MANY = 100_000


def test_rates_are_kept_in_versions_that_never_change(garage: Garage) -> None:
    second = garage.records.rates.put(rate(grace_minutes=20), actor="test")
    assert second.version == 2
    assert garage.records.rates.get("visitors") == second
    assert garage.records.rates.get("visitors", 1) == rate().model_copy(update={"version": 1})
    assert [one.version for one in garage.records.rates.list().items] == [1, 2]
    with pytest.raises(NotFound, match="no parking rate none"):
        garage.records.rates.get("none")
    with pytest.raises(NotFound, match="of version 3"):
        garage.records.rates.get("visitors", 3)


def test_a_lot_comes_back_as_it_was_and_keeps_its_day_of_creation(garage: Garage) -> None:
    made = Lot("south", "South", "visitors", garage.clock(), 120, "refuse", False, 7, 3.0, False, 12.0, "staff")
    garage.records.lots.create(made, actor="test")
    assert garage.records.lots.get("south") == made
    later = replace(made, capacity=None, created_at=garage.clock() + timedelta(days=1))
    assert garage.records.lots.change(later, actor="test") == replace(made, capacity=None)
    assert garage.records.lots.get("south") == replace(made, capacity=None)
    assert [lot.id for lot in garage.records.lots.list().items] == [LOT, "south"]
    with pytest.raises(Conflict, match="exists already"):
        garage.records.lots.create(made, actor="test")
    with pytest.raises(NotFound, match="no parking rate none"):
        garage.records.lots.create(replace(made, id="west", rate_id="none"), actor="test")
    with pytest.raises(NotFound, match="no parking lot west"):
        garage.records.lots.change(replace(made, id="west"), actor="test")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "North!"},
        {"rate_id": ""},
        {"capacity": -1},
        {"retention_days": 0},
        {"decision_ttl_s": 0.0},
        {"decision_ttl_s": 61.0},
        {"offline_ttl_h": 0.0},
        {"offline_ttl_h": 337.0},
        {"purpose": "Parking"},
    ],
)
def test_a_lot_with_impossible_rules_is_refused(garage: Garage, change: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="wanted"):
        replace(garage.records.lots.get(LOT), **change)


def test_a_lanes_barrier_is_sealed_and_comes_back(garage: Garage) -> None:
    barrier = BarrierSpec("http", "http://10.0.0.9/open", secret="hunter2")
    made = garage.records.lanes.create(Lane(LOT, "vip", "both", garage.clock(), barrier=barrier), actor="test")
    assert garage.records.lanes.get(LOT, "vip") == made
    assert b"hunter2" not in b"".join(file.read_bytes() for file in garage.home.iterdir() if file.is_file())
    assert [lane.id for lane in garage.records.lanes.list(LOT)] == ["in", "out", "both", "vip"]
    with pytest.raises(Conflict, match="lane north/vip: exists already"):
        garage.records.lanes.create(made, actor="test")
    with pytest.raises(NotFound):
        garage.records.lanes.create(replace(made, lot_id="none"), actor="test")
    garage.records.lanes.delete(LOT, "vip", actor="test")
    with pytest.raises(NotFound, match="no lane north/vip"):
        garage.records.lanes.delete(LOT, "vip", actor="test")
    with pytest.raises(BadInput, match="a gate_id or a barrier"):
        Lane(LOT, "vip", "both", garage.clock(), "door", barrier)


def test_a_lot_is_deleted_with_all_that_happened_there_once_it_is_empty(garage: Garage) -> None:
    entry = garage.enter()
    garage.right("permit", OTHER, lot_id=LOT)
    garage.records.evidence.keep(entry.observation_id, b"picture")
    with pytest.raises(Conflict, match="cars are inside"):
        garage.records.lots.delete(LOT, actor="test")
    garage.leave()
    garage.store.cameras.create(Camera("cam-1", "rtsp://x", "plate", garage.clock(), lane_id="north/in"), actor="test")
    with pytest.raises(Conflict, match="camera cam-1 watches one of its lanes"):
        garage.records.lots.delete(LOT, actor="test")
    garage.store.cameras.delete("cam-1", actor="test")
    garage.records.lots.delete(LOT, actor="test")
    assert garage.records.lots.list().items == garage.records.sessions.list().items == ()
    assert garage.records.rights.list().items == garage.records.observations.list().items == ()
    assert list((garage.home / "evidence").iterdir()) == []
    with pytest.raises(NotFound):
        garage.records.lots.delete(LOT, actor="test")


def test_a_gate_whose_barrier_a_lane_uses_cannot_be_deleted(garage: Garage) -> None:
    garage.records.lanes.create(Lane(LOT, "new", "both", garage.clock(), garage.face_gate("door")), actor="test")
    with pytest.raises(Conflict, match="no parking lane"):
        garage.store.gates.delete("door", actor="test")
    garage.records.lanes.delete(LOT, "new", actor="test")
    garage.store.gates.delete("door", actor="test")


def test_a_right_comes_back_as_it_was_and_is_found_by_each_of_its_cars(garage: Garage) -> None:
    ends = garage.clock() + timedelta(days=30)
    made = garage.right(
        "permit", "粤b·12345", OTHER, PLATE, lot_id=LOT, lane_ids=("in",), valid_until=ends, max_inside=1
    )
    assert made.plates == (PLATE, OTHER)
    block = garage.right("blocklist", "A0001", note="stolen")
    assert garage.records.rights.get(made.id) == made
    assert garage.records.rights.list().items == (block, made)
    assert garage.records.rights.list(plate=OTHER).items == garage.records.rights.list(lot_id=LOT).items == (made,)
    assert garage.records.rights.list(kind="blocklist").items == (block,)
    assert garage.records.rights.list(plate="A0002").items == ()
    assert not [plate for plate in (PLATE, OTHER, "stolen") if plate in repr((made, block))]
    with pytest.raises(Conflict):
        garage.records.rights.create(made, actor="test")
    with pytest.raises(NotFound):
        garage.right("permit", lot_id="none")


def test_a_right_ends_once(garage: Garage) -> None:
    right = garage.right("permit")
    garage.wait(1)
    ended = garage.records.rights.end(right.id, actor="test")
    assert ended == replace(right, valid_until=garage.clock())
    garage.wait(1)
    assert garage.records.rights.end(right.id, actor="test") == ended
    future = garage.right("permit", valid_from=garage.clock() + timedelta(days=1))
    assert garage.records.rights.end(future.id, actor="test").valid_until == future.valid_from
    with pytest.raises(NotFound):
        garage.records.rights.end("rgt_0", actor="test")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"plates": ()}, "plates: wanted one or more"),
        ({"plates": ("?",)}, "plate: wanted"),
        ({"max_inside": 0}, "max_inside: wanted 1 or more"),
        ({"kind": "whitelist", "max_inside": 1}, "of a permit, got 1 of a whitelist"),
        ({"kind": "blocklist", "note": " "}, "note: wanted the reason"),
        ({"valid_until": True}, "valid_until: wanted a time after"),
    ],
)
def test_an_impossible_right_is_refused(garage: Garage, change: dict[str, object], complaint: str) -> None:
    if "valid_until" in change:
        change = {"valid_until": garage.clock() - timedelta(days=1)}
    values = {"id": "rgt_1", "kind": "permit", "plates": (PLATE,), "valid_from": garage.clock()}
    with pytest.raises(BadInput, match=complaint):
        Right(**values | {"created_at": garage.clock()} | change)


def test_lists_go_from_new_to_old_in_pages(garage: Garage) -> None:
    ids = [garage.enter(f"A000{number}").session_id for number in range(3)]
    first = garage.records.sessions.list(limit=2, lot_id=LOT, state="open")
    assert [one.id for one in first.items] == ids[:0:-1]
    assert [one.id for one in garage.records.sessions.list(first.next).items] == ids[:1]
    assert garage.records.sessions.list(state="closed").items == ()
    seen = garage.records.observations.list(limit=2)
    assert len(seen.items) == 2
    assert len(garage.records.observations.list(seen.next).items) == 1


def _fill(garage: Garage) -> None:
    """One hundred thousand sessions of other cars, all but a thousand ended."""
    now = garage.clock()
    same = {"lot_id": LOT, "plate": b"sealed", "state": "closed", "rate_id": "visitors", "rate_version": 1}
    same |= {"currency": "CNY", "entered_at": now}
    rows = [
        same | {"id": f"ses_{i}", "plate_hash": f"{i:064x}", "closed_at": None if i % 100 == 0 else now}
        for i in range(MANY)
    ]
    with garage.store.backing.database.writing() as transaction:
        transaction.session.connection().execute(insert(SessionRow), rows)  # far faster than as objects


def _near(garage: Garage, session: Session, plate: str) -> None:
    assert len(garage.records.sessions.open_near(session, LOT, plate)) == 1


def _statement_of(garage: Garage, ask: Callable[[Session], None]) -> tuple[str, Any]:
    """The one statement over sessions that the database was sent, and its parameters."""
    sent: list[tuple[str, Any]] = []

    def hear(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        sent.append((statement, parameters))

    database = garage.store.backing.database
    event.listen(database.engine, "before_cursor_execute", hear)
    with database.reading() as session:
        ask(session)
    event.remove(database.engine, "before_cursor_execute", hear)
    [found] = [one for one in sent if "parking_sessions" in one[0]]
    return found


def test_a_plate_is_found_by_an_index_among_a_hundred_thousand_sessions(garage: Garage, database_kind: str) -> None:
    _fill(garage)
    entry = garage.enter("京A80000")
    statement, parameters = _statement_of(garage, lambda session: _near(garage, session, "京A8000O"))
    explain, by_index, by_every_row = {
        "sqlite": ("EXPLAIN QUERY PLAN", "USING INDEX uq_parking_sessions_open (lot_id=? AND plate_hash=?)", "SCAN "),
        "postgres": ("EXPLAIN", "uq_parking_sessions_open", "Seq Scan"),
    }[database_kind]
    with garage.store.backing.database.engine.connect() as connection:
        if database_kind == "postgres":
            connection.exec_driver_sql("ANALYZE parking_sessions")
        steps = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    plan = "\n".join(str(step[-1]) for step in steps)
    assert by_index in plan
    assert by_every_row not in plan
    assert garage.leave("京A8000O").session_id == entry.session_id
    assert garage.parking.occupancy(LOT).inside == MANY // 100


def test_the_indexes_that_keep_sessions_single_can_be_made_on_postgresql() -> None:
    indexes = {index.name: index for index in SessionRow.__table__.indexes}
    made = str(CreateIndex(indexes["uq_parking_sessions_open"]).compile(dialect=postgresql.dialect()))
    assert made.startswith("CREATE UNIQUE INDEX uq_parking_sessions_open ON parking_sessions (lot_id, plate_hash)")
    assert made.endswith("WHERE closed_at IS NULL")
