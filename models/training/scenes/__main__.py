"""`python -m models.training.scenes`: render scenes for the detector, ahead of its training."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from models.training.plates.kit import read_kit
from models.training.scenes.compose import SceneRenderer
from models.training.scenes.folder import save_scene
from models.training.scenes.photographs import Part, Photographs
from models.training.scenes.real_plates import RealPlates
from models.training.scenes.signs import SignRenderer


def render(
    kit: Annotated[Path, typer.Argument(help="TOML file that names glyphs and fonts", exists=True)],
    out: Annotated[Path, typer.Argument(help="folder of the scenes")],
    photographs: Annotated[list[Path], typer.Option(help="folder with labels.jsonl: streets, cars", exists=True)],
    crops: Annotated[Path, typer.Option(help="folder of pictures of one blue plate each", exists=True)],
    scenes: int = 8000,
    seed: int = 5,
    part: Annotated[Part, typer.Option(help="photographs to train on, or those held out")] = "train",
) -> None:
    """Write scenes that are not there yet; the same seed, part and number give the same scene."""
    files = read_kit(kit)
    renderer = SceneRenderer(
        files.plates(),
        RealPlates(sorted(crops.glob("*.jpg"))),
        Photographs(photographs, part),
        SignRenderer(files.fonts, files.chinese_fonts),
    )
    out.mkdir(parents=True, exist_ok=True)
    for number in range(scenes):
        if not (out / f"scene-{number:06d}.jpg").exists():
            rng = np.random.default_rng((seed, part == "held-out", number))
            save_scene(out, f"scene-{number:06d}", renderer.draw(rng))


if __name__ == "__main__":
    typer.run(render)
