"""`citygate parking`: what an operator asks at the desk; whatever changes something goes over the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Column, Table

from api.cli.console import console, failures_in_one_line
from api.plate_mask import masked
from pipelines.parking.words import SessionState
from pipelines.records.store import Store
from pipelines.services.barriers import Barriers
from pipelines.services.parking import ParkingService
from pipelines.settings import Settings, utc_now

ACTOR = "cli"
_COLOURS = {"accepted": "green", "rejected": "red", "unknown": "yellow"}

app = typer.Typer(help="Parking: look a car up, see who is inside and how full lots are.", no_args_is_help=True)

LotId = Annotated[str, typer.Argument(help="the lot's id")]


@app.command()
@failures_in_one_line
def lookup(
    lot: LotId,
    plate: Annotated[str, typer.Argument(help="as people write it")],
    *,
    lane: Annotated[str | None, typer.Option(help="where the car stands; default: anywhere")] = None,
) -> None:
    """Say whether a car may pass, why, and what is owed; exit 0 when it may, 3 when not. Audited."""
    with _service() as parking:
        answer = parking.look_up(lot, plate, lane_id=lane, actor=ACTOR)
    console.print(f"[{_COLOURS[answer.decision]}]{answer.decision}[/]: {answer.reason}")
    if answer.session_id is not None:
        console.print(f"session {answer.session_id}")
    if answer.due is not None:
        console.print(f"owed {answer.due}")
    if answer.decision != "accepted":
        raise typer.Exit(3)


@app.command()
@failures_in_one_line
def occupancy() -> None:
    """How full every lot is."""
    table = Table(Column("lot", no_wrap=True), "occupied", "capacity", "free")
    with _service() as parking:
        for lot in parking.store.parking.lots.list(limit=500).items:
            counted = parking.occupancy(lot.id)
            limits = ("" if one is None else str(one) for one in (counted.capacity, counted.free))
            table.add_row(lot.id, str(counted.occupied), *limits)
    console.print(table)


@app.command()
@failures_in_one_line
def sessions(
    lot: LotId,
    *,
    state: Annotated[SessionState, typer.Option(help="which of them")] = "open",
    plates: Annotated[bool, typer.Option("--plates", help="show plates in full")] = False,
    limit: Annotated[int, typer.Option(help="how many, the newest first", min=1, max=500)] = 50,
) -> None:
    """The stays at a lot, the newest first; times are UTC."""
    table = Table(Column("id", no_wrap=True), Column("plate", no_wrap=True), "entered", "left", "fee")
    with _service() as parking:
        parking.store.parking.lots.get(lot)
        for session in parking.store.parking.sessions.list(limit=limit, lot_id=lot, state=state).items:
            plate = session.plate if plates else masked(session.plate)
            fee = "" if session.fee is None else str(session.fee)
            table.add_row(session.id, plate, _minute(session.entered_at), _minute(session.left_at), fee)
    console.print(table)


@contextmanager
def _service() -> Iterator[ParkingService]:
    """The service on this installation's records; it opens no barrier."""
    settings = Settings.read()
    store = Store.open(settings)
    try:
        yield ParkingService(store, Barriers(store, utc_now), settings)
    finally:
        store.close()


def _minute(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}"
