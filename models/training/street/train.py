"""The street detector's training."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from models.training.crew import ALONE, Crew
from models.training.street.batches import Batch, batch_of
from models.training.street.listing import Photo
from models.training.street.losses import loss_of
from models.training.street.network import StreetNetwork
from models.training.timed import TimedLearner, TimePlan


@dataclass(frozen=True, slots=True)
class Plan(TimePlan):
    """How to learn.

    Attributes:
        plain: of the minutes: in the last ones every picture is one photo at its usual size. What is drawn together
            by chance teaches much, but is not what a camera shows.
    """

    plain: float = 0.25


class Trainer(TimedLearner[Batch]):
    """A network with its optimiser and its averaged twin, which is the one to ship.

    Args:
        plan: of the run.
        seed: of the weights and of every batch.
        imagenet: the backbone's first weights; by chance without.
    """

    def __init__(self, plan: Plan, seed: int = 0, imagenet: Path | None = None) -> None:
        torch.manual_seed(seed)
        self._plain_from = 1 - plan.plain
        self._seed = seed
        network = StreetNetwork()
        if imagenet:
            network.backbone.load_imagenet(imagenet)
        super().__init__(plan, network, weight_decay=0.03, versed=network.backbone)

    def run(self, photos: Sequence[Photo], checkpoint: Path, crew: Crew = ALONE) -> None:
        """Learn from these photos; every process draws other ones. See `TimedLearner.keep_learning`."""

        def lesson(number: int) -> Batch:
            return batch_of(photos, self.plan.batch, self._seed, number, plain=self.done >= self._plain_from)

        self.keep_learning(lesson, checkpoint, crew)

    def losses(self, network: torch.nn.Module, lesson: Batch) -> tuple[Tensor, Tensor]:
        """See `TimedLearner.losses`."""
        pictures, truths = lesson
        return loss_of(network(pictures), truths, pictures.shape[-1])


def shipped_network(checkpoint: Path) -> StreetNetwork:
    """The averaged weights of a checkpoint, ready to be exported."""
    trainer = Trainer(Plan(minutes=1))
    trainer.load(checkpoint)
    network: StreetNetwork = trainer.averaged.module.eval()
    return network
