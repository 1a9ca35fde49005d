"""`python -m models.training.detector`: train the plate detector, export it, quantise it, score it."""

import logging
from pathlib import Path
from typing import Annotated

import torch
import typer

from models.training.arguments import Checkpoint, Exported, Trained, Written
from models.training.detector.export import export_network, quantise_network
from models.training.detector.files import opened
from models.training.detector.samples import SceneFolder
from models.training.detector.score import score as score_scenes
from models.training.detector.train import Plan, Trainer, shipped_network

_LOWEST = 0.1
_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)

app = typer.Typer(help="The plate detector.", no_args_is_help=True)
_Folder = Annotated[Path, typer.Argument(help="rendered scenes", exists=True, file_okay=False)]


@app.command()
def train(
    scenes: _Folder,
    checkpoint: Checkpoint,
    steps: int = 9000,
    decay: Annotated[int, typer.Option(help="steps at the end over which the rate falls")] = 2000,
    seed: int = 1,
) -> None:
    """Learn on one thread, with one process that prepares the pictures; may be stopped at any time and called again."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    trainer = Trainer(Plan(steps=steps, decay=decay), seed)
    if checkpoint.exists():
        trainer.load(checkpoint)
    trainer.run(SceneFolder(scenes), checkpoint, loaders=1)


@app.command()
def export(checkpoint: Trained, network: Written) -> None:
    """Write a checkpoint's averaged weights as ONNX and compare it with torch."""
    export_network(shipped_network(checkpoint), network)


@app.command()
def quantise(
    network: Exported,
    quantised: Written,
    scenes: _Folder,
    count: Annotated[int, typer.Option(help="scenes whose values set the ranges", min=1)] = 80,
) -> None:
    """Write the 8-bit twin of an exported network."""
    quantise_network(network, quantised, SceneFolder(scenes), count)


@app.command()
def score(network: Exported, scenes: _Folder) -> None:
    """Print recall, false plates and corner errors on scenes, by threshold."""
    findings = score_scenes(opened(network, _LOWEST).detect, SceneFolder(scenes))
    typer.echo(f"{findings.plates} plates in {findings.scenes} scenes")
    for threshold in _THRESHOLDS:
        recall, false = findings.recall(threshold), findings.false_per_scene(threshold)
        typer.echo(f"{threshold:.2f}: recall {recall:.4f}, false plates a scene {false:.4f}")
    typer.echo(
        f"mean corner error {findings.errors.mean():.4f} of the width, lines right {findings.layouts.mean():.4f}"
    )


if __name__ == "__main__":
    app()
