"""A training loop that ends with its minutes: on one process or on several that `torchrun` started."""

import logging
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch.nn.parallel import DistributedDataParallel

from models.training.crew import ALONE, Crew
from models.training.learner import Learner

logger = logging.getLogger(__name__)

Lesson = TypeVar("Lesson")

# Of the minutes: over which the rate rises.
_WARM_UP = 0.02
_REPORT_EVERY = 20


@dataclass(frozen=True, slots=True)
class TimePlan:
    """How to learn.

    Attributes:
        minutes: of this machine's time, those before a checkpoint included; the rate follows a cosine over them.
        rate: the highest learning rate.
        batch: samples a step and process.
        ema: how much of the averaged weights stays at each step.
        save_s: seconds between two checkpoints.
    """

    minutes: float
    rate: float = 2e-3
    batch: int = 6
    ema: float = 0.998
    save_s: float = 300.0

    def rate_at(self, done: float) -> float:
        """The learning rate when the share `done` of the minutes, 0..1, is over."""
        return self.rate * min((done + 1e-3) / _WARM_UP, 0.5 * (1 + math.cos(math.pi * min(done, 1.0))) + 0.01)


class TimedLearner(Learner, ABC, Generic[Lesson]):
    """A network with its optimiser and its averaged twin, and the seconds that it has learnt.

    Args:
        plan: of the run.
        network, weight_decay, versed: see `Learner`.
    """

    def __init__(
        self,
        plan: TimePlan,
        network: torch.nn.Module,
        weight_decay: float,
        versed: torch.nn.Module | None = None,
    ) -> None:
        super().__init__(network, weight_decay, plan.ema, versed)
        self.plan = plan
        self.seconds = 0.0

    @property
    def done(self) -> float:
        """The share of the plan's minutes that is over."""
        return self.seconds / (self.plan.minutes * 60)

    def begin(self, weights: Path) -> None:
        """Begin a run of its own with the weights of another one's checkpoint."""
        self.load(weights)
        self.seconds = 0.0

    @abstractmethod
    def losses(self, network: torch.nn.Module, lesson: Lesson) -> tuple[torch.Tensor, torch.Tensor]:
        """The scores' and the boxes' loss of a batch."""

    def learn(self, network: torch.nn.Module, lesson: Lesson) -> tuple[float, float]:
        """One step; both parts of its loss."""
        scores, boxes = self.losses(network, lesson)
        self.descend(scores + boxes, self.plan.rate_at(self.done))
        return float(scores.detach()), float(boxes.detach())

    def keep_learning(self, lesson: Callable[[int], Lesson], checkpoint: Path, crew: Crew = ALONE) -> None:
        """Learn until the plan's minutes are over; the first process reports and saves, now and then and at the end.

        Args:
            lesson: the batch of a number; every process asks for numbers of its own.
            checkpoint: written whole or not at all.
            crew: the processes that learn together.
        """
        network = DistributedDataParallel(self.network) if crew.size > 1 else self.network
        network.train()
        saved = self.seconds
        while self.done < 1:
            begun = time.monotonic()
            losses = self.learn(network, lesson(self.step * crew.size + crew.rank))
            self.seconds += crew.longest(time.monotonic() - begun)
            if crew.rank == 0 and self.step % _REPORT_EVERY == 0:
                logger.info("step %d, %.0f s: scores %.3f, boxes %.3f", self.step, self.seconds, *losses)
            if crew.rank == 0 and self.seconds - saved > self.plan.save_s:
                saved = self.seconds
                self.save(checkpoint)
        if crew.rank == 0:
            self.save(checkpoint)

    def _content(self) -> dict[str, Any]:
        return super()._content() | {"seconds": self.seconds}

    def _restore(self, content: dict[str, Any]) -> None:
        super()._restore(content)
        self.seconds = content["seconds"]
