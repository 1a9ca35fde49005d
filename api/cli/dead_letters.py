"""`citygate dead-letters`: records that could not be stored, and storing them after all."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer
from rich.table import Column, Table

from api.cli.console import console, failures_in_one_line
from pipelines.bus.sink import StoreSink
from pipelines.records.store import Store
from pipelines.services.cases import CaseService, read_rules
from pipelines.settings import Settings

ACTOR = "cli"

app = typer.Typer(help="Records that could not be stored: list, replay.", no_args_is_help=True)


@app.command("list")
@failures_in_one_line
def list_dead_letters(limit: Annotated[int, typer.Option(help="the newest", min=1, max=500)] = 100) -> None:
    """The dead letters, newest first, with what refused them."""
    with _opened() as (store, _):
        dead, count = store.dead_letters.list(limit=limit).items, store.dead_letters.count()
    table = Table(Column("id", no_wrap=True), "record", "topic", "tries", "died", "reason")
    for one in dead:
        table.add_row(one.id, one.letter_id, one.topic, str(one.tries), f"{one.died_at:%Y-%m-%d %H:%M}", one.reason)
    console.print(table)
    console.print(f"{len(dead)} of {count}")


@app.command()
@failures_in_one_line
def replay(dead_letter_id: Annotated[str, typer.Argument(help="from `citygate dead-letters list`")]) -> None:
    """Store a record after all; one that is refused still stays where it is."""
    with _opened() as (store, sink):
        dead = store.dead_letters.get(dead_letter_id)
        new = sink.replay(dead, actor=ACTOR)
    console.print(f"[green]ok[/] {dead.letter_id} {'is stored' if new else 'was stored already'}", soft_wrap=True)


@contextmanager
def _opened() -> Iterator[tuple[Store, StoreSink]]:
    settings = Settings.read()
    with closing(Store.open(settings)) as store:
        cases = CaseService(store, *read_rules(settings))
        yield store, StoreSink(store, lambda report, camera_id: cases.report(report, actor=camera_id))
