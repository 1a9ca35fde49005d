"""`python -m models.training.plates`: render crops for the reader, ahead of its training."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from models.training.plates.crops import CropRenderer
from models.training.plates.kit import read_kit
from models.training.plates.shards import Shard

_CROPS, _GENTLE_SHARDS, _GENTLE_SEVERITY = 5000, 8, 0.25


def render(
    kit: Annotated[Path, typer.Argument(help="TOML file that names glyphs, fonts and backgrounds", exists=True)],
    out: Annotated[Path, typer.Argument(help="folder of the shards")],
    shards: int = 40,
    first: Annotated[int, typer.Option(help="number of the first shard: several processes share the work")] = 0,
    step: int = 1,
    seed: int = 3,
) -> None:
    """Write shards of 5,000 crops, the first eight gentler than the others; same seed and number, same shard."""
    files = read_kit(kit)
    renderer = CropRenderer(files.plates(), files.around())
    out.mkdir(parents=True, exist_ok=True)
    for number in range(first, shards, step):
        path = out / f"crops-{number:04d}.npz"
        if path.exists():
            continue
        rng = np.random.default_rng((seed, number))
        severity = min(1.0, _GENTLE_SEVERITY + (1 - _GENTLE_SEVERITY) * number / _GENTLE_SHARDS)
        Shard.of([renderer.draw(rng, severity) for _ in range(_CROPS)]).save(path)
        typer.echo(f"{path.name}: {_CROPS} crops, severity {severity:.2f}")


if __name__ == "__main__":
    typer.run(render)
