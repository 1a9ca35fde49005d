"""`citygate parking` on a store with one lot and one car inside."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from pipelines.parking.places import Lane, Lot
from pipelines.parking.rates import parse_rate
from pipelines.parking.sessions import Sighting
from pipelines.records.store import Store
from pipelines.services.barriers import Barriers
from pipelines.services.parking import ParkingService
from pipelines.settings import Settings, utc_now
from tests.api.conftest import RATE

PLATE = "粤B12345"


@pytest.fixture(autouse=True)
def garage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lot of 3 cars, one of them inside since now."""
    monkeypatch.setenv("CITYGATE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    with _parking() as parking:
        now, records = utc_now(), parking.store.parking
        records.rates.put(parse_rate(RATE), actor="test")
        records.lots.create(Lot("garage", "Garage", "visitors", now, capacity=3), actor="test")
        records.lanes.create(Lane("garage", "in", "entry", now), actor="test")
        parking.enter("garage", "in", Sighting(PLATE, 1.0, now, vouched=True), actor="test")


@contextmanager
def _parking() -> Iterator[ParkingService]:
    settings = Settings.read()
    with closing(Store.open(settings)) as store:
        yield ParkingService(store, Barriers(store, utc_now), settings)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["parking", *words])


def test_a_car_is_looked_up() -> None:
    inside = run("lookup", "garage", "粤b·12345")
    assert inside.exit_code == 0, inside.output
    assert "accepted: within_free_time" in inside.output
    assert "owed 0.00 CNY" in inside.output
    again = run("lookup", "garage", PLATE, "--lane", "in")
    assert (again.exit_code, "unknown: needs_operator" in again.output) == (3, True)


def test_lots_and_sessions_are_listed_and_plates_shown_only_when_asked_for() -> None:
    occupancy = run("occupancy")
    assert [word in occupancy.output for word in ("garage", "1", "3", "2")] == [True] * 4
    listed, full = run("sessions", "garage"), run("sessions", "garage", "--plates")
    assert ("粤B•••45" in listed.output, PLATE in listed.output, PLATE in full.output) == (True, False, True)
    assert "ses_" not in run("sessions", "garage", "--state", "closed").output


def test_what_is_wrong_is_said_in_one_line() -> None:
    nowhere = run("sessions", "none")
    assert (nowhere.exit_code, "NotFound: no parking lot none" in nowhere.stderr) == (1, True)
    assert run("lookup", "garage", "???").exit_code == 1
