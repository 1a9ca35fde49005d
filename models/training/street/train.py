"""The training loop: for so many minutes, on one process or on several that `torchrun` started."""

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from models.training.street.batches import Batch, batch_of
from models.training.street.listing import Photo
from models.training.street.losses import loss_of
from models.training.street.network import StreetNetwork

logger = logging.getLogger(__name__)

_CLIP = 10.0
# Of the minutes: over which the rate rises.
_WARM_UP = 0.02
_REPORT_EVERY = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """How to learn.

    Attributes:
        minutes: of this machine's time, those before a checkpoint included; the rate follows a cosine over them.
        rate: the highest learning rate.
        batch: pictures a step and process.
        ema: how much of the averaged weights stays at each step.
        save_s: seconds between two checkpoints.
    """

    minutes: float
    rate: float = 2e-3
    batch: int = 8
    ema: float = 0.9985
    save_s: float = 300.0

    def rate_at(self, done: float) -> float:
        """The learning rate when the share `done` of the minutes, 0..1, is over."""
        return self.rate * min((done + 1e-3) / _WARM_UP, 0.5 * (1 + math.cos(math.pi * min(done, 1.0))) + 0.01)


class Trainer:
    """A network with its optimiser and its averaged twin, which is the one to ship.

    Args:
        plan: of the run.
        seed: of the weights and of every batch.
    """

    def __init__(self, plan: Plan, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.plan = plan
        self._seed = seed
        # Channels last is how convolutions on a CPU are fast.
        self.network = StreetNetwork().to(memory_format=torch.channels_last)
        self.averaged = AveragedModel(self.network, multi_avg_fn=self._average, use_buffers=True)
        self._optimiser = torch.optim.AdamW(self.network.parameters(), lr=plan.rate, weight_decay=0.03)
        self.step = 0
        self.seconds = 0.0

    def run(self, photos: Sequence[Photo], checkpoint: Path) -> None:
        """Learn until the plan's minutes are over; the first process reports and saves, now and then and at the end.

        Args:
            photos: to learn from; every process draws other ones.
            checkpoint: written whole or not at all.
        """
        rank, size = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
        network = DistributedDataParallel(self.network) if size > 1 else self.network
        network.train()
        saved = self.seconds
        while self.seconds < self.plan.minutes * 60:
            begun = time.monotonic()
            losses = self.learn(network, batch_of(photos, self.plan.batch, self._seed, self.step * size + rank))
            self.seconds += _longest(time.monotonic() - begun, size)
            if rank == 0 and self.step % _REPORT_EVERY == 0:
                logger.info("step %d, %.0f s: scores %.3f, boxes %.3f", self.step, self.seconds, *losses)
            if rank == 0 and self.seconds - saved > self.plan.save_s:
                saved = self.seconds
                self.save(checkpoint)
        if rank == 0:
            self.save(checkpoint)

    def learn(self, network: torch.nn.Module, batch: Batch) -> tuple[float, float]:
        """One step; both parts of its loss."""
        pictures, truths = batch
        for group in self._optimiser.param_groups:
            group["lr"] = self.plan.rate_at(self.seconds / (self.plan.minutes * 60))
        self._optimiser.zero_grad()
        scores, boxes = loss_of(network(pictures), truths, pictures.shape[-1])
        (scores + boxes).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), _CLIP)
        self._optimiser.step()
        self.step += 1
        self.averaged.update_parameters(self.network)
        return float(scores.detach()), float(boxes.detach())

    def _average(self, averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        """Move the averaged weights towards the current ones: faster at the start, to forget the first, random ones."""
        share = min(self.plan.ema, (1 + int(count)) / (10 + int(count)))
        get_ema_multi_avg_fn(share)(averaged, current, count)

    def save(self, path: Path) -> None:
        """Write all that `load` needs; never half."""
        content = {
            "step": self.step,
            "seconds": self.seconds,
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        unfinished = path.with_suffix(".unfinished")
        torch.save(content, unfinished)
        unfinished.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""
        content = torch.load(path, weights_only=True)
        self.network.load_state_dict(content["network"])
        self.averaged.load_state_dict(content["averaged"])
        self._optimiser.load_state_dict(content["optimiser"])
        self.step, self.seconds = content["step"], content["seconds"]


def shipped_network(checkpoint: Path) -> StreetNetwork:
    """The averaged weights of a checkpoint, ready to be exported."""
    trainer = Trainer(Plan(minutes=1))
    trainer.load(checkpoint)
    network: StreetNetwork = trainer.averaged.module.eval()
    return network


def _longest(seconds: float, size: int) -> float:
    """The slowest process's time: all must agree on when the minutes are over."""
    if size == 1:
        return seconds
    shared = torch.tensor(seconds)
    dist.all_reduce(shared, op=dist.ReduceOp.MAX)
    return float(shared)
