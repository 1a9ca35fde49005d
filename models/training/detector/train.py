"""The training loop: seeded by step, so that a run that was stopped goes on as if it had not been."""

import logging
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from models.training.detector.batches import Batch, Batches
from models.training.detector.losses import loss_of
from models.training.detector.network import PlateNetwork
from models.training.detector.samples import SceneFolder
from models.training.learner import Learner

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to learn.

    Attributes:
        steps: in all.
        decay: over so many steps the rate falls to nothing at the end; before, it is constant, so that a run can be
            stopped at any time and brought to an end with fewer steps than planned.
        warmup: over so many steps it rises at the start.
        rate: of learning.
        batch: pictures of side 416; of larger ones fewer.
        ema: how much of the averaged weights stays at each step.
        checkpoint_every: steps.
    """

    steps: int
    decay: int
    warmup: int = 300
    rate: float = 2.5e-3
    batch: int = 8
    ema: float = 0.9985
    checkpoint_every: int = 500

    def rate_at(self, step: int) -> float:
        """The learning rate of a step."""
        return self.rate * min(1.0, (step + 1) / self.warmup, (self.steps - step) / max(self.decay, 1))


class Trainer(Learner):
    """A network with its optimiser and its averaged twin, which is the one to ship.

    Args:
        plan: of the run.
        seed: of the weights and of every batch.
    """

    def __init__(self, plan: Plan, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.plan = plan
        self._seed = seed
        super().__init__(PlateNetwork(), weight_decay=0.02, ema=plan.ema)

    def run(self, scenes: SceneFolder, checkpoint: Path, loaders: int = 0) -> None:
        """Learn up to the plan's last step; writes the checkpoint now and then and at the end.

        Args:
            loaders: processes that make batches beside this one; 0: this one makes them.
        """
        self.network.train()
        batches = Batches(scenes, self.plan.batch, self._seed)
        steps = range(self.step, self.plan.steps)
        for batch in DataLoader(batches, batch_size=None, sampler=steps, num_workers=loaders):
            scores, corners = self.learn(batch)
            if self.step % 20 == 0:
                logger.info("step %d: scores %.4f, corners %.4f", self.step, scores, corners)
            if self.step % self.plan.checkpoint_every == 0:
                self.save(checkpoint)
        self.save(checkpoint)

    def learn(self, batch: Batch) -> tuple[float, float]:
        """One step; both parts of its loss."""
        pictures, targets = batch
        scores, corners = loss_of(self.network(pictures), targets)
        self.descend(scores + corners, self.plan.rate_at(self.step))
        return float(scores.detach()), float(corners.detach())


def shipped_network(checkpoint: Path) -> PlateNetwork:
    """The averaged weights of a checkpoint, ready to be exported."""
    trainer = Trainer(Plan(steps=1, decay=1))
    trainer.load(checkpoint)
    network: PlateNetwork = trainer.averaged.module.eval()
    return network
