"""`python -m models.training.verifier`: keep a detector's proposals, train the verifier on them, export, quantise."""

import logging
from pathlib import Path
from typing import Annotated

import torch
import typer

from models.training.arguments import Checkpoint, Exported, ImageNet, Minutes, Rate, Sets, Trained, Written
from models.training.crew import Crew
from models.training.onnx_files import evenly
from models.training.street.files import opened
from models.training.street.listing import read_sets
from models.training.timed import TimePlan
from models.training.verifier.export import VIEWS, export_network, quantise_network
from models.training.verifier.proposals import LOWEST_SCORE, propose, read_proposals, write_proposals
from models.training.verifier.train import Trainer, shipped_network

app = typer.Typer(help="The street detector's second look.", no_args_is_help=True)
_Proposals = Annotated[Path, typer.Argument(help="what `propose` wrote for these sets", exists=True)]


@app.command("propose")
def keep_proposals(
    detector: Exported, sets: Sets, proposals: Annotated[Path, typer.Argument(help="the .npz file to write")]
) -> None:
    """Keep what a street detector takes for objects in training photos."""
    write_proposals(propose(opened(detector, LOWEST_SCORE), read_sets(sets)), proposals)


@app.command()
def train(
    sets: Sets,
    proposals: _Proposals,
    checkpoint: Checkpoint,
    minutes: Minutes = 60,
    rate: Rate = 2e-3,
    seed: int = 1,
    imagenet: ImageNet = None,
) -> None:
    """Learn on one thread a process, several where `torchrun` starts them; may be stopped and called again."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    crew = Crew.join()
    trainer = Trainer(TimePlan(minutes, rate, batch=64), seed, imagenet)
    if checkpoint.exists():
        trainer.load(checkpoint)
    trainer.run(read_proposals(read_sets(sets), proposals), checkpoint, crew)
    crew.leave()


@app.command()
def export(checkpoint: Trained, network: Written) -> None:
    """Write a checkpoint's averaged weights as ONNX and compare it with torch."""
    export_network(shipped_network(checkpoint), network)


@app.command()
def quantise(network: Exported, quantised: Written, sets: Sets, proposals: _Proposals, count: int = 40) -> None:
    """Write the 8-bit twin of an exported network; the proposals of so many photos set its ranges."""
    proposed = [one for one in read_proposals(read_sets(sets), proposals) if len(one.boxes) >= VIEWS]
    quantise_network(network, quantised, [proposed[index] for index in evenly(len(proposed), count)])


if __name__ == "__main__":
    app()
