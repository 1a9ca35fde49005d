"""`citygate verify A B`: are these two pictures of one person? Nothing is stored."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import console, failures_in_one_line
from models.catalogue import Catalogue
from models.faces.lane import FaceLane
from models.faces.open import open_face_lane
from pipelines.services.probe import observe_one
from pipelines.settings import Settings
from vision.errors import BadInput
from vision.picture import decode_picture
from vision.quality import QualityLimits, measure_quality, quality_reasons
from vision.types import FaceObservation

Picture = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JPEG, PNG or WebP with one face")]


@failures_in_one_line
def verify(
    a: Picture,
    b: Picture,
    target_fmr: Annotated[float, typer.Option(help="share of different persons that may count as one")] = 1e-3,
) -> None:
    """Say whether two pictures show one person; exit 0 when they do, 3 when not."""
    settings = Settings.read()
    catalogue = Catalogue(settings.home, settings.provider, settings.threads)
    lane = open_face_lane(catalogue, detector_id=settings.face_detector, embedder_ids=[settings.face_embedder])
    first, second = (_observe(lane, path, settings.upload_max_pixels) for path in (a, b))
    score = lane.embed(first).similarity(lane.embed(second))
    threshold = catalogue.threshold(lane.current.model_id, target_fmr)
    same = score >= threshold
    verdict = "[green]one person[/]" if same else "[yellow]not shown to be one person[/]"
    console.print(f"{verdict}: similarity {score:.3f}, threshold {threshold:.3f} at FMR {target_fmr:g}")
    console.print(f"model {lane.current.model_id}, detector {settings.face_detector}", style="dim")
    if not same:
        raise typer.Exit(3)


def _observe(lane: FaceLane, path: Path, max_pixels: int) -> FaceObservation:
    try:
        observation = observe_one(lane, decode_picture(path.read_bytes(), max_pixels))
    except BadInput as error:
        raise type(error)(f"{path}: {error}") from error
    reasons = quality_reasons(measure_quality(observation), QualityLimits())
    if reasons:
        console.print(f"[yellow]{path.name}: a gate would not decide on it: {', '.join(reasons)}[/]")
    return observation
