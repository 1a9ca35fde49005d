"""`python -m models.training.reader train|export|quantise`."""

import logging
from pathlib import Path
from typing import Annotated

import torch
import typer

from models.training.crew import Crew
from models.training.plates.shards import read_shards
from models.training.reader.batches import Batches
from models.training.reader.export import export, quantise
from models.training.reader.network import PlateReaderNetwork
from models.training.reader.real import read_real
from models.training.reader.train import Plan, train

_PEAK_RATE = 2e-3
app = typer.Typer(no_args_is_help=True, help=__doc__)
_Weights = Annotated[Path, typer.Option(help="state of the network, as PyTorch saves it")]


@app.command("train")
def train_command(
    shards: Annotated[Path, typer.Option(help="folder that models.training.plates writes to", exists=True)],
    held_out: Annotated[Path, typer.Option(help="folder of shards that are only reported on", exists=True)],
    real: Annotated[Path, typer.Option(help="folder of real crops with labels.jsonl", exists=True)],
    weights: _Weights,
    start: Annotated[Path | None, typer.Option("--go-on", help="weights to go on with", exists=True)] = None,
    minutes: float = 86,
    seed: int = 3,
) -> None:
    """Train for so many minutes; `torchrun --nproc-per-node N -m models.training.reader train` uses N processes."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    training, kept = read_real(real)
    reported = {"real": kept} | dict(read_shards(held_out))
    begun = None if start is None else _network(start)
    crew = Crew.join()
    batches = Batches(shards, training, seed, crew)
    train(batches, reported, Plan(minutes, _PEAK_RATE), weights, seed, begun, crew)
    crew.leave()


@app.command("export")
def export_command(weights: _Weights, out: Path) -> None:
    """Write the ONNX file."""
    export(_network(weights).eval(), out)


@app.command("quantise")
def quantise_command(
    source: Path,
    out: Path,
    shards: Annotated[Path, typer.Option(help="crops to calibrate on", exists=True)],
    crops: int = 500,
) -> None:
    """Write the static int8 variant (QDQ)."""
    _, shard = next(read_shards(shards))
    quantise(source, out, shard.images[:crops])


def _network(weights: Path) -> PlateReaderNetwork:
    network = PlateReaderNetwork()
    network.load_state_dict(torch.load(weights, weights_only=True))
    return network


if __name__ == "__main__":
    app()
