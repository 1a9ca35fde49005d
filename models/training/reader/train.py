"""Train the reader for a given time; the best weights so far lie on disk at any moment."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from models.training.crew import ALONE, Crew
from models.training.plates.shards import Shard
from models.training.reader.batches import Batch, Batches, to_tensor
from models.training.reader.network import PlateReaderNetwork
from vision.plate_text import ROW_CELLS, collapsed

logger = logging.getLogger(__name__)

_KIND_WEIGHT = 0.3
_FIRST_WEIGHT = 0.3
_CHARACTERS = 7
_WARM_UP = 0.02


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    Attributes:
        minutes: of wall clock; the learning rate follows a cosine over them.
        peak_rate: the highest learning rate.
        report_s: seconds between two evaluations, each of which saves the averaged weights.
    """

    minutes: float
    peak_rate: float
    weight_decay: float = 0.02
    report_s: float = 240.0


def train(
    batches: Batches,
    held_out: dict[str, Shard],
    plan: Plan,
    weights: Path,
    seed: int,
    start: PlateReaderNetwork | None = None,
    crew: Crew = ALONE,
) -> PlateReaderNetwork:
    """The network, its weights averaged over the last steps.

    Args:
        start: to go on with; None: a new network.
        held_out: sets to report on, by name.
        weights: where the state is saved at each report.
        crew: the processes that train together.
    """
    torch.manual_seed(seed)
    network = (start or PlateReaderNetwork()).to(memory_format=torch.channels_last)
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.998), use_buffers=True)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.peak_rate, weight_decay=plan.weight_decay)
    begun, reported, seen = time.monotonic(), time.monotonic(), 0
    share = 0.0
    losses: list[float] = []
    while share < 1:
        for group in optimizer.param_groups:
            group["lr"] = plan.peak_rate * _schedule(share)
        batch = batches.draw()
        characters, kind, first = network.learn(batch.images)
        loss = _loss(characters, kind, first, batch)
        optimizer.zero_grad()
        loss.backward()
        # All processes go by one clock, so that none waits for another that has stopped.
        gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
        share = crew.average(gradients, (time.monotonic() - begun) / (plan.minutes * 60))
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        averaged.update_parameters(network)
        losses.append(float(loss.detach()))
        seen += len(batch.images) * crew.size
        if crew.rank == 0 and time.monotonic() - reported > plan.report_s:
            reported = time.monotonic()
            torch.save(averaged.module.state_dict(), weights)
            told = f"{share:.0%}, {seen} crops of {batches.shard_count} shards, loss {np.mean(losses[-200:]):.4f}"
            logger.info("%s, exact: %s", told, _scores(averaged.module, held_out))
    if crew.rank == 0:
        torch.save(averaged.module.state_dict(), weights)
    trained: PlateReaderNetwork = averaged.module.eval()
    return trained


def exact(network: torch.nn.Module, shard: Shard, batch: int = 250) -> float:
    """Share of the crops whose every slot is right."""
    network.eval()
    right = []
    with torch.inference_mode():
        for start in range(0, len(shard.kinds), batch):
            images = to_tensor(shard.images[start : start + batch]).contiguous(memory_format=torch.channels_last)
            cells = network(images)[0].argmax(dim=2).numpy()
            wanted = shard.slots[start : start + batch]
            right += [list(said[said > 0]) == collapsed(best) for best, said in zip(cells, wanted, strict=True)]
    return float(np.mean(right))


def _scores(network: torch.nn.Module, held_out: dict[str, Shard]) -> str:
    return ", ".join(f"{name} {exact(network, shard):.4f}" for name, shard in held_out.items())


def _schedule(share: float) -> float:
    """Factor on the learning rate after that share of the time."""
    if share < _WARM_UP:
        return share / _WARM_UP + 0.01
    return 0.5 * (1 + float(np.cos(np.pi * (share - _WARM_UP) / (1 - _WARM_UP)))) * 0.99 + 0.01


def _loss(characters: Tensor, kind: Tensor, first: Tensor, batch: Batch) -> Tensor:
    adjusted = (characters + batch.prior[:, None]).log_softmax(2)
    lengths = (batch.slots > 0).sum(dim=1)
    double = batch.double
    upper, lower = adjusted[:, :ROW_CELLS], adjusted[:, ROW_CELLS:]
    reading = torch.cat([
        _ctc(adjusted[double], batch.slots[double], lengths[double]),
        _ctc(lower[~double], batch.slots[~double], lengths[~double]) - upper[~double, :, 0].sum(dim=1),
    ])  # fmt: skip
    province = functional.cross_entropy(first + batch.prior, batch.slots[:, 0])
    return (
        reading.mean() / _CHARACTERS
        + _FIRST_WEIGHT * province
        + _KIND_WEIGHT * functional.cross_entropy(kind, batch.kinds)
    )


def _ctc(cells: Tensor, slots: Tensor, lengths: Tensor) -> Tensor:
    if not len(cells):
        return cells.new_zeros(0)
    whole = torch.full_like(lengths, cells.shape[1])
    return functional.ctc_loss(cells.transpose(0, 1), slots, whole, lengths, reduction="none", zero_infinity=True)
