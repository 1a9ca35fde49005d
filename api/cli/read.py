"""`citygate read IMAGE...`: what do the plates in these pictures say? Nothing is stored."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from api.cli.console import console, failures_in_one_line
from api.schemas.plates import PlateReadingOut
from models.catalogue import Catalogue
from models.plates.lane import PlateLane
from models.plates.open import open_plate_lane
from pipelines.settings import Settings
from vision.errors import BadInput, ConfigurationError
from vision.picture import decode_picture
from vision.types import PlateObservation

Pictures = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="JPEG, PNG or WebP")]
_NO_PLATE = 3


@failures_in_one_line
def read(
    images: Pictures,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a picture and line")] = False,
) -> None:
    """Read the plates of pictures; exit 0 when every picture has a legible one, 3 when not."""
    settings = Settings.read()
    lane = _lane(settings)
    found = {path: _find(lane, path, settings.upload_max_pixels) for path in images}
    if as_json:
        for path, plates in found.items():
            # Not by the console, which would fold long lines.
            typer.echo(_line(lane, path, plates))
    else:
        console.print(_table(lane, found))
    if not all(any(plate.reading for plate in plates) for plates in found.values()):
        raise typer.Exit(_NO_PLATE)


def _lane(settings: Settings) -> PlateLane:
    if not settings.plate_detector or not settings.plate_reader:
        raise ConfigurationError("no plate networks: wanted CITYGATE_PLATE_DETECTOR and CITYGATE_PLATE_READER")
    catalogue = Catalogue(settings.home, settings.provider, settings.threads)
    return open_plate_lane(catalogue, detector_id=settings.plate_detector, reader_id=settings.plate_reader)


def _find(lane: PlateLane, path: Path, max_pixels: int) -> list[PlateObservation]:
    try:
        return lane.find(decode_picture(path.read_bytes(), max_pixels))
    except BadInput as error:
        raise type(error)(f"{path}: {error}") from error


def _table(lane: PlateLane, found: dict[Path, list[PlateObservation]]) -> Table:
    table = Table("picture", Column("plate", no_wrap=True), "kind", "confidence", "a gate may act on it", "box")
    for path, plates in found.items():
        if not plates:
            table.add_row(path.name, "[yellow]none[/]")
        for plate in plates:
            box = " ".join(f"{edge:.0f}" for edge in plate.xyxy)
            if plate.reading is None:
                table.add_row(path.name, "[yellow]not legible[/]", "", "", "no", box)
                continue
            reading = plate.reading
            may = "[green]yes[/]" if lane.accepts(plate) else f"[yellow]{_fault(plate)}[/]"
            table.add_row(path.name, reading.text, reading.kind, f"{reading.confidence:.3f}", may, box)
    return table


def _fault(plate: PlateObservation) -> str:
    if not plate.whole:
        return "no: cut off"
    return "no: not certain enough" if plate.reading and plate.reading.plausible else "no: fits no format"


def _line(lane: PlateLane, path: Path, plates: list[PlateObservation]) -> str:
    """The picture's plates as `POST /v1/plates/read` answers them, and how many more were seen."""
    items = [
        PlateReadingOut.of(plate, plate.reading, accepted=lane.accepts(plate)).model_dump(mode="json")
        for plate in plates
        if plate.reading
    ]
    line = {"image": str(path), "items": items, "not_legible": len(plates) - len(items)}
    return json.dumps(line, ensure_ascii=False)
