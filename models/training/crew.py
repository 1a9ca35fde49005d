"""Several processes that train one network: each on batches of its own, their gradients averaged.

Two processes of one thread each are half as fast again as one of two threads: the small layers do not divide well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Crew:
    """This process among those that `torchrun` started, or one alone.

    Attributes:
        rank: its number, from 0 on; the first one reports and saves.
        size: how many there are.
    """

    rank: int = 0
    size: int = 1

    @classmethod
    def join(cls) -> Self:
        """Meet the others."""
        if not dist.is_torchelastic_launched():
            return cls()
        dist.init_process_group("gloo")
        return cls(dist.get_rank(), dist.get_world_size())

    def average(self, gradients: Sequence[Tensor], number: float) -> float:
        """Set the gradients to the mean of all processes; back comes the mean of their numbers."""
        if self.size == 1:
            return number
        flat = torch.cat([*(gradient.flatten() for gradient in gradients), torch.tensor([number])])
        dist.all_reduce(flat)
        flat /= self.size
        for gradient, mean in zip(gradients, flat[:-1].split([one.numel() for one in gradients]), strict=True):
            gradient.copy_(mean.view_as(gradient))
        return float(flat[-1])

    def longest(self, seconds: float) -> float:
        """The slowest process's time: all must agree on when the minutes are over."""
        if self.size == 1:
            return seconds
        shared = torch.tensor(seconds)
        dist.all_reduce(shared, op=dist.ReduceOp.MAX)
        return float(shared)

    def leave(self) -> None:
        """Part from the others."""
        if dist.is_initialized():
            dist.destroy_process_group()


ALONE = Crew()
"""One process."""
