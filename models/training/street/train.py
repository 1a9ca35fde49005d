"""The training loop: for so many minutes, on one process or on several that `torchrun` started."""

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn.parallel import DistributedDataParallel

from models.training.crew import ALONE, Crew
from models.training.learner import Learner
from models.training.street.batches import Batch, batch_of
from models.training.street.listing import Photo
from models.training.street.losses import loss_of
from models.training.street.network import StreetNetwork

logger = logging.getLogger(__name__)

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
        plain: of the minutes: in the last ones every picture is one photo at its usual size. What is drawn together
            by chance teaches much, but is not what a camera shows.
        save_s: seconds between two checkpoints.
    """

    minutes: float
    rate: float = 2e-3
    batch: int = 6
    ema: float = 0.998
    plain: float = 0.25
    save_s: float = 300.0

    def rate_at(self, done: float) -> float:
        """The learning rate when the share `done` of the minutes, 0..1, is over."""
        return self.rate * min((done + 1e-3) / _WARM_UP, 0.5 * (1 + math.cos(math.pi * min(done, 1.0))) + 0.01)


class Trainer(Learner):
    """A network with its optimiser and its averaged twin, which is the one to ship.

    Args:
        plan: of the run.
        seed: of the weights and of every batch.
        imagenet: the backbone's first weights; by chance without.
    """

    def __init__(self, plan: Plan, seed: int = 0, imagenet: Path | None = None) -> None:
        torch.manual_seed(seed)
        self.plan = plan
        self._seed = seed
        network = StreetNetwork()
        if imagenet:
            network.backbone.load_imagenet(imagenet)
        super().__init__(network, weight_decay=0.03, ema=plan.ema, versed=network.backbone)
        self.seconds = 0.0

    def begin(self, weights: Path) -> None:
        """Begin a run of its own with the weights of another one's checkpoint."""
        self.load(weights)
        self.seconds = 0.0

    def run(self, photos: Sequence[Photo], checkpoint: Path, crew: Crew = ALONE) -> None:
        """Learn until the plan's minutes are over; the first process reports and saves, now and then and at the end.

        Args:
            photos: to learn from; every process draws other ones.
            checkpoint: written whole or not at all.
            crew: the processes that learn together.
        """
        network = DistributedDataParallel(self.network) if crew.size > 1 else self.network
        network.train()
        saved = self.seconds
        while self.seconds < self.plan.minutes * 60:
            begun = time.monotonic()
            number = self.step * crew.size + crew.rank
            plain = self.seconds >= (1 - self.plan.plain) * self.plan.minutes * 60
            losses = self.learn(network, batch_of(photos, self.plan.batch, self._seed, number, plain=plain))
            self.seconds += crew.longest(time.monotonic() - begun)
            if crew.rank == 0 and self.step % _REPORT_EVERY == 0:
                logger.info("step %d, %.0f s: scores %.3f, boxes %.3f", self.step, self.seconds, *losses)
            if crew.rank == 0 and self.seconds - saved > self.plan.save_s:
                saved = self.seconds
                self.save(checkpoint)
        if crew.rank == 0:
            self.save(checkpoint)

    def learn(self, network: torch.nn.Module, batch: Batch) -> tuple[float, float]:
        """One step; both parts of its loss."""
        pictures, truths = batch
        scores, boxes = loss_of(network(pictures), truths, pictures.shape[-1])
        self.descend(scores + boxes, self.plan.rate_at(self.seconds / (self.plan.minutes * 60)))
        return float(scores.detach()), float(boxes.detach())

    def _content(self) -> dict[str, Any]:
        return super()._content() | {"seconds": self.seconds}

    def _restore(self, content: dict[str, Any]) -> None:
        super()._restore(content)
        self.seconds = content["seconds"]


def shipped_network(checkpoint: Path) -> StreetNetwork:
    """The averaged weights of a checkpoint, ready to be exported."""
    trainer = Trainer(Plan(minutes=1))
    trainer.load(checkpoint)
    network: StreetNetwork = trainer.averaged.module.eval()
    return network
