"""`citygate keys`: who may ask this installation, for what."""

from contextlib import closing
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Column, Table

from api.cli.console import console, failures_in_one_line
from api.scopes import Scope
from pipelines.records.store import Store
from pipelines.records.values import EVERY_PURPOSE
from pipelines.settings import Settings, utc_now

ACTOR = "cli"

app = typer.Typer(help="API keys: make, list, revoke.", no_args_is_help=True)


@app.command()
@failures_in_one_line
def create(
    name: Annotated[str, typer.Argument(help="what the key is for; no person's name")],
    scope: Annotated[list[Scope] | None, typer.Option(help="may be given several times; default: every scope")] = None,
    purpose: Annotated[list[str] | None, typer.Option(help="may be given several times; default: every one")] = None,
    days: Annotated[int, typer.Option(help="how long it is valid", min=1)] = 365,
) -> None:
    """Make a key and print it; it is shown this once and stored only as a hash."""
    with closing(Store.open(Settings.read())) as store:
        key, secret = store.keys.create(
            name,
            [str(one) for one in scope or Scope],
            purpose or [EVERY_PURPOSE],
            utc_now() + timedelta(days=days),
            actor=ACTOR,
        )
    console.print(f"{key.id}, valid until {key.expires_at:%Y-%m-%d}; keep it, it is not shown again:")
    console.print(secret, soft_wrap=True, highlight=False)


@app.command("list")
@failures_in_one_line
def list_keys() -> None:
    """Every key with its scopes and purposes."""
    with closing(Store.open(Settings.read())) as store:
        keys = store.keys.list(limit=500).items
    table = Table(Column("id", no_wrap=True), "name", "scopes", "purposes", "expires", "revoked")
    for key in keys:
        expires, revoked = (f"{at:%Y-%m-%d}" if at else "" for at in (key.expires_at, key.revoked_at))
        table.add_row(key.id, key.name, " ".join(key.scopes), " ".join(key.purposes), expires, revoked)
    console.print(table)


@app.command()
@failures_in_one_line
def revoke(key_id: Annotated[str, typer.Argument(help="from `citygate keys list`")]) -> None:
    """End a key now."""
    with closing(Store.open(Settings.read())) as store:
        store.keys.revoke(key_id, actor=ACTOR)
    console.print(f"[green]ok[/] {key_id} is revoked")
