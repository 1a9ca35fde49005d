"""`citygate backup`, `restore` and `rotate-master-key`: what keeps an installation through losses."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import console, failures_in_one_line
from pipelines.records.backup import back_up
from pipelines.records.restore import restore as put_back
from pipelines.records.rotation import rotate_master_key as exchange
from pipelines.records.store import Store
from pipelines.settings import Settings

ACTOR = "cli"


@failures_in_one_line
def backup(
    file: Annotated[Path, typer.Argument(help="a new file; keep it on another disk than the master key")],
) -> None:
    """Write the records and sealed pictures into one file, while the service runs. The master key is not in it."""
    with closing(Store.open(Settings.read())) as store:
        manifest = back_up(store, file, actor=ACTOR)
    size = file.stat().st_size / 2**20
    console.print(
        f"[green]ok[/] {file}: {size:.1f} MiB, {len(manifest.files) - 1} pictures, schema {manifest.schema}, "
        f"audit entry {manifest.audit_seq}",
        soft_wrap=True,
    )


@failures_in_one_line
def restore(
    file: Annotated[Path, typer.Argument(help="made by `citygate backup`, on SQLite or PostgreSQL")],
    *,
    key_file: Annotated[
        Path | None, typer.Option(help="the master key that the backup was made under, when it was another")
    ] = None,
    ledger: Annotated[
        list[Path] | None, typer.Option(help="erasures known elsewhere; may be given several times")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="only say whether the backup is whole")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Put a backup in the records' place; what was erased since stays erased. Start the service anew afterwards."""
    settings = Settings.read()
    if not check and not yes:
        typer.confirm(f"Replace the records of {settings.home} by those of {file}?", abort=True)
    done = put_back(settings, file, key_file=key_file, ledgers=ledger or (), only_check=check, actor=ACTOR)
    if check:
        console.print(f"[green]ok[/] {file} is whole: made at {done.made_at}, {done.pictures} pictures", soft_wrap=True)
        return
    console.print(
        f"[green]ok[/] {done.rows} rows of {done.made_at}, {done.pictures} pictures; "
        f"{done.replayed} later erasures were carried out again",
        soft_wrap=True,
    )
    console.print("start every service on these records anew")


@failures_in_one_line
def rotate_master_key(
    *,
    new_key_file: Annotated[
        Path | None, typer.Option(help="32 bytes in base64; needed when the key is in CITYGATE_MASTER_KEY")
    ] = None,
) -> None:
    """Exchange the master key; the old one opens nothing here afterwards. Start the service anew afterwards."""
    settings = Settings.read()
    count = exchange(settings, new_key_file, actor=ACTOR)
    console.print(f"[green]ok[/] {count} keys are wrapped anew; older backups need the old master key", soft_wrap=True)
    if settings.master_key is not None:
        console.print("set CITYGATE_MASTER_KEY to the new key now", soft_wrap=True)
    console.print("start every service on these records anew")
