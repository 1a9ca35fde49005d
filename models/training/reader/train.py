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

from models.training.plates.shards import Shard
from models.training.reader.batches import Batch, Batches, to_tensor
from models.training.reader.network import PlateReaderNetwork
from vision.plate_alphabet import DIGITS, LETTERS

logger = logging.getLogger(__name__)

_KIND_WEIGHT = 0.3
_PADDING_WEIGHT = 0.15
_WARM_UP = 0.02
# Their strokes are finer and there is only one to a plate.
_CHINESE_WEIGHT = 4.0
_LAST_LATIN_CLASS = len(DIGITS + LETTERS)


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
) -> PlateReaderNetwork:
    """The network, its weights averaged over the last steps.

    Args:
        start: to go on with; None: a new network.
        held_out: sets to report on, by name.
        weights: where the state is saved at each report.
    """
    torch.manual_seed(seed)
    network = (start or PlateReaderNetwork()).to(memory_format=torch.channels_last)
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.998), use_buffers=True)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.peak_rate, weight_decay=plan.weight_decay)
    begun, reported, seen = time.monotonic(), time.monotonic(), 0
    losses: list[float] = []
    while (share := (time.monotonic() - begun) / (plan.minutes * 60)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = plan.peak_rate * _schedule(share)
        batch = batches.draw()
        characters, kind = network(batch.images)
        loss = _loss(characters, kind, batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        averaged.update_parameters(network)
        losses.append(float(loss.detach()))
        seen += len(batch.images)
        if time.monotonic() - reported > plan.report_s:
            reported = time.monotonic()
            torch.save(averaged.module.state_dict(), weights)
            scores = {name: exact(averaged.module, shard) for name, shard in held_out.items()}
            told = ", ".join(f"{name} {score:.4f}" for name, score in scores.items())
            logger.info(
                "%.0f %%, %d crops of %d shards, loss %.4f, exact: %s",
                share * 100, seen, batches.shard_count, float(np.mean(losses[-200:])), told,
            )  # fmt: skip
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
            read = network(images)[0].argmax(dim=2).numpy()
            right.append((read == shard.slots[start : start + batch]).all(axis=1))
    return float(np.concatenate(right).mean())


def _schedule(share: float) -> float:
    """Factor on the learning rate after that share of the time."""
    if share < _WARM_UP:
        return share / _WARM_UP + 0.01
    return 0.5 * (1 + float(np.cos(np.pi * (share - _WARM_UP) / (1 - _WARM_UP)))) * 0.99 + 0.01


def _loss(characters: Tensor, kind: Tensor, batch: Batch) -> Tensor:
    slots = batch.slots
    first = characters[:, :1] + batch.first_prior[:, None]
    characters = torch.cat([first, characters[:, 1:]], dim=1)
    each = functional.cross_entropy(characters.flatten(0, 1), slots.flatten(), reduction="none").view(slots.shape)
    # The first empty slot ends the text and counts in full, those behind it hardly.
    ended = torch.cumsum((slots == 0).long(), dim=1) > 1
    weights = torch.where(ended, _PADDING_WEIGHT, 1.0) * torch.where(slots > _LAST_LATIN_CLASS, _CHINESE_WEIGHT, 1.0)
    reading = (each * weights).sum() / weights.sum()
    return reading + _KIND_WEIGHT * functional.cross_entropy(kind, batch.kinds)
