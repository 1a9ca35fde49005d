"""What a camera's visits become at a parking lane."""

from dataclasses import replace

import numpy as np
import pytest

from pipelines.parking.places import Lane
from pipelines.services.parking_gate import ParkingGate
from pipelines.stages.plate import PlateVisit
from tests.pipelines.garage import LOT, OTHER, PLATE, Garage, cny
from vision.errors import NotFound
from vision.types import PlateCandidate, PlateReading

CAR = np.full((40, 60, 3), 90, np.uint8)


def reading(text: str = PLATE, confidence: float = 0.99, plausible: bool = True) -> PlateReading:
    first = PlateCandidate(text, confidence, plausible)
    return PlateReading(
        text, (confidence,) * len(text), "blue", 0.9, None, plausible, (first, PlateCandidate(OTHER, 0.1, True))
    )


@pytest.fixture
def gate(garage: Garage) -> ParkingGate:
    return ParkingGate(garage.parking, garage.store)


def visit(garage: Garage, lane: str = "in", number: int = 1, **changes: object) -> PlateVisit:
    """A blue plate that two reads agree on, coming towards the camera `cam-LANE`."""
    values = {"camera_id": f"cam-{lane}", "lane_id": f"{LOT}/{lane}", "visit": f"cam-{lane}/{number}"}
    values |= {"reading": reading(), "agreeing": 2, "reads": 3, "direction": "approaching"}
    return PlateVisit(**values | {"seen_at": garage.clock(), "evidence": CAR} | changes)


def reasons(garage: Garage) -> list[tuple[str, str, str]]:
    """Direction, decision and reason of all observations, oldest first."""
    found = garage.records.observations.list().items[::-1]
    return [(one.direction, one.decision, one.reason) for one in found]


def test_a_car_comes_in_stays_pays_and_goes(garage: Garage, gate: ParkingGate) -> None:
    gate.on_visit(visit(garage))
    garage.wait(60)
    gate.on_visit(visit(garage, "out"))
    (session,) = garage.records.sessions.list().items
    assert reasons(garage) == [("entry", "accepted", "new_session"), ("exit", "rejected", "payment_due")]
    garage.pay(session.id, "5")
    assert garage.records.sessions.get(session.id).fee == cny("5")
    # The clock may have gone on before the entry's barrier was reached: that one may have expired.
    assert [len(garage.orders(lane)) for lane in ("in", "out")] == [1, 1]
    assert garage.orders("out")[0].outcome == "opened"


def test_the_picture_is_kept_sealed_beside_its_observation(garage: Garage, gate: ParkingGate) -> None:
    gate.on_visit(visit(garage))
    (observation,) = garage.records.observations.list().items
    assert observation.candidates == (OTHER,)
    jpeg = garage.records.evidence.read(observation.id)
    assert jpeg[:2] == b"\xff\xd8"
    files = list((garage.home / "evidence").iterdir())
    assert [file.stem for file in files] == [observation.evidence_id]
    assert jpeg[:64] not in files[0].read_bytes()


def test_a_lot_that_keeps_no_pictures_has_none(garage: Garage, gate: ParkingGate) -> None:
    garage.rules(keep_evidence=False)
    gate.on_visit(visit(garage))
    (observation,) = garage.records.observations.list().items
    assert observation.evidence_id is None
    with pytest.raises(NotFound, match="no picture was kept"):
        garage.records.evidence.read(observation.id)


def test_a_repeated_visit_changes_nothing(garage: Garage, gate: ParkingGate) -> None:
    for _ in range(3):
        gate.on_visit(visit(garage))
    assert reasons(garage) == [("entry", "accepted", "new_session")]
    assert len(garage.orders("in")) == 1


@pytest.mark.parametrize(
    ("lane", "direction", "expected"),
    [
        ("in", None, ("entry", "accepted", "new_session")),
        ("in", "leaving", ("entry", "unknown", "wrong_direction")),
        ("out", "leaving", ("exit", "unknown", "wrong_direction")),
        ("out", "approaching", ("exit", "unknown", "no_session")),
        ("both", "approaching", ("entry", "accepted", "new_session")),
        ("both", "leaving", ("exit", "unknown", "no_session")),
        ("both", None, ("entry", "unknown", "wrong_direction")),
    ],
)
def test_which_way_a_car_goes_follows_from_the_lane_and_the_track(
    garage: Garage, gate: ParkingGate, lane: str, direction: str | None, expected: tuple[str, str, str]
) -> None:
    gate.on_visit(visit(garage, lane, direction=direction))
    assert reasons(garage) == [expected]
    assert len(garage.orders(lane)) == (expected[1] == "accepted")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reading": None, "agreeing": 0, "reads": 4}, "not_enough_reads"),
        ({"agreeing": 1}, "not_enough_reads"),
        ({"reading": reading(confidence=0.5)}, "low_confidence"),
        ({"reading": reading(plausible=False)}, "implausible_text"),
    ],
)
def test_what_nobody_could_read_for_sure_opens_nothing_and_keeps_its_picture(
    garage: Garage, gate: ParkingGate, changes: dict[str, object], reason: str
) -> None:
    garage.right("whitelist")
    gate.on_visit(visit(garage, **changes))
    assert reasons(garage) == [("entry", "unknown", reason)]
    assert garage.records.observations.list().items[0].evidence_id is not None
    assert garage.orders("in") == ()


def test_whatever_breaks_is_unknown_on_record_and_opens_nothing(
    garage: Garage, gate: ParkingGate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pipelines.services.parking_judge.Judge.entry", broken)
    gate.on_visit(visit(garage))
    assert reasons(garage) == [("entry", "unknown", "internal_error")]
    assert garage.records.sessions.list().items == ()
    assert garage.orders("in") == ()
    assert PLATE not in caplog.text
    assert "deciding in lane north/in broke off" in caplog.text


def test_a_visit_that_comes_late_opens_nothing(garage: Garage, gate: ParkingGate) -> None:
    late = visit(garage)
    garage.wait(1)
    gate.on_visit(late)
    assert reasons(garage) == [("entry", "accepted", "new_session")]
    assert garage.orders("in") == ()


def test_a_camera_without_a_lane_decides_nothing_and_tells_what_it_read(garage: Garage, gate: ParkingGate) -> None:
    for _ in range(2):
        gate.on_visit(visit(garage, lane_id=None))
    gate.on_visit(visit(garage, lane_id=None, number=2, reading=None))
    assert reasons(garage) == []
    (stored,) = garage.store.events.list()
    assert (stored.event.kind, stored.event.camera_id, stored.event.direction) == (
        "plate.read",
        "cam-in",
        "approaching",
    )
    assert (stored.event.plate_hash, stored.event.score) == (garage.records.plates.hash("event", PLATE), 0.99)


def test_a_camera_of_a_lane_that_is_gone_says_so(garage: Garage, gate: ParkingGate) -> None:
    with pytest.raises(NotFound):
        gate.on_visit(visit(garage, lane_id="north/none"))


def test_a_lane_may_open_the_barrier_of_a_gate(garage: Garage, gate: ParkingGate) -> None:
    garage.records.lanes.delete(LOT, "in", actor="test")
    lane = Lane(LOT, "in", "entry", garage.clock(), gate_id=garage.face_gate("door"))
    garage.records.lanes.create(lane, actor="test")
    gate.on_visit(visit(garage))
    garage.barriers.close()
    (order,) = garage.store.barriers.list("door").items
    assert order.outcome == "opened"


def test_a_lane_of_a_gate_that_is_not_there_is_refused(garage: Garage) -> None:
    lane = replace(garage.records.lanes.get(LOT, "in"), id="new", barrier=None, gate_id="none")
    with pytest.raises(NotFound, match="no gate none"):
        garage.records.lanes.create(lane, actor="test")
