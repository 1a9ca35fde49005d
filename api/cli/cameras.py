"""`citygate cameras`: what this installation watches; `serve` opens them at its start."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from api.cli.console import console, failures_in_one_line
from models.manifest import load_manifests
from pipelines.ingest.address import parse_address, redact_url
from pipelines.ingest.lanes import LANES
from pipelines.ingest.policy import SourcePolicy
from pipelines.networks import street_classes
from pipelines.records.gate_values import Camera
from pipelines.records.store import Store
from pipelines.settings import Settings, utc_now
from pipelines.street_cameras import StreetCamera, read_street_camera
from vision.errors import BadInput

ACTOR = "cli"

app = typer.Typer(help="Cameras: add, list, remove. A running server is changed over its API.", no_args_is_help=True)


@app.command()
@failures_in_one_line
def add(
    camera_id: Annotated[str, typer.Argument(help="a short name of a-z, 0-9, - and _")],
    url: Annotated[str, typer.Argument(help="rtsp:, http:, file: or webcam: address")],
    *,
    gate: Annotated[str | None, typer.Option(help="the gate that decides on the faces it sees")] = None,
    lane: Annotated[str, typer.Option(help="what is looked for: face, plate or street")] = "face",
    lane_id: Annotated[str | None, typer.Option(help="the parking lane that it watches: LOT/LANE")] = None,
    street: Annotated[Path | None, typer.Option(help="a street camera's zones and rules: FILE.toml")] = None,
    fps: Annotated[float | None, typer.Option(help="frames analysed a second; default: all, of a street 3")] = None,
) -> None:
    """List a camera; its address is sealed in the database, for it may hold a password."""
    installation = Settings.read()
    SourcePolicy.of(installation).check(parse_address(url))
    if lane not in LANES:
        raise BadInput(f"--lane: wanted one of {', '.join(LANES)}, got {lane!r}")
    watched = None if street is None else _street(camera_id, street)
    if watched is not None and fps is None:
        fps = watched.fps
    settings = None if watched is None else watched.settings
    with closing(Store.open(installation)) as store:
        camera = Camera(camera_id, url, lane, utc_now(), gate, fps, lane_id, settings)
        store.cameras.create(camera, actor=ACTOR)
    console.print(f"[green]ok[/] {camera_id}")
    silent = (
        () if watched is None else watched.silent_kinds(street_classes(load_manifests(installation.home), installation))
    )
    if silent:
        console.print(f"[yellow]not found here[/], for no street detector knows their classes: {', '.join(silent)}")


@app.command("list")
@failures_in_one_line
def list_cameras() -> None:
    """Every camera, its address without secrets."""
    with closing(Store.open(Settings.read())) as store:
        cameras = store.cameras.list(limit=500).items
    table = Table(Column("id", no_wrap=True), "address", "lane", "gate or parking lane", "fps")
    for camera in cameras:
        fps = "" if camera.fps is None else f"{camera.fps:g}"
        table.add_row(camera.id, redact_url(camera.url), camera.lane, camera.gate_id or camera.lane_id or "", fps)
    console.print(table)


@app.command()
@failures_in_one_line
def remove(camera_id: Annotated[str, typer.Argument(help="from `citygate cameras list`")]) -> None:
    """Take a camera off the list."""
    with closing(Store.open(Settings.read())) as store:
        store.cameras.delete(camera_id, actor=ACTOR)
    console.print(f"[green]ok[/] {camera_id} is removed")


def _street(camera_id: str, path: Path) -> StreetCamera:
    """What the file says of this camera.

    Raises:
        ConfigurationError: it is wrong, see `read_street_camera`.
        BadInput: it is another camera's.
    """
    watched = read_street_camera(path)
    if watched.id != camera_id:
        raise BadInput(f"--street: wanted the file of {camera_id}, got that of {watched.id}")
    return watched
