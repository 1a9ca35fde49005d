"""`python -m models.training.street`: split the sets, train the street detector, export it, quantise it, score it."""

import logging
from pathlib import Path
from typing import Annotated

import torch
import typer

from models.training.arguments import Checkpoint, Exported, ImageNet, Minutes, Rate, Sets, Trained, Written
from models.training.crew import Crew
from models.training.street.export import export_network, quantise_network
from models.training.street.files import opened
from models.training.street.listing import read_sets, split, write_sets
from models.training.street.score import score as score_photos
from models.training.street.train import Plan, Trainer, shipped_network

_LOWEST = 0.01

app = typer.Typer(help="The street detector.", no_args_is_help=True)


@app.command("split")
def split_sets(
    sets: Sets,
    folder: Annotated[Path, typer.Argument(help="gets the folders train and held-out; pictures stay where they are")],
    share: Annotated[float, typer.Option(help="of each set that is held out", min=0, max=1)] = 0.15,
    seed: int = 1,
) -> None:
    """Drop copies, and part what is learnt from what is measured on, by clip and likeness."""
    photos = read_sets(sets)
    train_photos, held_out = split(photos, share, seed)
    write_sets(train_photos, folder / "train")
    write_sets(held_out, folder / "held-out")
    typer.echo(f"{len(photos)} pictures: {len(train_photos)} to learn from, {len(held_out)} held out, the rest copies")


@app.command()
def train(
    sets: Sets,
    checkpoint: Checkpoint,
    minutes: Minutes = 240,
    rate: Rate = 2e-3,
    seed: int = 1,
    weights: Annotated[
        Path | None, typer.Option(help="another run's checkpoint: a new one begins with its weights", exists=True)
    ] = None,
    imagenet: ImageNet = None,
) -> None:
    """Learn on one thread a process, several where `torchrun` starts them; may be stopped and called again."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    crew = Crew.join()
    trainer = Trainer(Plan(minutes, rate), seed, imagenet)
    if checkpoint.exists():
        trainer.load(checkpoint)
    elif weights:
        trainer.begin(weights)
    trainer.run(read_sets(sets), checkpoint, crew)
    crew.leave()


@app.command()
def export(checkpoint: Trained, network: Written) -> None:
    """Write a checkpoint's averaged weights as ONNX and compare it with torch."""
    export_network(shipped_network(checkpoint), network)


@app.command()
def quantise(
    network: Exported,
    quantised: Written,
    sets: Sets,
    count: Annotated[int, typer.Option(help="pictures whose values set the ranges", min=1)] = 40,
) -> None:
    """Write the 8-bit twin of an exported network."""
    quantise_network(network, quantised, read_sets(sets), count)


@app.command()
def score(
    network: Exported,
    sets: Sets,
    verifier: Annotated[Path | None, typer.Option(help="the network that takes a second look", exists=True)] = None,
) -> None:
    """Print AP50 by set and class, and the threshold at which precision and recall are best together."""
    detector = opened(network, _LOWEST, verifier)
    for (name, label), findings in score_photos(detector.detect, read_sets(sets)).items():
        threshold = findings.threshold()
        typer.echo(
            f"{name} {label}: {findings.wanted} objects, AP50 {findings.average_precision:.3f}, at {threshold:.2f} "
            f"precision {findings.precision(threshold):.3f}, recall {findings.recall(threshold):.3f}"
        )


if __name__ == "__main__":
    app()
