"""`citygate models`: what networks there are, whether their bytes are the listed ones, and how to add one."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn
from rich.table import Column, Table

from api.cli.console import console, failures_in_one_line
from models.catalogue import Catalogue
from models.fetching import fetch_model
from models.importing import IMPORTABLE, USUAL_PREPROCESSING, describe_file, import_model
from models.manifest import Family, ModelSpec, Preprocessing
from models.open import open_model
from models.street.classes import read_map
from pipelines.settings import Settings
from vision.errors import CitygateError, ConfigurationError

app = typer.Typer(help="Networks: list, verify, convert, import, fetch.", no_args_is_help=True)

Channels = Annotated[
    str | None, typer.Option(help="order of the channels the network wants, rgb or bgr; default: the family's own")
]
ClassMap = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        help="of a street detector: NETWORK=OURS, such as 2=car or van=truck; may be repeated; default: what the file "
        "says, or COCO's classes",
    ),
]


def _catalogue() -> Catalogue:
    settings = Settings.read()
    return Catalogue(settings.home, settings.provider, settings.threads)


@app.command("list")
@failures_in_one_line
def list_models() -> None:
    """Every model of the shipped and of the user's manifest."""
    table = Table(Column("id", no_wrap=True), "task", "family", "licence", "commercial use", "source")
    for spec in _catalogue().manifest.model:
        commercial = "yes" if spec.commercial_use else "[red]no[/]"
        table.add_row(spec.id, spec.task, spec.family, spec.licence, commercial, _source(spec))
    console.print(table)


@app.command()
@failures_in_one_line
def check() -> None:
    """Verify, open and check every model that is on this machine; exit 1 when one is wrong."""
    catalogue = _catalogue()
    wrong = 0
    for spec in catalogue.manifest.model:
        if not _is_here(catalogue, spec):
            console.print(f"[yellow]-[/] {spec.id}: not here; citygate models fetch {spec.id}")
            continue
        try:
            open_model(catalogue, spec.id)
        except CitygateError as error:
            wrong += 1
            console.print(f"[red]x[/] {spec.id}: {error}")
        else:
            console.print(f"[green]ok[/] {spec.id} on {catalogue.provider}, sha256 {spec.sha256[:16]}")
    if wrong:
        raise typer.Exit(1)


@app.command()
@failures_in_one_line
def prepare() -> None:
    """Convert the packaged networks to ONNX now rather than at the first start."""
    catalogue = _catalogue()
    packaged = [spec for spec in catalogue.manifest.model if all(network.packaged for network in spec.networks)]
    for spec in packaged:
        catalogue.open(spec.id)
        console.print(f"[green]ok[/] {spec.id}")


@app.command("import")
@failures_in_one_line
def import_file(
    file: Annotated[Path, typer.Argument(help="an ONNX file that you are licensed to use", exists=True)],
    *,
    family: Annotated[str, typer.Option(help=f"one of {', '.join(IMPORTABLE)}")],
    licence: Annotated[str, typer.Option(help="its licence, as an SPDX name or in words")],
    model_id: Annotated[str, typer.Option("--id", help="the id to list it under; default: the file's name")] = "",
    commercial: Annotated[bool, typer.Option(help="whether the licence admits commercial use")] = False,
    channels: Channels = None,
    mean: Annotated[float | None, typer.Option(help="subtracted from every pixel; default: the family's own")] = None,
    std: Annotated[float | None, typer.Option(help="every pixel is divided by it; default: the family's own")] = None,
    class_map: ClassMap = None,
) -> None:
    """Copy an ONNX file into this installation and list it, once it has been opened and fits its family."""
    settings = Settings.read()
    known = _family(family)
    spec = describe_file(
        file,
        model_id or file.stem.lower().replace("_", "-"),
        known,
        licence,
        commercial_use=commercial,
        preprocessing=_preprocessing(known, channels, mean, std),
        class_map=read_map(class_map or ()),
    )
    import_model(settings.home, file, spec, check=lambda: open_model(_catalogue(), spec.id))
    console.print(f"[green]ok[/] {spec.id} ({spec.task}), sha256 {spec.sha256[:16]}")
    if spec.task == "face-embedding":
        console.print(f"No threshold yet: measure one with `citygate bench calibrate --embedder {spec.id} --save`.")


@app.command()
@failures_in_one_line
def fetch(model_id: Annotated[str, typer.Argument(help="a model whose source is a public address")]) -> None:
    """Get a public file from its pinned address, verified by sha256; goes on where an earlier try stopped."""
    catalogue = _catalogue()
    spec = catalogue.manifest.get(model_id)
    with Progress(
        "[progress.description]{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn()
    ) as bar:
        task = bar.add_task(model_id)
        fetch_model(
            catalogue,
            spec,
            progress=lambda have, whole: bar.update(task, completed=have, total=whole),
        )
    console.print(f"[green]ok[/] {model_id}")


def _family(name: str) -> Family:
    for family in IMPORTABLE:
        if family == name:
            return family
    raise ConfigurationError(f"--family: wanted one of {', '.join(IMPORTABLE)}, got {name!r}")


def _preprocessing(family: Family, channels: str | None, mean: float | None, std: float | None) -> Preprocessing:
    usual = USUAL_PREPROCESSING.get(family, Preprocessing())
    wished = {
        "channels": channels,
        "mean": None if mean is None else (mean,) * 3,
        "std": None if std is None else (std,) * 3,
    }
    given = {name: value for name, value in wished.items() if value is not None}
    return Preprocessing.model_validate(usual.model_dump() | given)


def _source(spec: ModelSpec) -> str:
    network = spec.networks[0]
    if network.packaged:
        return f"package {network.packaged.package}"
    return "public address" if network.remote else str(network.local.path if network.local else "")


def _is_here(catalogue: Catalogue, spec: ModelSpec) -> bool:
    return all(not network.remote or catalogue.fetched_path(spec, network).exists() for network in spec.networks)
