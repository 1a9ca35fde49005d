"""The verifier's training."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from models.training.crew import ALONE, Crew
from models.training.timed import TimedLearner, TimePlan
from models.training.verifier.network import VerifierNetwork
from models.training.verifier.proposals import Proposed
from models.training.verifier.samples import Views, views_of

_BOX_SHARE = 2.0


class Trainer(TimedLearner[Views]):
    """A network with its optimiser and its averaged twin, which is the one to ship.

    Args:
        plan: of the run.
        seed: of the weights and of every batch.
        imagenet: the backbone's first weights; by chance without.
    """

    def __init__(self, plan: TimePlan, seed: int = 0, imagenet: Path | None = None) -> None:
        torch.manual_seed(seed)
        self._seed = seed
        network = VerifierNetwork()
        if imagenet:
            network.backbone.load_imagenet(imagenet)
        super().__init__(plan, network, weight_decay=0.05, versed=network.backbone)

    def run(self, proposed: Sequence[Proposed], checkpoint: Path, crew: Crew = ALONE) -> None:
        """Learn from these photos; every process draws other views. See `TimedLearner.keep_learning`."""
        self.keep_learning(lambda number: views_of(proposed, self.plan.batch, self._seed, number), checkpoint, crew)

    def losses(self, network: torch.nn.Module, lesson: Views) -> tuple[Tensor, Tensor]:
        """See `TimedLearner.losses`."""
        logits, offsets = network(lesson.pictures.contiguous(memory_format=torch.channels_last), lesson.said)
        surprise = functional.binary_cross_entropy_with_logits(logits, lesson.scores, reduction="none")
        astray = functional.smooth_l1_loss(offsets, lesson.offsets, reduction="none", beta=0.1).mean(dim=1)
        scores = (surprise * lesson.known).sum() / len(logits)
        return scores, _BOX_SHARE * (astray * lesson.placed).sum() / lesson.placed.sum().clamp(min=1.0)


def shipped_network(checkpoint: Path) -> VerifierNetwork:
    """The averaged weights of a checkpoint, ready to be exported."""
    trainer = Trainer(TimePlan(minutes=1))
    trainer.load(checkpoint)
    network: VerifierNetwork = trainer.averaged.module.eval()
    return network
