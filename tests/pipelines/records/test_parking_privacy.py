"""A plate in clear is nowhere on the disk; it goes when its time is up, or when it is asked for."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.records.parking_removal import Forgotten
from pipelines.records.retention import Sweeper
from pipelines.records.values import ApiKey
from tests.pipelines.garage import LOT, OTHER, PLATE, Garage
from vision.errors import BadInput, NotFound, SealBroken

VARIANT = "粤8123A5"  # 8 and B are taken for each other
DAY_MIN = 24 * 60


@pytest.fixture
def sweeper(garage: Garage) -> Sweeper:
    return Sweeper(garage.store, garage.settings)


def stay(garage: Garage, plate: str = PLATE, **changes: object) -> str:
    """A stay with a picture; the observation's id at the entry."""
    entry = garage.enter(plate, **changes)
    garage.records.evidence.keep(entry.observation_id, b"picture of " + plate.encode())
    garage.leave(plate)
    return entry.observation_id


def everything(home: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(home.rglob("*")) if file.is_file())


def test_no_file_holds_a_plate_in_clear(garage: Garage) -> None:
    garage.right("permit", PLATE, note="for " + OTHER)
    stay(garage, candidates=(OTHER,))
    entry = garage.enter(OTHER)
    garage.parking.correct(entry.session_id or "", VARIANT, reason="misread", actor="ann")
    garage.parking.look_up(LOT, PLATE, actor="key_1")
    garage.wait(60)
    garage.pay(entry.session_id, "5")
    garage.parking.offline_list(LOT, actor="key_1")
    written = everything(garage.home)
    for plate in (PLATE, OTHER, VARIANT):
        spelled = (
            plate.encode(),
            plate.encode("utf-16-le"),
            plate.encode("ascii", "backslashreplace"),
            plate[1:].encode(),
        )
        assert [form for form in spelled if form in written] == []
    assert b"parking_sessions" in written


def test_each_use_has_its_own_hashes(garage: Garage) -> None:
    plates = garage.records.plates
    hashes = {plates.hash(use, PLATE) for use in ("session", "right", "observation", "event")}
    assert len(hashes) == 4
    assert plates.hash("session", "粤b·12345") == plates.hash("session", PLATE)
    assert plates.hash("session", PLATE) not in plates.near_hashes("session", PLATE)
    with pytest.raises(BadInput):
        plates.hash("session", "?")


def test_a_sealed_plate_cannot_be_moved_to_another_session(garage: Garage) -> None:
    first, second = garage.enter(), garage.enter(OTHER)
    with garage.store.backing.database.writing() as transaction:
        transaction.session.connection().exec_driver_sql(
            "UPDATE parking_sessions SET plate = (SELECT plate FROM parking_sessions WHERE id = ?) WHERE id = ?",
            (first.session_id, second.session_id),
        )
    with pytest.raises(SealBroken):
        garage.records.sessions.get(second.session_id or "")


def test_what_ended_goes_after_the_lots_days_and_not_before(garage: Garage, sweeper: Sweeper) -> None:
    garage.rules(retention_days=2)
    observation_id = stay(garage)
    garage.wait(2 * DAY_MIN - 1)
    assert sweeper.sweep_once().parking_sessions == 0
    garage.wait(1)
    sweep = sweeper.sweep_once()
    assert (sweep.parking_sessions, sweep.parking_observations, sweep.parking_pictures) == (1, 2, 1)
    assert garage.records.sessions.list().items == garage.records.observations.list().items == ()
    assert list((garage.home / "evidence").iterdir()) == []
    with pytest.raises(NotFound):
        garage.records.evidence.read(observation_id)
    assert sweeper.sweep_once().parking_sessions == 0


def test_who_is_inside_keeps_session_and_observation(garage: Garage, sweeper: Sweeper) -> None:
    garage.rules(retention_days=1)
    entry, lost = garage.enter(), garage.leave(OTHER)
    garage.wait(30 * DAY_MIN)
    sweeper.sweep_once()
    assert [one.id for one in garage.records.observations.list().items] == [entry.observation_id]
    assert lost.observation_id != entry.observation_id
    assert garage.records.sessions.get(entry.session_id or "").state == "open"


def test_payments_go_with_their_session(garage: Garage, sweeper: Sweeper) -> None:
    entry = garage.enter()
    garage.wait(60)
    garage.pay(entry.session_id, "5")
    garage.leave()
    garage.wait(31 * DAY_MIN)
    sweeper.sweep_once()
    assert garage.records.payments.list(entry.session_id or "") == ()


def test_ended_rights_go_after_the_lots_days_and_those_of_all_lots_after_thirty(
    garage: Garage, sweeper: Sweeper
) -> None:
    garage.rules(retention_days=2)
    ends = garage.clock() + timedelta(days=1)
    garage.right("permit", PLATE, lot_id=LOT, valid_until=ends)
    everywhere = garage.right("permit", PLATE, valid_until=ends)
    stays = garage.right("whitelist", PLATE, lot_id=LOT)
    garage.wait(3 * DAY_MIN)
    assert sweeper.sweep_once().parking_rights == 1
    assert {right.id for right in garage.records.rights.list().items} == {everywhere.id, stays.id}
    garage.wait(28 * DAY_MIN)
    assert sweeper.sweep_once().parking_rights == 1


def test_an_ended_right_stays_while_a_car_is_inside_that_came_by_it(garage: Garage, sweeper: Sweeper) -> None:
    right = garage.right("permit")
    garage.enter()
    garage.records.rights.end(right.id, actor="test")
    garage.wait(40 * DAY_MIN)
    assert sweeper.sweep_once().parking_rights == 0
    garage.parking.close_session(garage.records.sessions.list().items[0].id, reason="left", actor="ann", waive=True)
    assert sweeper.sweep_once().parking_rights == 1


def test_a_picture_is_no_orphan_while_its_observation_stays(garage: Garage, sweeper: Sweeper) -> None:
    observation_id = stay(garage)
    garage.wait(DAY_MIN)
    garage.clock.now += timedelta(days=3650)  # files carry the machine's own time
    garage.rules(retention_days=10_000)
    assert sweeper.sweep_once().orphaned_files == 0
    assert garage.records.evidence.read(observation_id) == b"picture of " + PLATE.encode()


def test_all_of_one_plate_is_forgotten_and_the_others_stay(garage: Garage) -> None:
    shared = garage.right("permit", PLATE, OTHER, max_inside=2)
    alone = garage.right("whitelist", PLATE)
    stay(garage)
    stay(garage, OTHER)
    garage.enter()
    assert garage.records.forget_plate("粤B·12345", actor="ann") == Forgotten(2, 3, 1, 2)
    assert garage.records.sessions.list(plate=PLATE).items == ()
    assert garage.records.observations.list(plate=PLATE).items == ()
    assert garage.records.rights.get(shared.id).plates == (OTHER,)
    with pytest.raises(NotFound):
        garage.records.rights.get(alone.id)
    assert len(garage.records.sessions.list(plate=OTHER).items) == 1
    hashed = garage.records.plates.hash("event", PLATE)
    assert {stored.event.plate_hash for stored in garage.store.events.list()} == {
        None,
        garage.records.plates.hash("event", OTHER),
    }
    assert hashed.encode() not in everything(garage.home)
    note = garage.store.audit.list(limit=500).items[-1].note
    assert (note.actor, note.action, note.target, note.details["sessions"]) == (
        "ann",
        "parking.plate_forgotten",
        None,
        2,
    )
    assert garage.store.audit.verify_chain() is None
    assert garage.enter().reason == "new_session"


def test_a_misread_observation_goes_with_the_session_it_belonged_to(garage: Garage) -> None:
    garage.enter("京A80000")
    misread = garage.leave("京A8000O")
    assert misread.decision == "accepted"
    assert garage.records.forget_plate("京A80000", actor="ann") == Forgotten(1, 2, 0, 0)


def test_keys_see_the_lots_of_their_purposes(garage: Garage) -> None:
    passage, right = garage.enter(), garage.right("permit", OTHER, lot_id=LOT)
    records = garage.records

    def key(*purposes: str) -> ApiKey:
        return garage.store.keys.create("service", ["read"], purposes, None, actor="test")[0]

    for viewer, sees in ((key("parking"), True), (key("*"), True), (key("boarding"), False)):
        assert bool(records.lots.list(viewer=viewer).items) is sees
        assert bool(records.sessions.list(viewer=viewer).items) is sees
        assert bool(records.observations.list(viewer=viewer).items) is sees
        assert bool(records.rights.list(viewer=viewer).items) is sees
    blind = key("boarding")
    for find, wanted in (
        (records.lots.get, LOT),
        (records.sessions.get, passage.session_id),
        (records.observations.get, passage.observation_id),
        (records.rights.get, right.id),
    ):
        with pytest.raises(NotFound):
            find(wanted or "", blind)
