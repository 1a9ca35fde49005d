"""`citygate webhooks`: whom this installation tells of events; a running server follows within a second."""

from contextlib import closing
from typing import Annotated, cast, get_args

import typer
from rich.table import Column, Table

from api.cli.console import console, failures_in_one_line
from api.schemas.common import without_secrets
from pipelines.events import EventKind
from pipelines.outlets.reach import Reach
from pipelines.outlets.signing import new_secret
from pipelines.records.outlet_values import Outlet, Progress, Target, Wanted
from pipelines.records.store import Store
from pipelines.records.values import EVERY_PURPOSE, new_id
from pipelines.settings import Settings, utc_now
from vision.errors import BadInput, NotFound

ACTOR = "cli"
KINDS = get_args(EventKind)

app = typer.Typer(help="Webhooks: add, list, remove.", no_args_is_help=True)


@app.command()
@failures_in_one_line
def add(
    url: Annotated[str, typer.Argument(help="https://..., or http:// within CITYGATE_WEBHOOK_NETWORKS")],
    *,
    title: Annotated[str, typer.Option(help="what it is for")] = "webhook",
    kind: Annotated[list[str] | None, typer.Option(help="may be given several times; default: all kinds")] = None,
    purpose: Annotated[list[str] | None, typer.Option(help="may be given several times; default: every one")] = None,
    camera: Annotated[str | None, typer.Option(help="only what this camera saw")] = None,
    gate: Annotated[str | None, typer.Option(help="only what happened at this gate")] = None,
    lot: Annotated[str | None, typer.Option(help="only what happened in this parking lot")] = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="also what was decided for the record only")] = False,
) -> None:
    """Have events from now on posted to an address; print the secret that they are signed with, this once."""
    wrong = [one for one in kind or () if one not in KINDS]
    if wrong:
        raise BadInput(f"--kind: wanted one of {', '.join(KINDS)}, got {', '.join(wrong)}")
    settings = Settings.read()
    Reach(settings.webhook_networks).check_url(url)
    kinds = cast("tuple[EventKind, ...]", tuple(kind or ()))
    wanted = Wanted(tuple(purpose or (EVERY_PURPOSE,)), kinds, camera, gate, lot, shadow)
    target = Target(url, (new_secret(),))
    outlet = Outlet(new_id("whk"), "webhook", title, wanted, ACTOR, utc_now(), Progress(0), target)
    with closing(Store.open(settings)) as store:
        store.outlets.create(outlet, actor=ACTOR)
    console.print(f"[green]ok[/] {outlet.id}; keep its secret, it is not shown again:")
    console.print(target.secrets[0], soft_wrap=True, highlight=False)


@app.command("list")
@failures_in_one_line
def list_webhooks() -> None:
    """Every webhook, its address without secrets, and how far it is."""
    with closing(Store.open(Settings.read())) as store:
        statuses = [status for status in store.outlets.statuses() if status.outlet.kind == "webhook"]
    table = Table(Column("id", no_wrap=True), "title", "address", "state", "delivered", "lag", "set aside", "dead")
    for status in statuses:
        outlet = status.outlet
        address = without_secrets(outlet.target.url) if outlet.target else ""
        state = f"{outlet.state}: {outlet.why}" if outlet.why else outlet.state
        counts = (outlet.progress.delivered, status.lag, status.set_aside, status.dead)
        table.add_row(outlet.id, outlet.title, address, state, *map(str, counts))
    console.print(table)


@app.command()
@failures_in_one_line
def remove(webhook_id: Annotated[str, typer.Argument(help="from `citygate webhooks list`")]) -> None:
    """Tell it nothing more."""
    with closing(Store.open(Settings.read())) as store:
        if store.outlets.get(webhook_id).kind != "webhook":
            raise NotFound(f"no webhook {webhook_id}")
        store.outlets.delete(webhook_id, actor=ACTOR)
    console.print(f"[green]ok[/] {webhook_id} is removed")
